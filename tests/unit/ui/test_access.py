"""Every role, and every scope of an access token, against every address."""

from collections.abc import Callable, Mapping

from starlette.routing import Route
from starlette.testclient import TestClient

from casework.access_tokens import NEEDS as SCOPE_NEEDS
from casework.model import Scope
from casework.permissions import Act, may
from domain.labels import Role
from ui.access import NEEDS, OPEN, Need, need_of
from ui.context import ConsoleContext

from .conftest import SITE, guarded

SignedIn = Callable[[str], TestClient]
SAID = "Vai trò của bạn không được phép làm việc này."


def routes(context: ConsoleContext) -> list[tuple[str, str]]:
    """Return method and address of all of ours that need a session."""
    found = []
    for route in guarded(context).routes:
        if isinstance(route, Route) and route.path not in OPEN:
            path = route.path.replace("{digest}", "sha256:0").replace("{name:str}", "x")
            posts = "POST" in (route.methods or ())
            if not path.startswith("/intake"):
                found.append(("POST" if posts else "GET", path))
    return found


def test_every_address_of_ours_is_listed(context: ConsoleContext) -> None:
    listed = {path for _, path in routes(context) if path != "/{path:path}"}
    assert len(listed) > 30
    for path in listed:
        assert any(pattern.fullmatch(path) for pattern, _ in NEEDS), path


def test_no_pattern_lets_more_in_than_it_names() -> None:
    for path in ("/api/decisionsx", "/api/queue/x", "/accountsx", "/accountx", "/x"):
        assert need_of(path) == Need(Act.READ_POSTS), path
    assert need_of("/accounts/create").act is Act.MANAGE_ACCOUNTS


def test_pages_of_streamlit_are_for_readers_of_posts(
    of_role: Mapping[Role, TestClient],
) -> None:
    page = {"accept": "text/html"}
    for role, client in of_role.items():
        reads = may(role, Act.READ_POSTS)
        assert (client.get("/search", headers=page).status_code == 200) is reads
        assert (client.get("/static/js/a.js").status_code == 200) is reads
    lost = of_role[Role.GRASSROOTS].get("/", headers=page)
    assert (lost.status_code, lost.headers["location"]) == (303, "/add")
    assert of_role[Role.GRASSROOTS].get("/add").status_code == 200


def test_an_auditor_has_no_keys_to_decide_with(
    of_role: Mapping[Role, TestClient],
) -> None:
    assert of_role[Role.AUDITOR].get("/api/session").json()["verdicts"] == []
    assert len(of_role[Role.SENIOR].get("/api/session").json()["verdicts"]) == 9


def program(context: ConsoleContext, token: str) -> TestClient:
    client = TestClient(guarded(context), base_url=SITE, follow_redirects=False)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_every_scope_at_every_address(context: ConsoleContext) -> None:
    (lan,) = [a for a in context.casework.accounts() if a.name == "lan"]
    for scope in Scope:
        token = context.casework.create_token(
            lan, name=scope, scopes=frozenset({scope}), days=1
        )
        client = program(context, token)
        for method, path in routes(context):
            said = client.request(method, path, json={})
            refused = said.status_code == 403 and SAID in said.text
            fits = need_of(path).scope is scope
            assert refused is not fits, (scope, method, path, said.status_code)
        assert client.get("/search").status_code == 403
        assert client.get("/static/js/a.js").status_code == 403


def test_scopes_need_what_their_addresses_need() -> None:
    for _, need in NEEDS:
        if need.scope is not None:
            roles = {role for role in Role if may(role, SCOPE_NEEDS[need.scope])}
            assert need.act is not None
            assert all(may(role, need.act) for role in roles)


def test_a_program_needs_no_form_token_and_leads_nowhere(
    context: ConsoleContext, signed_in: SignedIn
) -> None:
    (lan,) = [a for a in context.casework.accounts() if a.name == "lan"]
    scopes = frozenset({Scope.DECISIONS})
    token = context.casework.create_token(lan, name="x", scopes=scopes, days=1)
    client = program(context, token)
    assert client.post("/api/undo", json={}).status_code == 200
    wrong = program(context, "mt_wrong")
    assert wrong.get("/api/session").status_code == 401
    # A browser's cookie beside a bad token opens nothing either.
    both = signed_in("lan")
    both.headers["Authorization"] = "Bearer mt_wrong"
    assert both.get("/api/session").status_code == 401
    # What a proxy asks for itself is not ours.
    both.headers["Authorization"] = "Basic eDp5"
    assert both.get("/api/session").status_code == 200


def test_a_closed_accounts_token_is_out_at_once(context: ConsoleContext) -> None:
    (lan,) = [a for a in context.casework.accounts() if a.name == "lan"]
    scopes = frozenset({Scope.POSTS})
    token = context.casework.create_token(lan, name="x", scopes=scopes, days=1)
    client = program(context, token)
    assert client.get("/api/counts").status_code == 200
    context.casework.set_active("admin", "lan", active=False)
    assert client.get("/api/counts").status_code == 401
