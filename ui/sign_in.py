"""Pages without Streamlit: signing in and out, the first password, language, health."""

import hmac
import secrets
from importlib.resources import files
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import (
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from casework.model import Session
from domain.errors import MinhTinError
from ui.context import ConsoleContext
from ui.guard import PASSWORD, SESSION_KEY, SIGN_IN, SIGN_OUT, cookie_name, language_of
from ui.pages import Pages
from ui.problems import problem_of
from ui.wording import DEFAULT_LANGUAGE, LANGUAGES, wording

FORM_COOKIE = "minhtin_form"
YEAR = 365 * 86400


def local_path(wanted: str) -> str:
    """Return the wanted page if it is one of ours, else the start page."""
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    if not ours or parts.netloc or parts.path in {SIGN_IN, SIGN_OUT}:
        return "/"
    return wanted if wanted.isprintable() and "\\" not in wanted else "/"


class SignInPages:
    """The routes, with the console's context in hand."""

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._secure = context.settings_view.behind_tls
        self._pages = Pages(context)

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self.healthz),
            Route("/language", self.language),
            Route("/assets/sign_in.css", self.style),
            Route(SIGN_IN, self.sign_in, methods=["GET", "POST"]),
            Route(SIGN_OUT, self.sign_out, methods=["GET", "POST"]),
            Route(PASSWORD, self.password, methods=["GET", "POST"]),
        ]

    async def healthz(self, _request: Request) -> Response:
        """Say that the process answers; nothing else is told to strangers."""
        return PlainTextResponse("ok")

    async def style(self, _request: Request) -> Response:
        text = files("ui").joinpath("static", "sign_in.css").read_text(encoding="utf-8")
        return Response(text, media_type="text/css")

    async def language(self, request: Request) -> Response:
        chosen = request.query_params.get("to", "")
        back = local_path(request.query_params.get("back", "/"))
        answer = RedirectResponse(back, status_code=303)
        known = chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE
        self._set(answer, "minhtin_language", known, YEAR)
        return answer

    async def sign_in(self, request: Request) -> Response:
        if request.method == "GET":
            target = local_path(request.query_params.get("next", "/"))
            if request.scope[SESSION_KEY] is not None:
                return RedirectResponse(target, status_code=303)
            return self._sign_in_page(request, target=target)
        form = await request.form(max_files=0, max_fields=10)
        target = local_path(_text(form, "next"))
        if not _same(_text(form, "token"), request.cookies.get(FORM_COOKIE, "")):
            words = wording(language_of(request))
            return self._sign_in_page(
                request, target=target, error=words("sign_in.stale"), status=400
            )
        return await self._try_sign_in(request, form, target)

    async def _try_sign_in(
        self, request: Request, form: FormData, target: str
    ) -> Response:
        name, password = _text(form, "name"), _text(form, "password")
        origin = request.client.host if request.client else "unknown"
        try:
            session = await run_in_threadpool(
                self._context.casework.sign_in, name, password, origin=origin
            )
        except MinhTinError as error:
            problem = problem_of(error, wording(language_of(request)))
            return self._sign_in_page(
                request,
                target=target,
                name=name,
                error=problem.message,
                hint=problem.hint,
                status=problem.status,
            )
        answer = RedirectResponse(target, status_code=303)
        hours = self._context.settings_view.session_hours
        name = cookie_name(secure=self._secure)
        self._set(answer, name, session.token, hours * 3600)
        answer.delete_cookie(FORM_COOKIE, path="/")
        return answer

    async def sign_out(self, request: Request) -> Response:
        session: Session = request.scope[SESSION_KEY]
        if request.method == "GET":
            return self._page(request, "sign_out.html", {"csrf": session.csrf})
        form = await request.form(max_files=0, max_fields=5)
        if not _same(_text(form, "token"), session.csrf):
            return RedirectResponse(SIGN_OUT, status_code=303)
        await to_thread.run_sync(self._context.casework.sign_out, session.token)
        answer = RedirectResponse(SIGN_IN, status_code=303)
        answer.delete_cookie(
            cookie_name(secure=self._secure), path="/", secure=self._secure
        )
        return answer

    async def password(self, request: Request) -> Response:
        session: Session = request.scope[SESSION_KEY]
        if request.method == "GET":
            return self._password_page(request, session)
        form = await request.form(max_files=0, max_fields=5)
        words = wording(language_of(request))
        first, second = _text(form, "first"), _text(form, "second")
        if not _same(_text(form, "token"), session.csrf):
            return self._password_page(request, session, words("sign_in.stale"))
        if first != second:
            return self._password_page(request, session, words("password.differ"))
        account = session.account
        try:
            await run_in_threadpool(self._change_password, account.name, first)
        except MinhTinError as error:
            return self._password_page(request, session, str(error))
        return RedirectResponse(SIGN_IN, status_code=303)

    def _change_password(self, name: str, password: str) -> None:
        self._context.casework.set_password(name, name, password, must_change=False)

    def _sign_in_page(
        self,
        request: Request,
        *,
        target: str,
        error: str = "",
        hint: str = "",
        name: str = "",
        status: int = 200,
    ) -> Response:
        token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        values: dict[str, object] = {
            "token": token,
            "next": target,
            "error": error,
            "hint": hint,
            "name": name,
        }
        answer = self._page(request, "sign_in.html", values, status)
        self._set(answer, FORM_COOKIE, token, 3600)
        return answer

    def _password_page(
        self, request: Request, session: Session, error: str = ""
    ) -> Response:
        values = {
            "csrf": session.csrf,
            "error": error,
            "display": session.account.display,
            "must": session.account.must_change_password,
        }
        return self._page(request, "password.html", values, 400 if error else 200)

    def _page(
        self,
        request: Request,
        template: str,
        values: dict[str, object],
        status: int = 200,
    ) -> Response:
        return self._pages.answer(request, template, values, status)

    def _set(self, answer: Response, name: str, value: str, seconds: int) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _same(sent: str, known: str) -> bool:
    return bool(known) and hmac.compare_digest(sent.encode(), known.encode())
