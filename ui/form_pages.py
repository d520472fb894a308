"""Pages of plain forms: each form does one act and then draws its page again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from casework.model import Account, Session
from domain.errors import MinhTinError
from ui import shown
from ui.access import ACCOUNT, ACCOUNTS, CODES, TOKENS
from ui.context import ConsoleContext
from ui.forms import form_of, is_ours, origin_of, text
from ui.guard import language_of, session_of
from ui.pages import Pages
from ui.problems import problem_of
from ui.wording import wording

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that was sent: by whom, from where, with what."""

    session: Session
    form: FormData
    origin: str

    @property
    def account(self) -> Account:
        return self.session.account

    def text(self, name: str) -> str:
        return text(self.form, name)


Draw = Callable[[Session], Values]
"""What a page shows, besides what came of a form."""

Do = Callable[[Asked], Response | Values | None]
"""An act: what it adds to the page, or another answer instead."""


class FormPages:
    """Makes routes of templates, what they show, and the acts of their forms."""

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._casework = context.casework
        self._pages = Pages(context)

    def page(self, path: str, template: str, draw: Draw) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self._answer(request, template, draw, {})

        return Route(path, endpoint, methods=["GET"])

    def form(self, path: str, template: str, draw: Draw, do: Do) -> Route:
        """Return the route of a form on the page above it.

        What the act raises is said above the page that is drawn again.
        """

        async def endpoint(request: Request) -> Response:
            form = await form_of(request)
            words = wording(language_of(request))
            if not is_ours(request, form):
                stale = {"error": words("sign_in.stale")}
                return await self._answer(request, template, draw, stale, 400)
            asked = Asked(session_of(request.scope), form, origin_of(request))
            try:
                done = await run_in_threadpool(do, asked)
            except MinhTinError as error:
                problem = problem_of(error, words)
                said = {"error": f"{problem.message} {problem.hint}".strip()}
                return await self._answer(request, template, draw, said, problem.status)
            if isinstance(done, Response):
                return done
            more = {"done": words("account.saved"), **(done or {})}
            return await self._answer(request, template, draw, more)

        return Route(path, endpoint, methods=["POST"])

    async def _answer(
        self,
        request: Request,
        template: str,
        draw: Draw,
        more: Values,
        status: int = 200,
    ) -> Response:
        session = session_of(request.scope)
        try:
            found = await run_in_threadpool(draw, session)
        except MinhTinError as error:
            problem = problem_of(error, wording(language_of(request)))
            found, more = {}, {"error": f"{problem.message} {problem.hint}".strip()}
            template, status = "trouble.html", problem.status
        back = _page_of(request.url.path)
        common = {"csrf": session.csrf, "error": "", "done": "", "back": back}
        return self._pages.answer(
            request, template, {**common, **found, **more}, status
        )

    def moment(self, when: datetime) -> str:
        return shown.moment(when, self._context.profile.timezone)

    def prove(self, asked: Asked) -> None:
        """Ask for the password again: an open screen must not be enough."""
        if asked.account.local:
            self._casework.confirm_password(
                asked.account.name, asked.text("password"), origin=asked.origin
            )


def _page_of(path: str) -> str:
    """Return the page that a form's address lies on, to come back to by GET."""
    pages = (CODES, TOKENS, ACCOUNTS, ACCOUNT)
    return next((page for page in pages if path.startswith(page)), ACCOUNT)
