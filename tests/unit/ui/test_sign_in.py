import re

import pytest
from starlette.testclient import TestClient

from e2e.console_world import PASSWORD
from ui.context import ConsoleContext
from ui.sign_in import local_path


def _try(
    client: TestClient, name: str, password: str, target: str = "/"
) -> tuple[int, str, str]:
    client.get("/sign-in")
    form = {
        "token": client.cookies["minhtin_form"],
        "name": name,
        "password": password,
        "next": target,
    }
    answer = client.post("/sign-in", data=form)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_signing_in_leads_to_the_wanted_page(visitor: TestClient) -> None:
    status, where, _ = _try(visitor, "lan", PASSWORD, "/desk?queue=press")
    assert (status, where) == (303, "/desk?queue=press")
    cookie = visitor.cookies["minhtin_session"]
    assert len(cookie) > 30


def test_the_session_cookie_is_for_the_server_only(visitor: TestClient) -> None:
    visitor.get("/sign-in")
    form = {
        "token": visitor.cookies["minhtin_form"],
        "name": "lan",
        "password": PASSWORD,
        "next": "/",
    }
    cookie = visitor.post("/sign-in", data=form).headers.get_list("set-cookie")[0]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_a_wrong_password_and_an_unknown_name_look_the_same(
    visitor: TestClient,
) -> None:
    known = _try(visitor, "lan", "wrong")
    unknown = _try(visitor, "khong-co", "wrong")
    assert known[0] == unknown[0] == 403
    problem = re.compile(r'<div class="problem".*?</div>', re.DOTALL)
    assert problem.findall(known[2]) == problem.findall(unknown[2])
    assert "minhtin_session" not in visitor.cookies


def test_what_was_typed_comes_back_as_text(visitor: TestClient) -> None:
    _, _, page = _try(visitor, '"><script>x</script>', "wrong")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_form_without_its_token_signs_nobody_in(visitor: TestClient) -> None:
    form = {"token": "made-up", "name": "lan", "password": PASSWORD, "next": "/"}
    assert visitor.post("/sign-in", data=form).status_code == 400
    visitor.get("/sign-in")
    assert visitor.post("/sign-in", data=form).status_code == 400
    assert "minhtin_session" not in visitor.cookies


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/a\\b",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "",
        "/sign-in",
        "/sign-out",
    ],
)
def test_only_pages_of_ours_follow(wanted: str) -> None:
    assert local_path(wanted) == "/"


def test_signing_out_ends_the_session(
    visitor: TestClient, context: ConsoleContext
) -> None:
    _try(visitor, "lan", PASSWORD)
    token = visitor.cookies["minhtin_session"]
    session = context.casework.session(token)
    assert session is not None
    assert "Đăng xuất" in visitor.get("/sign-out").text
    refused = visitor.post("/sign-out", data={"token": "wrong"})
    assert refused.headers["location"] == "/sign-out"
    assert context.casework.session(token) is not None
    visitor.post("/sign-out", data={"token": session.csrf})
    assert context.casework.session(token) is None


def test_the_page_speaks_english_when_asked(visitor: TestClient) -> None:
    assert 'lang="vi"' in visitor.get("/sign-in").text
    answer = visitor.get("/language", params={"to": "en", "back": "//evil.example"})
    assert answer.headers["location"] == "/"
    assert "User name" in visitor.get("/sign-in").text


def test_sample_data_is_called_so_before_signing_in(visitor: TestClient) -> None:
    assert "Dữ liệu mẫu" in visitor.get("/sign-in").text


def test_passwords_that_differ_are_not_taken(
    visitor: TestClient, context: ConsoleContext
) -> None:
    _try(visitor, "lan", PASSWORD)
    session = context.casework.session(visitor.cookies["minhtin_session"])
    assert session is not None
    form = {"token": session.csrf, "first": "mot cau dai 1", "second": "mot cau dai 2"}
    answer = visitor.post("/password", data=form)
    assert answer.status_code == 400
    assert "không giống nhau" in answer.text
