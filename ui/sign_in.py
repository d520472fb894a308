"""Pages without Streamlit: signing in and out, the first password, language, health."""

import secrets
from importlib.resources import files
from urllib.parse import quote, urlsplit

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

from casework.model import SecondStep, Session
from casework.passwords import SHORTEST, SHORTEST_WITH_CODE
from domain.errors import MinhTinError
from ui.access import CODE, PASSWORD, SIGN_IN, SIGN_ON, SIGN_OUT
from ui.context import ConsoleContext
from ui.forms import Cookies, form_of, is_ours, origin_of, same, text
from ui.guard import SESSION_COOKIE, SESSION_KEY, language_of
from ui.pages import Pages
from ui.problems import problem_of
from ui.wording import DEFAULT_LANGUAGE, LANGUAGES, wording

FORM_COOKIE = "minhtin_form"
STEP_COOKIE = "minhtin_step"
STEP_SECONDS = 300
YEAR = 365 * 86400


def local_path(wanted: str) -> str:
    """Return the wanted page if it is one of ours, else the start page."""
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    if not ours or parts.netloc or parts.path in {SIGN_IN, SIGN_OUT, CODE, SIGN_ON}:
        return "/"
    return wanted if wanted.isprintable() and "\\" not in wanted else "/"


class Admission:
    """Lets a session into a browser: a new one each time, the former ended."""

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self.cookies = Cookies(secure=context.settings_view.behind_tls)

    async def let_in(self, request: Request, session: Session, target: str) -> Response:
        former = self.cookies.get(request, SESSION_COOKIE)
        if former:
            await to_thread.run_sync(self._context.casework.sign_out, former)
        answer = RedirectResponse(target, status_code=303)
        seconds = self._context.settings_view.session_hours * 3600
        self.cookies.put(answer, SESSION_COOKIE, session.token, seconds)
        for spent in (FORM_COOKIE, STEP_COOKIE):
            self.cookies.drop(answer, spent)
        return answer


class SignInPages:
    """The routes, with the console's context in hand."""

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._pages = Pages(context)
        self._admission = Admission(context)
        self._cookies = self._admission.cookies

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self.healthz),
            Route("/language", self.language),
            Route("/assets/sign_in.css", self.style),
            Route(SIGN_IN, self.sign_in, methods=["GET", "POST"]),
            Route(CODE, self.code, methods=["GET", "POST"]),
            Route(SIGN_OUT, self.sign_out, methods=["GET", "POST"]),
            Route(PASSWORD, self.password, methods=["GET", "POST"]),
        ]

    async def healthz(self, _request: Request) -> Response:
        """Say that the process answers; nothing else is told to strangers."""
        return PlainTextResponse("ok")

    async def style(self, _request: Request) -> Response:
        sheet = files("ui").joinpath("static", "sign_in.css")
        return Response(sheet.read_text(encoding="utf-8"), media_type="text/css")

    async def language(self, request: Request) -> Response:
        chosen = request.query_params.get("to", "")
        back = local_path(request.query_params.get("back", "/"))
        answer = RedirectResponse(back, status_code=303)
        known = chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE
        answer.set_cookie(
            "minhtin_language",
            known,
            max_age=YEAR,
            secure=self._context.settings_view.behind_tls,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def sign_in(self, request: Request) -> Response:
        if request.method == "GET":
            target = local_path(request.query_params.get("next", "/"))
            if request.scope[SESSION_KEY] is not None:
                return RedirectResponse(target, status_code=303)
            return self._sign_in_page(request, target=target)
        form = await form_of(request)
        target = local_path(text(form, "next"))
        if not same(text(form, "token"), self._cookies.get(request, FORM_COOKIE)):
            words = wording(language_of(request))
            return self._sign_in_page(
                request, target=target, error=words("sign_in.stale"), status=400
            )
        return await self._try_sign_in(request, form, target)

    async def _try_sign_in(
        self, request: Request, form: FormData, target: str
    ) -> Response:
        name, password = text(form, "name"), text(form, "password")
        try:
            found = await run_in_threadpool(
                self._context.casework.sign_in,
                name,
                password,
                origin=origin_of(request),
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
        if isinstance(found, SecondStep):
            where = f"{CODE}?next={quote(target, safe='')}"
            answer = RedirectResponse(where, status_code=303)
            self._cookies.put(answer, STEP_COOKIE, found.token, STEP_SECONDS)
            return answer
        return await self._admission.let_in(request, found, target)

    async def code(self, request: Request) -> Response:
        """Ask for the code after the password; only its token opens this page."""
        step = self._cookies.get(request, STEP_COOKIE)
        if not step:
            return RedirectResponse(SIGN_IN, status_code=303)
        if request.method == "GET":
            target = local_path(request.query_params.get("next", "/"))
            return self._code_page(request, target)
        form = await form_of(request)
        target = local_path(text(form, "next"))
        if not same(text(form, "token"), self._cookies.get(request, FORM_COOKIE)):
            return RedirectResponse(SIGN_IN, status_code=303)
        try:
            session = await run_in_threadpool(
                self._context.casework.second_step,
                step,
                text(form, "code")[:100],
                origin=origin_of(request),
            )
        except MinhTinError as error:
            problem = problem_of(error, wording(language_of(request)))
            return self._code_page(request, target, str(error), problem.status)
        return await self._admission.let_in(request, session, target)

    async def sign_out(self, request: Request) -> Response:
        session: Session = request.scope[SESSION_KEY]
        if request.method == "GET":
            return self._page(request, "sign_out.html", {"csrf": session.csrf})
        form = await form_of(request)
        if not is_ours(request, form):
            return RedirectResponse(SIGN_OUT, status_code=303)
        answer = await run_in_threadpool(self._leave, request, session)
        self._cookies.drop(answer, SESSION_COOKIE)
        return answer

    def _leave(self, request: Request, session: Session) -> Response:
        hint = self._context.casework.sign_out(session.token)
        provider = self._context.sign_on
        after = provider.logout_address(hint) if provider and hint else ""
        if not after:
            return RedirectResponse(SIGN_IN, status_code=303)
        # A page of its own: a form's answer may not lead to another site (form-action).
        return self._page(request, "signed_out.html", {"address": after})

    async def password(self, request: Request) -> Response:
        session: Session = request.scope[SESSION_KEY]
        if request.method == "GET":
            return self._password_page(request, session)
        form = await form_of(request)
        words = wording(language_of(request))
        if not is_ours(request, form):
            return self._password_page(request, session, words("sign_in.stale"))
        if text(form, "first") != text(form, "second"):
            return self._password_page(request, session, words("password.differ"))
        try:
            await run_in_threadpool(
                self._change_password, session, form, origin_of(request)
            )
        except MinhTinError as error:
            return self._password_page(request, session, str(error))
        return RedirectResponse(SIGN_IN, status_code=303)

    def _change_password(self, session: Session, form: FormData, origin: str) -> None:
        account, casework = session.account, self._context.casework
        if not account.must_change_password:
            casework.confirm_password(
                account.name, text(form, "present"), origin=origin
            )
        casework.set_password(
            account.id,
            account.name,
            text(form, "first"),
            must_change=False,
            keep_token=session.token,
        )

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
        provider = self._context.sign_on
        values: dict[str, object] = {
            "next": target,
            "error": error,
            "hint": hint,
            "name": name,
            "sign_on": provider.label if provider else "",
            "sign_on_address": f"{SIGN_ON}?next={quote(target, safe='')}",
        }
        return self._with_form_token(request, "sign_in.html", values, status)

    def _code_page(
        self, request: Request, target: str, error: str = "", status: int = 200
    ) -> Response:
        values: dict[str, object] = {"next": target, "error": error}
        return self._with_form_token(request, "code.html", values, status)

    def _with_form_token(
        self, request: Request, template: str, values: dict[str, object], status: int
    ) -> Response:
        token = self._cookies.get(request, FORM_COOKIE) or secrets.token_urlsafe(24)
        answer = self._page(request, template, {**values, "token": token}, status)
        self._cookies.put(answer, FORM_COOKIE, token, 3600)
        return answer

    def _password_page(
        self, request: Request, session: Session, error: str = ""
    ) -> Response:
        coded = self._context.casework.needs_code_device(session.account)
        values = {
            "csrf": session.csrf,
            "error": error,
            "display": session.account.display,
            "must": session.account.must_change_password,
            "local": session.account.local,
            "shortest": SHORTEST_WITH_CODE if coded else SHORTEST,
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
