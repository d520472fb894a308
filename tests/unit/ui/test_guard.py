from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from domain.clock import ManualClock
from domain.labels import Role
from e2e.console_world import PASSWORD
from ui.access import OPEN
from ui.context import ConsoleContext

from .conftest import SITE, guarded

PAGES = [
    "/",
    "/add",
    "/desk",
    "/search",
    "/sources",
    "/settings",
    "/sign-out",
    "/password",
    "/account",
    "/account/codes",
    "/account/tokens",
    "/accounts",
]
STREAMLIT = ["/_stcore/health", "/_stcore/host-config", "/static/js/a.js", "/media/x"]
ODD = [
    "/sign-in/",
    "/SIGN-IN",
    "/sign-in/../",
    "//sign-in",
    "/oidc/",
    "/oidc/x",
    "/sign-in/code/",
    "/assets/",
]
STREAM = "ws://console.test/_stcore/stream"
SignedIn = Callable[[str], TestClient]


@pytest.mark.parametrize("path", [*PAGES, *STREAMLIT, *ODD])
def test_nothing_else_answers_without_a_session(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 401
    page = visitor.get(path, headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"].startswith("/sign-in")


def test_a_form_without_a_session_leads_back_to_its_page(visitor: TestClient) -> None:
    for sent_from, led_to in (
        (f"{SITE}/case?number=1&told=new", "/case?number=1&told=new"),
        (f"{SITE}/case/new?post=a", "/case/new?post=a"),
        (f"{SITE}/case/note", "/cases"),
        (f"{SITE}/", ""),
        (SITE, ""),
        ("", ""),
        ("http://console.evil/case", ""),
        ("http://[", ""),
    ):
        headers = {"accept": "text/html", "referer": sent_from}
        answer = visitor.post("/case/note", data={"note": "a"}, headers=headers)
        assert answer.status_code == 303
        asked = f"?next={quote(led_to, safe='')}" if led_to else ""
        assert answer.headers["location"] == f"/sign-in{asked}"
        # Scripts are told in their own way.
        assert visitor.post("/api/undo", headers=headers).status_code == 401
    assert visitor.post("/case/note", data={"note": "a"}).status_code == 401


def test_the_open_paths_are_few_and_tell_nothing(visitor: TestClient) -> None:
    assert {
        "/sign-in",
        "/sign-in/code",
        "/healthz",
        "/language",
        "/assets/sign_in.css",
        "/oidc/sign-in",
        "/oidc/callback",
        "/oidc/back-channel",
    } == OPEN
    assert visitor.get("/healthz").text == "ok"
    assert visitor.get("/assets/sign_in.css").status_code == 200


def test_the_websocket_needs_a_session(visitor: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        visitor.websocket_connect(STREAM),
    ):
        pass


def test_a_websocket_of_another_site_is_refused(signed_in: SignedIn) -> None:
    headers = {"origin": "https://evil.example"}
    with (
        pytest.raises(WebSocketDisconnect),
        signed_in("lan").websocket_connect(STREAM, headers=headers),
    ):
        pass


def test_a_websocket_ends_with_its_session(
    signed_in: SignedIn, context: ConsoleContext, clock: ManualClock
) -> None:
    client = signed_in("lan")
    with client.websocket_connect(STREAM) as socket:
        socket.send_text("a")
        assert socket.receive_text() == "a"
        context.casework.sign_out(client.cookies["minhtin_session"])
        clock.advance(seconds=6)
        socket.send_text("b")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


def test_a_forged_cookie_is_no_session(visitor: TestClient) -> None:
    visitor.cookies.set("minhtin_session", "x" * 43)
    assert visitor.get("/api/session").status_code == 401


def test_posts_need_the_token(signed_in: SignedIn) -> None:
    client = signed_in("lan")
    for token in ("", "wrong", "ă"):
        answer = client.post(
            "/api/undo", json={}, headers={"X-CSRF-Token": token.encode()}
        )
        assert answer.status_code == 403
    assert client.post("/api/undo", json={}).status_code == 200


def test_posts_of_another_site_are_refused(signed_in: SignedIn) -> None:
    client = signed_in("lan")
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ):
        assert client.post("/api/undo", json={}, headers=headers).status_code == 403
    own = client.post("/api/undo", json={}, headers={"origin": SITE})
    assert own.status_code == 200


def test_an_expired_session_is_over(signed_in: SignedIn, clock: ManualClock) -> None:
    client = signed_in("lan")
    assert client.get("/api/session").status_code == 200
    clock.advance(days=1)
    assert client.get("/api/session").status_code == 401
    assert client.get("/static/js/a.js").status_code == 401


def test_a_closed_account_is_out_at_once(
    signed_in: SignedIn, context: ConsoleContext
) -> None:
    client = signed_in("lan")
    context.casework.set_active("admin", "lan", active=False)
    assert client.get("/api/session").status_code == 401


def test_a_given_password_must_be_changed_first(
    signed_in: SignedIn, context: ConsoleContext, visitor: TestClient
) -> None:
    context.casework.create_account(
        "admin", name="moi", display="Mới", role=Role.ANALYST, password=PASSWORD
    )
    client = signed_in("moi")
    assert client.get("/api/session").status_code == 403
    page = client.get("/", headers={"accept": "text/html"})
    assert page.headers["location"] == "/password"
    token = client.headers["X-CSRF-Token"]
    new = "mot cau that dai de nho 77"
    form = {"token": token, "first": new, "second": new}
    assert client.post("/password", data=form).status_code == 303
    assert context.casework.sign_in("moi", new, origin="t").account.name == "moi"


def test_every_answer_tells_browsers_what_is_allowed(
    visitor: TestClient, signed_in: SignedIn
) -> None:
    for answer in (visitor.get("/sign-in"), signed_in("lan").get("/")):
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_behind_tls_the_cookie_is_secure(context: ConsoleContext) -> None:
    view = replace(context.settings_view, behind_tls=True)
    app = guarded(replace(context, settings_view=view))
    client = TestClient(app, base_url="https://console.test", follow_redirects=False)
    client.get("/sign-in")
    form = {
        "token": client.cookies["__Host-minhtin_form"],
        "name": "lan",
        "password": PASSWORD,
        "next": "/",
    }
    answer = client.post("/sign-in", data=form)
    cookie = answer.headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-minhtin_session=")
    for part in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"):
        assert part in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


def test_roles_are_told_apart_in_the_store(
    signed_in: SignedIn, context: ConsoleContext
) -> None:
    """An analyst cannot undo a colleague's decision; a leader can."""
    minh, lan, hoa = signed_in("minh"), signed_in("lan"), signed_in("hoa")
    row = minh.get("/api/queue", params={"queue": "harmful"}).json()["rows"][0]
    body = {
        "post_id": row["id"],
        "revision": row["revision"],
        "verdict": "no_issue",
    }
    ids = minh.post("/api/decisions", json=body).json()["ids"]
    refused = lan.post("/api/undo", json={"decided_ids": ids})
    assert refused.status_code == 403
    assert refused.json()["number"]
    assert hoa.post("/api/undo", json={"decided_ids": ids}).status_code == 200
