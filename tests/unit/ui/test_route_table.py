"""Who may go where: every address of the app, every role, and nobody at all.

The table is written by hand after `docs/accounts.md`, not taken from the guard, so that
a slip in either is found. An address that is not in it fails.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from casework.case_model import CaseKind, NewCase
from casework.permissions import Act, may
from domain.labels import Role
from ui.context import ConsoleContext
from ui.page import PAGES
from ui.shell import pages_of

ROOT = Path(__file__).parents[3]
PAGE = {"accept": "text/html"}
STREAM = "ws://console.test/_stcore/stream"


class Door(StrEnum):
    """What an address asks for where it is no act."""

    OPEN = "answers without a session"
    SIGNED = "takes a request that a sender signed, no session"
    ANYBODY = "takes any session; what it may is asked again by casework"
    NOBODY = "is closed"


READ, CLEAR, CASES, WORK = (
    Act.READ_POSTS,
    Act.READ_PERSONAL,
    Act.READ_CASES,
    Act.WORK_CASES,
)
TABLE: Mapping[str, Act | Door] = {
    "GET /healthz": Door.OPEN,
    "GET /language": Door.OPEN,
    "GET /assets/sign_in.css": Door.OPEN,
    "GET /sign-in": Door.OPEN,
    "POST /sign-in": Door.OPEN,
    "GET /sign-in/code": Door.OPEN,
    "POST /sign-in/code": Door.OPEN,
    "GET /oidc/sign-in": Door.OPEN,
    "GET /oidc/callback": Door.OPEN,
    "POST /oidc/back-channel": Door.OPEN,
    "POST /intake/{channel}": Door.SIGNED,
    "GET /sign-out": Door.ANYBODY,
    "POST /sign-out": Door.ANYBODY,
    "GET /password": Door.ANYBODY,
    "POST /password": Door.ANYBODY,
    "GET /account": Door.ANYBODY,
    "POST /account/session": Door.ANYBODY,
    "POST /account/everywhere": Door.ANYBODY,
    "GET /account/codes": Door.ANYBODY,
    "POST /account/codes": Door.ANYBODY,
    "POST /account/codes/off": Door.ANYBODY,
    "POST /account/codes/recovery": Door.ANYBODY,
    "GET /account/tokens": Door.ANYBODY,
    "POST /account/tokens": Door.ANYBODY,
    "POST /account/tokens/revoke": Door.ANYBODY,
    "GET /accounts": Act.MANAGE_ACCOUNTS,
    "POST /accounts/create": Act.MANAGE_ACCOUNTS,
    "POST /accounts/change": Act.MANAGE_ACCOUNTS,
    "POST /accounts/reset": Act.MANAGE_ACCOUNTS,
    "POST /accounts/sessions": Act.MANAGE_ACCOUNTS,
    "POST /accounts/codes": Act.MANAGE_ACCOUNTS,
    "GET /add": Act.ADD_POST,
    "POST /add": Act.ADD_POST,
    "GET /add/asked": Act.ADD_POST,
    "GET /cases": CASES,
    "GET /case": CASES,
    "GET /case/new": WORK,
    "POST /case/new": WORK,
    "POST /case/add": WORK,
    "POST /case/edit": WORK,
    "POST /case/move": WORK,
    "POST /case/post-remove": WORK,
    "POST /case/task": WORK,
    "POST /case/task-done": WORK,
    "POST /case/clock": WORK,
    "POST /case/wait": WORK,
    "POST /case/met": WORK,
    "POST /case/withdraw": WORK,
    "POST /case/note": WORK,
    "POST /case/attach": WORK,
    "POST /case/merge": Act.SETTLE_CASES,
    "POST /case/part": Act.SETTLE_CASES,
    "GET /case/file": CLEAR,
    "GET /requests": Act.READ_REQUESTS,
    "GET /request": Act.READ_REQUESTS,
    "GET /request/letter": Act.HANDLE_REQUESTS,
    "POST /request/receive": Act.HANDLE_REQUESTS,
    "POST /request/find": Act.HANDLE_REQUESTS,
    "POST /request/reply": Act.HANDLE_REQUESTS,
    "POST /request/assess": Act.HANDLE_REQUESTS,
    "POST /request/order": Act.FORGET_POSTS,
    "POST /request/act": Act.HANDLE_REQUESTS,
    "POST /request/settle": Act.HANDLE_REQUESTS,
    "POST /request/answer": Act.HANDLE_REQUESTS,
    "GET /api/session": READ,
    "GET /api/queue": READ,
    "GET /api/counts": READ,
    "GET /api/post": READ,
    "GET /api/story": READ,
    "GET /api/precedents": READ,
    "POST /api/viewing": READ,
    "GET /api/pictures": CLEAR,
    "POST /api/reveal": CLEAR,
    "GET /evidence/{digest}": CLEAR,
    "GET /pictures/{digest}/{name:str}": CLEAR,
    "POST /api/decisions": Act.DECIDE,
    "POST /api/undo": Act.DECIDE,
    "POST /api/claim": Act.DECIDE,
    "POST /api/return": Act.DECIDE,
    "POST /api/stories/cut": Act.CUT_STORY,
    "GET /assets/desk.js": Door.ANYBODY,
    "GET /assets/desk.css": Door.ANYBODY,
    "GET /assets/cases.css": Door.ANYBODY,
    "GET /assets/forms.js": Door.ANYBODY,
    "GET /assets/letter.css": Door.ANYBODY,
    "GET /audit/export": Act.EXPORT_AUDIT,
    "GET /": READ,
    "GET /desk": READ,
    "GET /search": READ,
    "GET /map": READ,
    "GET /sources": READ,
    "GET /models": READ,
    "GET /drift": READ,
    "GET /settings": READ,
    "GET /audit": Act.READ_AUDIT,
    "WS /_stcore/stream": READ,
    "GET /_stcore/health": READ,
    "GET /_stcore/host-config": READ,
    "GET /_stcore/bidi-components/{path:path}": READ,
    "GET /component/{path:path}": READ,
    "GET /media/{file_id:path}": READ,
    "MOUNT /": READ,
    "GET /_stcore/metrics": Door.NOBODY,
    "PUT /_stcore/upload_file/{session_id}/{file_id}": Door.NOBODY,
    "DELETE /_stcore/upload_file/{session_id}/{file_id}": Door.NOBODY,
    "GET /auth/login": Door.NOBODY,
    "GET /auth/logout": Door.NOBODY,
    "GET /oauth2callback": Door.NOBODY,
    **{
        f"{method} /_stcore/agent/{name}": Door.NOBODY
        for method in ("DELETE", "GET", "PATCH", "POST", "PUT")
        for name in ("interact", "openapi.json", "mcp")
    },
}

FILLED = {
    "{digest}": "sha256:0",
    "{name:str}": "x",
    "{channel}": "x",
    "{path:path}": "a/b.js",
    "{file_id:path}": "a.csv",
    "{session_id}": "a",
    "{file_id}": "b",
}


def asked(line: str) -> tuple[str, str]:
    """Return method and address of a line of the table, gaps filled."""
    method, path = line.split(" ", 1)
    for gap, value in FILLED.items():
        path = path.replace(gap, value)
    if method == "MOUNT":
        return "GET", f"{path}static/js/a.js"
    return method, path


def over_http() -> Iterator[tuple[str, str, Act | Door]]:
    for line, need in TABLE.items():
        method, path = asked(line)
        if method != "WS":
            yield method, path, need


def test_the_table_has_every_address_and_no_other(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, Path(__file__).with_name("routes_of_app.py"), tmp_path],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(said.stdout.splitlines()) == set(TABLE)


def test_the_navigation_holds_to_the_table() -> None:
    for role in Role:
        drawn = {page for page in PAGES if allowed(role, TABLE[f"GET /{page}"])}
        if role is not Role.GRASSROOTS:  # to whom none of them is open
            assert set(pages_of(role)) == drawn, role
        assert bool(drawn) is (role is not Role.GRASSROOTS)


def allowed(role: Role, need: Act | Door) -> bool:
    return may(role, need) if isinstance(need, Act) else need is not Door.NOBODY


def test_without_a_session_nothing_but_the_open_addresses_answers(
    visitor: TestClient,
) -> None:
    for method, path, need in over_http():
        status = visitor.request(method, path).status_code
        if need is Door.OPEN:
            assert status < 401 or status in {404, 405}, (method, path, status)
        else:
            assert status == 401, (method, path, status)
        if need in {Door.OPEN, Door.SIGNED}:
            continue
        for other in ("HEAD", "OPTIONS"):
            assert visitor.request(other, path).status_code == 401, (other, path)
        if method == "GET":
            page = visitor.get(path, headers=PAGE)
            led = (page.status_code, page.headers.get("location", "").split("?")[0])
            assert led == (303, "/sign-in"), path


def test_every_role_at_every_address(of_role: Mapping[Role, TestClient]) -> None:
    for method, path, need in over_http():
        for role, client in of_role.items():
            body = None if method == "GET" else {}
            status = client.request(method, path, json=body).status_code
            if need is Door.SIGNED:  # a session is no signature
                assert status == 401
            else:
                refused = status in {401, 403}
                assert refused is not allowed(role, need), (role, method, path, status)


def test_every_role_at_the_websocket(of_role: Mapping[Role, TestClient]) -> None:
    for role, client in of_role.items():
        if may(role, Act.READ_POSTS):
            with client.websocket_connect(STREAM) as socket:
                socket.send_text("a")
                assert socket.receive_text() == "a"
        else:
            with (
                pytest.raises(WebSocketDisconnect),
                client.websocket_connect(STREAM),
            ):
                pass


def test_no_post_does_anything_without_its_token(
    context: ConsoleContext, of_role: Mapping[Role, TestClient]
) -> None:
    """A form's token is in the form, the desk's in a header; neither is sent here."""
    posts = [(path, need) for way, path, need in over_http() if way == "POST"]
    assert len(posts) > 30
    (lan,) = [each for each in context.casework.accounts() if each.name == "lan"]
    new = NewCase(kind=CaseKind.HARM, title="Cầu treo hỏng")
    number = context.casework.open_case(lan, new).number
    before = context.casework.audit_standing().rows
    for path, need in posts:
        if isinstance(need, Act) or need is Door.ANYBODY:
            client = of_role[next(role for role in Role if allowed(role, need))]
            token = client.headers.pop("X-CSRF-Token")
            for sent in ("", "x" * len(token)):
                form = {"token": sent, "number": number}
                file = {"file": ("a.pdf", b"%PDF-1.7")} if "attach" in path else None
                answer = client.post(path, data=form, files=file)
                again = (answer.status_code, answer.headers.get("location"))
                refused = answer.status_code in {400, 403}
                # Signing out asks once more instead.
                assert refused or again == (303, path), (path, answer.status_code)
            client.headers["X-CSRF-Token"] = token
    assert context.casework.audit_standing().rows == before
    for client in of_role.values():
        assert client.get("/account").status_code == 200
