"""Single sign-on against a provider that runs as a process of its own on loopback."""

import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from casework.model import Account
from domain.clock import SystemClock
from domain.errors import ForbiddenError
from domain.labels import Role
from e2e.serving import free_port
from support_oidc.running import CLIENT, SECRET, Running, running
from ui.context import ConsoleContext
from ui.provider import Provider, ProviderTerms

from .conftest import SITE, guarded

ROLES = (("mt-admin", Role.ADMIN), ("mt-analyst", Role.ANALYST))
EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}


@pytest.fixture(scope="module")
def at() -> Iterator[Running]:
    with running(free_port(), f"{SITE}/oidc/callback") as provider:
        yield provider


def terms(at: Running) -> ProviderTerms:
    return ProviderTerms(
        issuer=at.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        public_url=SITE,
        roles=ROLES,
        role_claim="realm_access.roles",
        label="Đăng nhập qua tỉnh",
    )


@pytest.fixture
def office(context: ConsoleContext, at: Running) -> ConsoleContext:
    at.tell(roles={"seo": ["mt-analyst", "other"], "khach": ["other"], "sep": []})
    return replace(context, sign_on=Provider(terms(at), SystemClock()))


def browser(office: ConsoleContext) -> TestClient:
    return TestClient(guarded(office), base_url=SITE, follow_redirects=False)


def begin(client: TestClient, target: str = "/") -> str:
    answer = client.get("/oidc/sign-in", params={"next": target})
    assert answer.status_code == 303
    return answer.headers["location"]


def come(client: TestClient, at: Running, name: str = "seo") -> str:
    return at.sign_in(begin(client), name)


def account(office: ConsoleContext, name: str) -> Account | None:
    found = {one.name: one for one in office.casework.accounts()}
    return found.get(name)


def last_acts(office: ConsoleContext, count: int) -> list[str]:
    rows = office.casework.audit(limit=100_000)
    return [row.act for row in rows[-count:]]


def test_the_sign_in_page_offers_it(office: ConsoleContext) -> None:
    page = browser(office).get("/sign-in", params={"next": "/desk?queue=press"}).text
    assert "Đăng nhập qua tỉnh" in page
    assert "/oidc/sign-in?next=%2Fdesk%3Fqueue%3Dpress" in page


def test_the_browser_is_sent_with_pkce_state_and_nonce(
    office: ConsoleContext, at: Running
) -> None:
    asked = parse_qs(urlsplit(begin(browser(office))).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{SITE}/oidc/callback"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce"))


def test_whom_a_role_is_meant_for_is_let_in(
    office: ConsoleContext, at: Running
) -> None:
    client = browser(office)
    back = at.sign_in(begin(client, "/desk?queue=press"), "seo")
    answer = client.get(back)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/desk?queue=press",
    )
    assert client.get("/api/session").json()["account"] == "Người seo"
    made = account(office, "seo")
    assert made is not None
    assert (made.role, made.local) == (Role.ANALYST, False)
    assert last_acts(office, 2) == ["account.create", "sign_in"]
    # Again: the same account, a new session.
    former = client.cookies["minhtin_session"]
    again = browser(office)
    again.get(come(again, at))
    assert again.cookies["minhtin_session"] != former
    assert [one.name for one in office.casework.accounts()].count("seo") == 1


def test_the_role_follows_the_provider(office: ConsoleContext, at: Running) -> None:
    client = browser(office)
    client.get(come(client, at))
    at.tell(roles={"seo": ["mt-analyst", "mt-admin"]})
    client.get(come(client, at))
    made = account(office, "seo")
    assert made is not None
    assert made.role is Role.ADMIN
    assert "account.role" in last_acts(office, 3)


def test_without_a_mapped_role_there_is_no_account(
    office: ConsoleContext, at: Running
) -> None:
    for name in ("khach", "sep", "la"):
        client = browser(office)
        answer = client.get(come(client, at, name))
        assert answer.status_code == 403
        assert "chưa được giao vai trò" in answer.text
        assert "minhtin_session" not in client.cookies
        assert account(office, name) is None
        assert last_acts(office, 1) == ["sign_in.no_role"]


def test_a_local_account_of_that_name_is_never_taken_over(
    office: ConsoleContext, at: Running
) -> None:
    at.tell(roles={"lan": ["mt-admin"]})
    client = browser(office)
    answer = client.get(come(client, at, "lan"))
    assert answer.status_code == 409
    assert "minhtin_session" not in client.cookies
    local = account(office, "lan")
    assert local is not None
    assert (local.role, local.local) == (Role.ANALYST, True)
    office.casework.link_account("admin", "lan", at.issuer, "sub-lan")
    client.get(come(client, at, "lan"))
    linked = account(office, "lan")
    assert linked is not None
    assert (linked.id, linked.local) == (local.id, False)
    assert client.get("/api/session").status_code == 200


def test_a_closed_account_stays_out(office: ConsoleContext, at: Running) -> None:
    client = browser(office)
    client.get(come(client, at))
    office.casework.set_active("admin", "seo", active=False)
    other = browser(office)
    assert other.get(come(other, at)).status_code == 403
    assert "minhtin_session" not in other.cookies


ATTACKS = (
    *("none", "hs256", "secret", "signature", "unknown-key", "jwk"),
    *("audience", "audiences", "issuer", "expired", "future", "nobody"),
    *("nonce", "no-nonce", "at_hash", "mix-up"),
)


def test_a_wrong_answer_lets_nobody_in(office: ConsoleContext, at: Running) -> None:
    for attack in ATTACKS:
        client = browser(office)
        address = begin(client)
        at.tell(attack=attack)
        answer = client.get(at.sign_in(address, "seo"))
        at.tell()
        assert answer.status_code == 403, attack
        assert "Không xác minh được" in answer.text
        assert "minhtin_session" not in client.cookies
        assert account(office, "seo") is None


def test_a_configuration_of_another_issuer_is_not_believed(
    office: ConsoleContext, at: Running
) -> None:
    at.tell(attack="configuration")
    answer = browser(office).get("/oidc/sign-in")
    at.tell()
    assert answer.status_code == 403


def test_clocks_may_differ_a_little(office: ConsoleContext, at: Running) -> None:
    for skew, status in ((40, 303), (-330, 303), (600, 403), (-600, 403)):
        client = browser(office)
        address = begin(client)
        at.tell(skew=skew)
        assert client.get(at.sign_in(address, "seo")).status_code == status, skew
    at.tell()


def test_keys_may_change_at_any_time(
    office: ConsoleContext, at: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(office)
    client.get(come(client, at))
    at.tell(rotate=True)
    late = browser(office)
    refused = late.get(come(late, at))
    assert refused.status_code == 403  # the keys were read a moment ago
    monkeypatch.setattr(
        "ui.published.KEYS_PAUSE", office.clock.now() - office.clock.now()
    )
    assert late.get(come(late, at)).status_code == 303


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    office: ConsoleContext, at: Running
) -> None:
    client, stranger = browser(office), browser(office)
    back = come(client, at)
    begin(stranger)
    assert stranger.get(back).status_code == 403  # somebody else's answer
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 403  # the same again
    bare = browser(office)
    assert bare.get(back).status_code == 403
    made_up = "/oidc/callback?code=x&state=y"
    assert bare.get(made_up).status_code == 403
    assert bare.get("/oidc/callback").status_code == 403


def test_an_answer_too_late_is_over(office: ConsoleContext, at: Running, clock) -> None:
    client = browser(office)
    back = come(client, at)
    clock.advance(seconds=601)
    assert client.get(back).status_code == 403


def test_a_code_without_its_verifier_is_worth_nothing(
    office: ConsoleContext, at: Running
) -> None:
    victim, thief = browser(office), browser(office)
    stolen = parse_qs(urlsplit(come(victim, at)).query)["code"][0]
    own = parse_qs(urlsplit(begin(thief)).query)["state"][0]
    params = {"code": stolen, "state": own, "iss": at.issuer}
    assert thief.get("/oidc/callback", params=params).status_code == 403


def test_a_refusal_there_is_said_here(office: ConsoleContext, at: Running) -> None:
    client = browser(office)
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    params = {
        "error": "access_denied",
        "error_description": "<script>x</script>",
        "state": state,
        "iss": at.issuer,
    }
    answer = client.get("/oidc/callback", params=params)
    assert answer.status_code == 403
    assert "<script>" not in answer.text


def test_nobody_is_led_elsewhere(office: ConsoleContext, at: Running) -> None:
    client = browser(office)
    for wanted in ("https://evil.example", "//evil.example", "/\\evil", "/sign-out"):
        back = at.sign_in(begin(client, wanted), "seo")
        assert client.get(back).headers["location"] == "/"


def test_signing_out_leads_over_the_provider(
    office: ConsoleContext, at: Running
) -> None:
    client = browser(office)
    client.get(come(client, at))
    session = office.casework.session(client.cookies["minhtin_session"])
    assert session is not None
    page = client.post("/sign-out", data={"token": session.csrf})
    assert page.status_code == 200
    assert f"{at.issuer}/logout?id_token_hint=" in page.text
    assert "post_logout_redirect_uri=http%3A%2F%2Fconsole.test%2Fsign-in" in page.text
    assert client.get("/api/session").status_code == 401


def logout_token(at: Running, **changed: object) -> str:
    now = int(time.time())
    claims = {
        "iss": at.issuer,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "jti": "1",
        "sub": "sub-seo",
        "events": EVENT,
    }
    kept = {key: value for key, value in (claims | changed).items() if value != ""}
    return str(at.tell(sign=kept)["signed"])


def test_the_provider_may_end_sessions(office: ConsoleContext, at: Running) -> None:
    client, sender = browser(office), browser(office)
    for changed in ({}, {"sid": "sid-seo"}, {"sub": "", "sid": "sid-seo"}):
        client.get(come(client, at))
        assert client.get("/api/session").status_code == 200
        token = logout_token(at, **changed)
        told = sender.post("/oidc/back-channel", data={"logout_token": token})
        assert (told.status_code, told.text) == (200, "ok")
        assert client.get("/api/session").status_code == 401


NO_WORD_OF_IT = (
    {"aud": "another"},
    {"iss": "https://evil.example"},
    {"events": {}},
    {"events": ""},
    {"nonce": "n"},
    {"iat": 1},
    {"exp": 1},
    {"sub": "sub-khac"},
    {"sub": "sub-khac", "sid": "sid-seo"},
    {"sub": ""},
    {"sid": "sid-khac"},
)


def test_messages_that_are_no_word_of_the_provider_end_nothing(
    office: ConsoleContext, at: Running
) -> None:
    client, sender = browser(office), browser(office)
    client.get(come(client, at))
    for changed in NO_WORD_OF_IT:
        token = logout_token(at, **changed)
        for sent in (token, token[:-8] + "AAAAAAAA"):
            sender.post("/oidc/back-channel", data={"logout_token": sent})
        assert client.get("/api/session").status_code == 200, changed


def test_back_channel_takes_no_large_messages(office: ConsoleContext) -> None:
    answer = browser(office).post(
        "/oidc/back-channel", data={"logout_token": "x" * 20_000}
    )
    assert answer.status_code == 400


def test_many_beginnings_of_one_address_are_slowed_down(
    office: ConsoleContext,
) -> None:
    client = browser(office)
    statuses = [client.get("/oidc/sign-in").status_code for _ in range(31)]
    assert statuses == [303] * 30 + [429]


def test_a_provider_out_of_reach_is_said_so(context: ConsoleContext) -> None:
    gone = Running(f"http://127.0.0.1:{free_port()}")
    away = replace(context, sign_on=Provider(terms(gone), SystemClock()))
    assert browser(away).get("/oidc/sign-in").status_code == 503


def test_a_look_from_afar_reads_configuration_and_keys(at: Running) -> None:
    Provider(terms(at), SystemClock()).reach()
    at.tell(attack="configuration")
    with pytest.raises(ForbiddenError):
        Provider(terms(at), SystemClock()).reach()
    at.tell()


def test_without_a_provider_its_addresses_say_so(context: ConsoleContext) -> None:
    client = browser(context)
    assert client.get("/oidc/sign-in").status_code == 404
    assert client.get("/oidc/callback?code=x&state=y").status_code == 404
    assert client.post("/oidc/back-channel", data={}).status_code == 400
    assert "sign-on" not in client.get("/sign-in").text


def test_an_account_of_the_provider_has_no_password_here(
    office: ConsoleContext, at: Running
) -> None:
    client = browser(office)
    client.get(come(client, at))
    for password in ("", "x", "suối nậm rốm trong"):
        client = browser(office)
        client.get("/sign-in")
        form = {
            "token": client.cookies["minhtin_form"],
            "name": "seo",
            "password": password,
            "next": "/",
        }
        assert client.post("/sign-in", data=form).status_code == 403
