"""Single sign-on in the browser: to the provider and back, and its word of signing out.

The routes are there without a provider too and say so: their addresses are open, and
nothing behind them may answer instead.
"""

import secrets

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from casework.model import Person, Session, SignOn
from domain.callers import neighbourhood
from domain.errors import ForbiddenError, MinhTinError
from ui.access import BACK_CHANNEL, CALLBACK, SIGN_ON
from ui.context import ConsoleContext
from ui.forms import form_of, origin_of, text
from ui.guard import language_of
from ui.pages import Pages
from ui.problems import problem_of
from ui.provider import Provider
from ui.rate import Rate
from ui.sign_in import Admission, local_path
from ui.wording import wording

BROWSER_COOKIE = "minhtin_sign_on"
SECONDS = 600
A_MINUTE = 30
"""Sign-ons that one address may begin: each is a row until it is over. Fewer holds up
an office behind one address at eight in the morning."""

LARGEST = 16 * 1024
"""Bytes of a provider's message; a logout token has two thousand."""


class SignOnPages:
    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._provider = context.sign_on
        self._pages = Pages(context)
        self._admission = Admission(context)
        self._rate = Rate(A_MINUTE)

    def routes(self) -> list[Route]:
        return [
            Route(SIGN_ON, self.begin, methods=["GET"]),
            Route(CALLBACK, self.back, methods=["GET"]),
            Route(BACK_CHANNEL, self.signed_out, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Lead the browser to the provider; what it must bring back is remembered."""
        provider, words = self._provider, wording(language_of(request))
        if provider is None:
            return self._refused(request, words("sign_on.none"), 404)
        if self._rate.wait(
            neighbourhood(origin_of(request)), self._context.clock.now()
        ):
            return self._refused(request, words("sign_on.often"), 429)
        target = local_path(request.query_params.get("next", "/"))
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        sign_on = SignOn(
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            target=target,
        )
        try:
            address = await run_in_threadpool(provider.address, state, sign_on)
            await run_in_threadpool(
                self._context.casework.begin_sign_on, state, browser, sign_on
            )
        except MinhTinError as error:
            return self._problem(request, error)
        answer = RedirectResponse(address, status_code=303)
        answer.headers["Cache-Control"] = "no-store"
        self._admission.cookies.put(answer, BROWSER_COOKIE, browser, SECONDS)
        return answer

    async def back(self, request: Request) -> Response:
        """Take the browser that comes back from the provider."""
        provider = self._provider
        if provider is None:
            words = wording(language_of(request))
            return self._refused(request, words("sign_on.none"), 404)
        answer = dict(request.query_params)
        browser = self._admission.cookies.get(request, BROWSER_COOKIE)
        try:
            sign_on = await run_in_threadpool(
                self._context.casework.take_sign_on, answer.get("state", ""), browser
            )
            person = await run_in_threadpool(provider.person, answer, sign_on)
            session = await run_in_threadpool(
                self._known, provider, person, origin_of(request)
            )
        except MinhTinError as error:
            return self._problem(request, error)
        let_in = await self._admission.let_in(
            request, session, local_path(sign_on.target)
        )
        self._admission.cookies.drop(let_in, BROWSER_COOKIE)
        return let_in

    def _known(self, provider: Provider, person: Person | str, origin: str) -> Session:
        casework = self._context.casework
        if isinstance(person, Person):
            return casework.sign_in_person(person, origin=origin)
        casework.refuse_person(provider.issuer, person, origin=origin)
        raise ForbiddenError(
            "Bạn chưa được giao vai trò nào ở đây.",
            hint="Vui lòng liên hệ quản trị viên.",
        )

    async def signed_out(self, request: Request) -> Response:
        """Take the provider's word that somebody signed out (back-channel logout)."""
        provider = self._provider
        length = request.headers.get("content-length", "")
        if provider is None or not length.isdecimal() or int(length) > LARGEST:
            return PlainTextResponse("refused", 400)
        token = text(await form_of(request), "logout_token")
        try:
            subject, sid = await run_in_threadpool(provider.signed_out, token)
            await run_in_threadpool(
                self._context.casework.end_sign_on, provider.issuer, subject, sid
            )
        except MinhTinError as error:
            problem = problem_of(error, wording("en"))
            return PlainTextResponse("refused", max(problem.status, 400))
        return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})

    def _problem(self, request: Request, error: MinhTinError) -> Response:
        problem = problem_of(error, wording(language_of(request)))
        said = f"{problem.message} {problem.hint}".strip()
        return self._refused(request, said, problem.status)

    def _refused(self, request: Request, message: str, status: int) -> Response:
        return self._pages.answer(
            request, "sign_on_refused.html", {"error": message}, status
        )
