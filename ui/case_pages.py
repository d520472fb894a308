"""The pages of cases: the list, one case with everything on it, and «Lập hồ sơ».

Plain pages and plain forms. A form that was accepted leads back to the case by GET, so
that reloading repeats nothing; one that was refused is drawn again with what was typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from casework.case_model import CaseKind, CaseStatus
from casework.permissions import Act, may
from domain.errors import MinhTinError
from ui import case_files
from ui.access import CASE, CASES
from ui.case_acts import CaseActs
from ui.case_drawing import FILTERS, CaseDrawing
from ui.case_lines import case_link
from ui.case_visit import Values, Visit
from ui.context import ConsoleContext
from ui.forms import form_of, is_ours, text
from ui.guard import language_of, session_of
from ui.pages import Pages
from ui.problems import problem_of
from ui.refused import Refused
from ui.view_models import Reading
from ui.wording import wording

NEW = f"{CASE}/new"
ADD = f"{CASE}/add"
ATTACH = f"{CASE}/attach"


class CasePages:
    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._pages = Pages(context)
        self._drawing = CaseDrawing(context)
        self._acts = CaseActs(context)

    def routes(self) -> list[Route]:
        drawing, acts = self._drawing, self._acts
        return [
            self._page(CASES, "cases.html", drawing.list_),
            self._one(),
            self._page(NEW, "case_new.html", drawing.new),
            self._form(NEW, "case_new.html", drawing.new, acts.open_),
            self._form(ADD, "case_new.html", drawing.new, acts.add),
            *(
                self._form(f"{CASE}/{name}", "case.html", drawing.one, act)
                for name, act in acts.of_a_case().items()
            ),
        ]

    def _page(self, path: str, template: str, draw: Callable[[Visit], Values]) -> Route:
        async def endpoint(request: Request) -> Response:
            visit = self._visit(request, dict(request.query_params))
            return await self._drawn(request, template, draw, visit)

        return Route(path, endpoint, methods=["GET"])

    def _one(self) -> Route:
        async def endpoint(request: Request) -> Response:
            visit = self._visit(request, dict(request.query_params))
            try:
                number = await run_in_threadpool(self._drawing.leads_on, visit)
            except MinhTinError:
                number = ""  # Drawing says what is the matter.
            if number:
                led = urlencode({"from": visit.get("number")})
                return RedirectResponse(f"{case_link(number)}&{led}", 303)
            return await self._drawn(request, "case.html", self._drawing.one, visit)

        return Route(CASE, endpoint, methods=["GET"])

    def _form(
        self,
        path: str,
        template: str,
        draw: Callable[[Visit], Values],
        act: Callable[[Visit], str],
    ) -> Route:
        named = path.removeprefix(f"{CASE}/")

        async def endpoint(request: Request) -> Response:
            words = wording(language_of(request))
            asked = self._visit(request, dict(request.query_params))
            try:
                form = await _form_of(request, path)
                asked = self._visit(request, _texts(form), act=named)
                if not is_ours(request, form):
                    said = words("sign_in.stale")
                    return await self._drawn(
                        request, template, draw, asked, error=said, status=400
                    )
                if path == ATTACH:
                    body = await case_files.body_of(form, words)
                    asked = replace(asked, file=body)
                number = await run_in_threadpool(act, asked)
            except MinhTinError as error:
                problem = problem_of(error, words)
                said = f"{problem.message} {problem.hint}".strip()
                return await self._drawn(
                    request, template, draw, asked, error=said, status=problem.status
                )
            return RedirectResponse(f"{case_link(number)}&told={named}", 303)

        return Route(path, endpoint, methods=["POST"])

    def _visit(
        self,
        request: Request,
        fields: Mapping[str, str],
        *,
        act: str = "",
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

    async def _drawn(
        self,
        request: Request,
        template: str,
        draw: Callable[[Visit], Values],
        visit: Visit,
        *,
        error: str = "",
        status: int = 200,
    ) -> Response:
        common: Values = {
            "csrf": session_of(request.scope).csrf,
            "error": error,
            "refused": visit.refused if error else Refused(),
            "back": _address(visit, template),
            "works": may(visit.account.role, Act.WORK_CASES),
            "kinds": list(CaseKind),
            "statuses": list(CaseStatus),
        }
        try:
            found = await run_in_threadpool(draw, visit)
        except MinhTinError as raised:
            problem = problem_of(raised, visit.reading.words)
            said = error or f"{problem.message} {problem.hint}".strip()
            return self._pages.answer(
                request, "case_none.html", {**common, "error": said}, problem.status
            )
        return self._pages.answer(request, template, {**common, **found}, status)


async def _form_of(request: Request, path: str) -> FormData:
    if path == ATTACH:
        words = wording(language_of(request))
        return await case_files.form_with_file(request, words)
    return await form_of(request)


def _texts(form: FormData) -> dict[str, str]:
    return {name: text(form, name) for name in form}


def _address(visit: Visit, template: str) -> str:
    """Return where a change of language leads back to."""
    if template == "cases.html":
        asked = {name: visit.get(name) for name in FILTERS if visit.get(name)}
        return f"{CASES}?{urlencode(asked)}" if asked else CASES
    if template == "case.html":
        return case_link(visit.get("number"))
    return f"{NEW}?{urlencode({'post': visit.get('post')})}"
