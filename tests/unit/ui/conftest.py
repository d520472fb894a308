from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from domain.clock import ManualClock
from domain.labels import Role
from e2e.console_world import NOW, PASSWORD, world
from ui.context import ConsoleContext
from ui.guard import SessionGuard
from ui.server import own_routes

SITE = "http://console.test"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def context(tmp_path: Path, clock: ManualClock) -> ConsoleContext:
    return world(tmp_path, clock)


async def _page(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("page")


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


def guarded(context: ConsoleContext) -> Starlette:
    """Everything but Streamlit, which a plain page and an echo stand in for."""
    return Starlette(
        routes=[
            *own_routes(context),
            WebSocketRoute("/_stcore/stream", _echo),
            Mount("/", Route("/{path:path}", _page)),
        ],
        middleware=[Middleware(SessionGuard, context=context)],
    )


@pytest.fixture
def visitor(context: ConsoleContext) -> Iterator[TestClient]:
    """A browser without a session."""
    app = guarded(context)
    with TestClient(app, base_url=SITE, follow_redirects=False) as client:
        yield client


def _sign_in_to(context: ConsoleContext, name: str) -> TestClient:
    client = TestClient(guarded(context), base_url=SITE, follow_redirects=False)
    client.get("/sign-in")
    form = {
        "token": client.cookies["minhtin_form"],
        "name": name,
        "password": PASSWORD,
        "next": "/",
    }
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 303
    session = context.casework.session(client.cookies["minhtin_session"])
    assert session is not None
    client.headers["X-CSRF-Token"] = session.csrf
    return client


@pytest.fixture
def sign_in_to() -> Callable[[ConsoleContext, str], TestClient]:
    """Signs somebody in to any console by the form; gives the browser."""
    return _sign_in_to


@pytest.fixture
def signed_in(context: ConsoleContext) -> Callable[[str], TestClient]:
    """Makes browsers in which somebody signed in by the form."""
    return lambda name: _sign_in_to(context, name)


@pytest.fixture
def of_role(
    context: ConsoleContext, signed_in: Callable[[str], TestClient]
) -> Mapping[Role, TestClient]:
    """Somebody of each role, signed in."""
    for role in Role:
        context.casework.create_account(
            "cli",
            name=f"n-{role}",
            display=role,
            role=role,
            password=PASSWORD,
            must_change=False,
        )
    return {role: signed_in(f"n-{role}") for role in Role}
