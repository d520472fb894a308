"""Pages that visits go to: what cases and requests have in common.

A form that was accepted leads on by GET, so that reloading repeats nothing; one that
was refused is drawn again with what was typed.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.errors import MinhTinError
from ui.context import ConsoleContext
from ui.forms import form_of, is_ours, text
from ui.guard import language_of, session_of
from ui.pages import Pages
from ui.problems import problem_of
from ui.reading import Reading
from ui.refused import Refused
from ui.visit import Values, Visit
from ui.wording import wording

Draw = Callable[[Visit], Values]
"""What a page shows, besides what all of its kind show."""

Do = Callable[[Visit], str]
"""An act; returns the number of what it was done on."""


class VisitPages(ABC):
    trouble: ClassVar[str]
    """The template for what cannot be drawn."""

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._pages = Pages(context)

    @abstractmethod
    def common(self, visit: Visit, template: str) -> Values:
        """Return what every page shows; `back` is where another language leads."""

    @abstractmethod
    def after(self, act: str, number: str) -> str:
        """Return the address that an accepted form leads to."""

    async def read(self, request: Request) -> FormData:
        """Read a form's body."""
        return await form_of(request)

    async def filled(self, visit: Visit, form: FormData) -> Visit:
        """Add to a visit what its form has besides texts."""
        del form
        return visit

    def page(self, path: str, template: str, draw: Draw) -> Route:
        async def endpoint(request: Request) -> Response:
            visit = self.visit(request, dict(request.query_params))
            return await self.drawn(request, template, draw, visit)

        return Route(path, endpoint, methods=["GET"])

    def form(self, path: str, template: str, draw: Draw, do: Do) -> Route:
        act = path.rsplit("/", 1)[-1]

        async def endpoint(request: Request) -> Response:
            words = wording(language_of(request))
            visit = self.visit(request, dict(request.query_params))
            try:
                form = await self.read(request)
                texts = {name: text(form, name) for name in form}
                visit = self.visit(request, texts, act=act)
                if not is_ours(request, form):
                    said = words("sign_in.stale")
                    return await self.drawn(
                        request, template, draw, visit, error=said, status=400
                    )
                visit = await self.filled(visit, form)
                number = await run_in_threadpool(do, visit)
            except MinhTinError as error:
                problem = problem_of(error, words)
                said = f"{problem.message} {problem.hint}".strip()
                return await self.drawn(
                    request, template, draw, visit, error=said, status=problem.status
                )
            return RedirectResponse(self.after(act, number), 303)

        return Route(path, endpoint, methods=["POST"])

    def visit(
        self, request: Request, fields: Mapping[str, str], *, act: str = ""
    ) -> Visit:
        return Visit(
            account=session_of(request.scope).account,
            reading=Reading(
                profile=self._context.profile,
                words=wording(language_of(request)),
                now=self._context.clock.now(),
            ),
            fields=fields,
            act=act,
        )

    async def drawn(
        self,
        request: Request,
        template: str,
        draw: Draw,
        visit: Visit,
        *,
        error: str = "",
        status: int = 200,
    ) -> Response:
        common: Values = {
            "csrf": session_of(request.scope).csrf,
            "error": error,
            "refused": visit.refused if error else Refused(),
            **self.common(visit, template),
        }
        try:
            found = await run_in_threadpool(draw, visit)
        except MinhTinError as raised:
            problem = problem_of(raised, visit.reading.words)
            said = error or f"{problem.message} {problem.hint}".strip()
            status = status if error else problem.status
            return self._pages.answer(
                request, self.trouble, {**common, "error": said}, status
            )
        return self._pages.answer(request, template, {**common, **found}, status)
