"""My account and the administrator's page of accounts: plain forms."""

import re
from collections.abc import Callable
from dataclasses import replace

import pyotp
import pytest
from starlette.testclient import TestClient

from casework.service import Casework
from domain.clock import ManualClock
from domain.labels import Role
from e2e.console_world import PASSWORD
from ui.accounts_pages import first_password
from ui.context import ConsoleContext

from .conftest import SITE, guarded

SignedIn = Callable[[str], TestClient]


@pytest.fixture
def lan(signed_in: SignedIn) -> TestClient:
    return signed_in("lan")


@pytest.fixture
def admin(signed_in: SignedIn) -> TestClient:
    return signed_in("admin")


def send(client: TestClient, path: str, **fields: str):
    return client.post(path, data={"token": client.headers["X-CSRF-Token"], **fields})


def secret_of(page: str) -> str:
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    return found[1].replace(" ", "")


FORMS = (
    "/account/session",
    "/account/everywhere",
    "/account/codes",
    "/account/codes/off",
    "/account/codes/recovery",
    "/account/tokens",
    "/account/tokens/revoke",
    "/accounts/create",
    "/accounts/change",
    "/accounts/reset",
    "/accounts/sessions",
    "/accounts/codes",
)


def test_no_form_works_without_its_token(admin: TestClient) -> None:
    before = admin.get("/accounts").text
    for path in FORMS:
        for fields in ({}, {"token": "made-up"}, {"token": "ă"}):
            answer = admin.post(path, data={"name": "lan", **fields})
            assert answer.status_code == 400, path
        foreign = {"token": admin.headers["X-CSRF-Token"]}
        evil = {"origin": "https://evil.example"}
        assert admin.post(path, data=foreign, headers=evil).status_code == 403
    assert admin.get("/accounts").text == before


def test_sessions_are_listed_and_ended_one_by_one(
    lan: TestClient, signed_in: SignedIn
) -> None:
    other = signed_in("lan")
    page = lan.get("/account").text
    (identity,) = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert identity not in (lan.cookies["minhtin_session"], "")
    stranger = signed_in("minh")
    assert send(stranger, "/account/session", session=identity).status_code == 404
    assert other.get("/api/session").status_code == 200
    assert send(lan, "/account/session", session=identity).status_code == 200
    assert other.get("/api/session").status_code == 401
    assert lan.get("/api/session").status_code == 200


def test_all_sessions_end_at_once(lan: TestClient, signed_in: SignedIn) -> None:
    other = signed_in("lan")
    assert send(lan, "/account/everywhere").headers["location"] == "/sign-in"
    assert {c.get("/api/session").status_code for c in (lan, other)} == {401}


def test_signing_in_again_renews_the_session(
    lan: TestClient, context: ConsoleContext
) -> None:
    former = lan.cookies["minhtin_session"]
    lan.get("/language", params={"to": "vi"})
    lan.cookies.set("minhtin_form", "t")
    form = {"token": "t", "name": "lan", "password": PASSWORD, "next": "/"}
    assert lan.post("/sign-in", data=form).status_code == 303
    assert context.casework.session(former) is None


def test_a_password_is_changed_by_who_knows_it(
    lan: TestClient, context: ConsoleContext, signed_in: SignedIn
) -> None:
    other = signed_in("lan")
    new = "bốn con trâu qua đèo"
    wrong = send(lan, "/password", present="đoán mò", first=new, second=new)
    assert wrong.status_code == 400
    assert "hiện tại không đúng" in wrong.text
    short = send(lan, "/password", present=PASSWORD, first="ngắn", second="ngắn")
    assert "15" in short.text
    done = send(lan, "/password", present=PASSWORD, first=new, second=new)
    assert done.status_code == 303
    assert lan.get("/api/session").status_code == 200
    assert other.get("/api/session").status_code == 401


def test_codes_from_the_page_to_the_sign_in(
    lan: TestClient, context: ConsoleContext, clock: ManualClock
) -> None:
    page = lan.get("/account/codes").text
    assert "<svg" in page
    totp = pyotp.TOTP(secret_of(page))
    assert send(lan, "/account/codes", code="12").status_code == 403
    shown = send(lan, "/account/codes", code=totp.at(clock.now()))
    codes = re.findall(r"<li><code>([a-z2-7-]+)</code>", shown.text)
    assert len(codes) == 10
    assert shown.headers["cache-control"] == "no-store"
    clock.advance(seconds=60)
    fresh = TestClient(guarded(context), base_url=SITE, follow_redirects=False)
    fresh.get("/sign-in")
    form = {
        "token": fresh.cookies["minhtin_form"],
        "name": "lan",
        "password": PASSWORD,
        "next": "/desk",
    }
    step = fresh.post("/sign-in", data=form)
    assert step.headers["location"] == "/sign-in/code?next=%2Fdesk"
    assert "minhtin_session" not in fresh.cookies
    assert fresh.get("/api/session").status_code == 401
    fresh.get("/sign-in/code")
    base = {"token": fresh.cookies["minhtin_form"], "next": "/desk"}
    wrong = fresh.post("/sign-in/code", data={**base, "code": "000000"})
    assert wrong.status_code == 403
    stale = fresh.post("/sign-in/code", data={"token": "x", "code": codes[0]})
    assert stale.headers["location"] == "/sign-in"
    right = {**base, "code": totp.at(clock.now())}
    assert fresh.post("/sign-in/code", data=right).headers["location"] == "/desk"
    assert fresh.get("/api/session").status_code == 200
    off = send(lan, "/account/codes/off", password="đoán mò")
    assert off.status_code == 403
    assert "còn 10 mã" in lan.get("/account").text
    send(lan, "/account/codes/off", password=PASSWORD)
    assert "chưa bật" in lan.get("/account").text


def test_the_code_page_is_nobodys_without_a_password(visitor: TestClient) -> None:
    for method in ("GET", "POST"):
        answer = visitor.request(method, "/sign-in/code")
        assert answer.headers["location"] == "/sign-in"


def required(context: ConsoleContext) -> ConsoleContext:
    """The same office, where analysts must use codes."""
    old = context.casework
    policy = replace(old._policy, code_roles=frozenset({Role.ANALYST}))
    strict = Casework(old._store, context.clock, old._encode, policy)
    return replace(context, casework=strict)


def test_a_role_that_needs_codes_does_nothing_before(
    context: ConsoleContext, clock: ManualClock
) -> None:
    office = required(context)
    client = TestClient(guarded(office), base_url=SITE, follow_redirects=False)
    client.get("/sign-in")
    form = {
        "token": client.cookies["minhtin_form"],
        "name": "lan",
        "password": PASSWORD,
        "next": "/",
    }
    client.post("/sign-in", data=form)
    page = client.get("/desk", headers={"accept": "text/html"})
    assert page.headers["location"] == "/account/codes"
    for path in ("/api/session", "/account", "/account/tokens", "/static/js/a.js"):
        assert client.get(path).status_code == 403, path
    session = office.casework.session(client.cookies["minhtin_session"])
    assert session is not None
    client.headers["X-CSRF-Token"] = session.csrf
    totp = pyotp.TOTP(secret_of(client.get("/account/codes").text))
    send(client, "/account/codes", code=totp.at(clock.now()))
    assert client.get("/api/session").status_code == 200
    off = send(client, "/account/codes/off", password=PASSWORD)
    assert off.status_code == 403


def test_tokens_are_made_shown_once_and_revoked(
    lan: TestClient, context: ConsoleContext
) -> None:
    form = {"name": "<b>báo cáo</b>", "scope:posts:read": "1", "days": "30"}
    assert send(lan, "/account/tokens", **form, password="x").status_code == 403
    made = send(lan, "/account/tokens", **form, password=PASSWORD).text
    found = re.search(r'<code id="made">(mt_[\w-]+)</code>', made)
    assert found is not None
    assert "<b>báo cáo</b>" not in made
    assert context.casework.token_session(found[1]) is not None
    page = lan.get("/account/tokens").text
    assert found[1] not in page
    (identity,) = re.findall(r'name="id" value="([0-9a-f]{32})"', page)
    send(lan, "/account/tokens/revoke", id=identity)
    assert context.casework.token_session(found[1]) is None
    for days in ("", "0", "366", "99999", "x"):
        again = {**form, "days": days, "password": PASSWORD}
        assert send(lan, "/account/tokens", **again).status_code == 422


def test_a_token_made_for_more_than_the_role_is_refused(admin: TestClient) -> None:
    form = {"name": "x", "scope:decisions:write": "1", "days": "1"}
    answer = send(admin, "/account/tokens", **form, password=PASSWORD)
    assert answer.status_code == 403


def test_an_account_is_made_changed_reset_and_closed(
    admin: TestClient, context: ConsoleContext, signed_in: SignedIn
) -> None:
    made = send(admin, "/accounts/create", name="Mai", display="Mai", role="senior")
    first = re.search(r'<code id="first">([a-z2-7-]+)</code>', made.text)
    assert first is not None
    session = context.casework.sign_in("mai", first[1], origin="t")
    assert session.account.must_change_password
    assert first[1] not in admin.get("/accounts").text
    send(admin, "/accounts/change", name="mai", role="auditor", active="1")
    changed = context.casework.session(session.token)
    assert changed is not None
    assert changed.account.role is Role.AUDITOR
    reset = send(admin, "/accounts/reset", name="mai")
    again = re.search(r'<code id="first">([a-z2-7-]+)</code>', reset.text)
    assert again is not None
    assert again[1] != first[1]
    assert context.casework.session(session.token) is None
    lan = signed_in("lan")
    send(admin, "/accounts/sessions", name="lan")
    assert lan.get("/api/session").status_code == 401
    send(admin, "/accounts/change", name="mai", role="auditor")
    closed = {a.name: a.active for a in context.casework.accounts()}
    assert closed["mai"] is False


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("create", {"name": "lan", "role": "press"}, 409),
        ("create", {"name": "a b", "role": "press"}, 422),
        ("create", {"name": "mai", "role": "root"}, 422),
        ("change", {"name": "nobody", "role": "press"}, 422),
        ("change", {"name": "admin", "role": "press", "active": "1"}, 409),
        ("change", {"name": "admin", "role": "admin"}, 409),
        ("codes", {"name": "lan"}, 404),
    ],
)
def test_what_cannot_be_done_is_said(
    admin: TestClient, path: str, fields: dict[str, str], status: int
) -> None:
    answer = send(admin, f"/accounts/{path}", **fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text


def test_first_passwords_are_long_and_all_different() -> None:
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([a-z2-7]{4}-){5}[a-z2-7]{4}", one) for one in made)


def test_pages_lead_back_to_themselves_in_the_other_language(lan: TestClient) -> None:
    page = send(lan, "/account/tokens/revoke", id="x").text
    assert "back=/account/tokens" in page
