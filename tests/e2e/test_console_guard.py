"""The real app under uvicorn: Streamlit's own paths are behind the guard too."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from e2e.console_world import PASSWORD

STREAMLIT = (
    "/",
    "/desk",
    "/_stcore/health",
    "/_stcore/script-health-check",
    "/_stcore/metrics",
    "/_stcore/host-config",
    "/_stcore/upload_file/a/b",
    "/_stcore/agent",
    "/static/media/x.woff2",
    "/media/x.csv",
    "/component/x/index.html",
    "/index.html",
    "/favicon.png",
    "/oauth2callback",
    "/auth/login",
)


def _cookies(address: str) -> dict[str, str]:
    with httpx.Client(base_url=address) as client:
        client.get("/sign-in")
        token = client.cookies["minhtin_form"]
        form = {"token": token, "name": "lan", "password": PASSWORD, "next": "/"}
        assert client.post("/sign-in", data=form).status_code == 303
        return dict(client.cookies)


def test_streamlit_answers_nobody_without_a_session(address: str) -> None:
    for path in STREAMLIT:
        assert httpx.get(f"{address}{path}").status_code == 401, path
        assert httpx.put(f"{address}{path}").status_code in {401, 403}, path


def test_streamlit_answers_who_has_one(address: str) -> None:
    cookies = _cookies(address)
    page = httpx.get(f"{address}/", cookies=cookies)
    assert page.status_code == 200
    assert "<title>" in page.text
    health = httpx.get(f"{address}/_stcore/health", cookies=cookies)
    assert health.text == "ok"


def test_uploads_need_the_token(address: str) -> None:
    cookies = _cookies(address)
    answer = httpx.put(
        f"{address}/_stcore/upload_file/a/b", cookies=cookies, content=b"x"
    )
    assert answer.status_code == 403


def test_the_websocket_opens_with_a_session_only(address: str) -> None:
    url = address.replace("http", "ws") + "/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(url):
        pass
    assert refused.value.response.status_code == 403
    cookie = "; ".join(f"{k}={v}" for k, v in _cookies(address).items())
    with connect(url, additional_headers={"Cookie": cookie}, origin=address):
        pass
    with (
        pytest.raises(InvalidStatus),
        connect(
            url,
            additional_headers={"Cookie": cookie},
            origin="http://evil.example",
        ),
    ):
        pass
