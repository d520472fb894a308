"""The one door: who has no session gets the sign-in page, and nothing else.

Pure ASGI, in front of Streamlit's pages, assets, health paths and websocket and of our
own routes. It also refuses requests that another site started (origin, CSRF token) and
sets the headers that tell browsers what the console may do.
"""

import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casework.model import Session
from casework.permissions import Act, may
from domain.errors import MinhTinError
from ui.access import (
    ACCOUNT,
    ADD,
    CASE,
    CASES,
    CODES,
    OPEN,
    PASSWORD,
    SIGN_IN,
    WHILE_CODES_ARE_MISSING,
    WHILE_PASSWORD_IS_OLD,
    allows,
    has_own_token,
    need_of,
)
from ui.context import ConsoleContext
from ui.problems import problem_of
from ui.wording import Wording, wording

SESSION_KEY = "minhtin.session"
SESSION_COOKIE = "minhtin_session"
INTAKE = re.compile(r"/intake/[a-z0-9][a-z0-9-]{0,63}")
"""Where senders of reports knock, by POST alone: they sign each request instead."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

TRUSTED_SECONDS = 5
"""How long Streamlit's assets and a websocket's messages rely on the last look at the
session. Longer lets a closed account read on; shorter asks the store at each asset."""

MOST_TRUSTED = 1000

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # Streamlit compiles charts at run time and loads components as blobs.
    "Content-Security-Policy": "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}


def cookie_name(*, secure: bool) -> str:
    """Name the session cookie; behind TLS the prefix binds it to this very host."""
    return f"__Host-{SESSION_COOKIE}" if secure else SESSION_COOKIE


def language_of(connection: HTTPConnection) -> str:
    return connection.cookies.get("minhtin_language", "")


@dataclass(slots=True)
class _Trust:
    """Sessions looked at a moment ago, by token."""

    seen: dict[str, tuple[datetime, Session]] = field(default_factory=dict)

    def get(self, token: str, now: datetime) -> Session | None:
        at, session = self.seen.get(token, (None, None))
        if at is None or session is None:
            return None
        fresh = now - at < timedelta(seconds=TRUSTED_SECONDS)
        return session if fresh and now < session.expires else None

    def put(self, token: str, now: datetime, session: Session | None) -> None:
        if session is None:
            self.seen.pop(token, None)
            return
        if len(self.seen) >= MOST_TRUSTED:
            self.seen.clear()
        self.seen[token] = (now, session)


class SessionGuard:
    """ASGI middleware; wraps the whole app, so it must come first."""

    def __init__(self, app: ASGIApp, context: ConsoleContext) -> None:
        self._app = app
        self._context = context
        self._cookie = cookie_name(secure=context.settings_view.behind_tls)
        self._trust = _Trust()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        secured = _with_headers(send, tls=self._context.settings_view.behind_tls)
        try:
            session = await self._session(scope)
        except MinhTinError as error:
            problem = problem_of(error, _words(scope))
            await _refuse(
                scope, receive, secured, problem.status, problem.message, problem.number
            )
            return
        scope[SESSION_KEY] = session
        refusal = self._refusal(scope, session)
        if refusal is not None:
            await _answer(scope, receive, secured, refusal)
            return
        await self._app(scope, *self._watched(scope, receive, secured))

    def _refusal(self, scope: Scope, session: Session | None) -> Response | None:
        """Return what to answer instead of letting the request pass, if anything."""
        words = _words(scope)
        if not _same_origin(scope):
            return _json(403, words("problem.origin"))
        if scope["path"] in OPEN or _is_intake(scope):
            return None
        if session is None:
            return _to_sign_in(scope, words)
        return _refuse_session(scope, session, words)

    async def _session(self, scope: Scope) -> Session | None:
        program = _bearer(scope)
        if program is not None:
            # Never the cookie beside it: one request, one way in.
            look = self._context.casework.token_session
            return await to_thread.run_sync(look, program)
        token = HTTPConnection(scope).cookies.get(self._cookie, "")
        if not token:
            return None
        if scope["path"].startswith("/static/"):
            trusted = self._trust.get(token, self._context.clock.now())
            if trusted is not None:
                return trusted
        return await self._look_up(token)

    async def _look_up(self, token: str) -> Session | None:
        session = await to_thread.run_sync(self._context.casework.session, token)
        self._trust.put(token, self._context.clock.now(), session)
        return session

    def _watched(
        self, scope: Scope, receive: Receive, send: Send
    ) -> tuple[Receive, Send]:
        """Let a websocket end with its session, not only begin with one."""
        if scope["type"] != "websocket":
            return receive, send
        token = HTTPConnection(scope).cookies.get(self._cookie, "")
        closed = False

        async def watched_receive() -> Message:
            nonlocal closed
            message = await receive()
            if message["type"] != "websocket.receive" or await self._alive(
                token, scope
            ):
                return message
            closed = True
            await send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}

        async def watched_send(message: Message) -> None:
            if not closed:
                await send(message)

        return watched_receive, watched_send

    async def _alive(self, token: str, scope: Scope) -> bool:
        """Tell whether the session still is, and still may what it began."""
        found = self._trust.get(token, self._context.clock.now())
        try:
            found = found or await self._look_up(token)
        except MinhTinError:
            # The store is out of reach: the page itself will say so.
            return True
        return found is not None and _may_stay(found, scope["path"])


def _may_stay(session: Session, path: str) -> bool:
    first = session.account.must_change_password or session.must_enrol
    return not first and allows(session, need_of(path))


def _is_intake(scope: Scope) -> bool:
    posted = scope["type"] == "http" and scope["method"] == "POST"
    return posted and INTAKE.fullmatch(scope["path"]) is not None


def _bearer(scope: Scope) -> str | None:
    """Return the access token that a program sent; None where there is none."""
    sent = Headers(scope=scope).get("authorization", "")
    kind, _, token = sent.partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _refuse_session(scope: Scope, session: Session, words: Wording) -> Response | None:
    path = scope["path"]
    if session.account.must_change_password and path not in WHILE_PASSWORD_IS_OLD:
        return _first(scope, PASSWORD, words("problem.password_first"))
    if session.must_enrol and path not in WHILE_CODES_ARE_MISSING:
        return _first(scope, CODES, words("problem.codes_first"))
    if not allows(session, need_of(path)):
        home = ADD if may(session.account.role, Act.ADD_POST) else ACCOUNT
        lost = path == "/" and session.scopes is None
        return _first(scope, home if lost else "", words("problem.role"))
    if not _token_fits(scope, session):
        return _json(403, words("problem.csrf"))
    return None


def _first(scope: Scope, page: str, message: str) -> Response:
    """Lead a browser to where it must go first; refuse everything else."""
    if page and _wants_page(scope):
        return RedirectResponse(page, status_code=303)
    return _json(403, message)


def _words(scope: Scope) -> Wording:
    return wording(language_of(HTTPConnection(scope)))


def _same_origin(scope: Scope) -> bool:
    """Tell whether a browser sent this from our own pages, as far as it says."""
    if scope["type"] == "http" and scope["method"] in SAFE:
        return True
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    try:
        return bool(urlsplit(origin).netloc == headers.get("host"))
    except ValueError:  # not an address at all
        return False


def _token_fits(scope: Scope, session: Session) -> bool:
    if scope["type"] != "http" or scope["method"] in SAFE:
        return True
    if has_own_token(scope["path"]) or session.scopes is not None:
        # No browser sends an access token by itself.
        return True
    sent = Headers(scope=scope).get("x-csrf-token", "")
    return hmac.compare_digest(sent.encode(), session.csrf.encode())


def _wants_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in SAFE:
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


def _sent_by_form(scope: Scope) -> bool:
    """Tell whether a browser sent a plain form and shows what comes back."""
    if scope["type"] != "http" or scope["method"] in SAFE:
        return False
    wants = "text/html" in Headers(scope=scope).get("accept", "")
    return wants and has_own_token(scope["path"])


def _sent_from(scope: Scope) -> str:
    """Return the page that a form lay on, as far as the browser says."""
    headers = Headers(scope=scope)
    try:
        parts = urlsplit(headers.get("referer", ""))
    except ValueError:
        return "/"
    if parts.netloc != headers.get("host"):
        return "/"
    # A refused form of a case lies on an address that no page has.
    if parts.path.startswith(f"{CASE}/") and parts.path != f"{CASE}/new":
        return CASES
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _to_sign_in(scope: Scope, words: Wording) -> Response:
    if _sent_by_form(scope):
        wanted = _sent_from(scope)
    elif _wants_page(scope):
        query = scope.get("query_string", b"").decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
    else:
        return _json(401, words("problem.signed_out"))
    target = SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted, safe='')}"
    return RedirectResponse(target, status_code=303)


def _json(status: int, message: str, number: str = "") -> Response:
    return JSONResponse({"error": message, "number": number}, status)


async def _refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    *words: str,
) -> None:
    await _answer(scope, receive, send, _json(status, *words))


async def _answer(
    scope: Scope, receive: Receive, send: Send, response: Response
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await response(scope, receive, send)


def _with_headers(send: Send, *, tls: bool) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if tls:
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await send(message)

    return secured


def session_of(scope: Scope) -> Session:
    """Return the session that the guard let in."""
    session: Session = scope[SESSION_KEY]
    return session
