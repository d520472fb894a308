"""The pages of cases: the list, one case with everything on it, and «Lập hồ sơ».

Plain pages and plain forms; an accepted one leads back to the case.
"""

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
from ui.context import ConsoleContext
from ui.guard import language_of
from ui.visit import Values, Visit
from ui.visit_pages import VisitPages
from ui.wording import wording

NEW = f"{CASE}/new"
ADD = f"{CASE}/add"
ATTACHING = "attach"
ATTACH = f"{CASE}/{ATTACHING}"


class CasePages(VisitPages):
    trouble = "case_none.html"

    def __init__(self, context: ConsoleContext) -> None:
        super().__init__(context)
        self._drawing = CaseDrawing(context)
        self._acts = CaseActs(context)

    def routes(self) -> list[Route]:
        drawing, acts = self._drawing, self._acts
        return [
            self.page(CASES, "cases.html", drawing.list_),
            self._one(),
            self.page(NEW, "case_new.html", drawing.new),
            self.form(NEW, "case_new.html", drawing.new, acts.open_),
            self.form(ADD, "case_new.html", drawing.new, acts.add),
            *(
                self.form(f"{CASE}/{name}", "case.html", drawing.one, act)
                for name, act in acts.of_a_case().items()
            ),
        ]

    def _one(self) -> Route:
        async def endpoint(request: Request) -> Response:
            visit = self.visit(request, dict(request.query_params))
            try:
                number = await run_in_threadpool(self._drawing.leads_on, visit)
            except MinhTinError:
                number = ""  # Drawing says what is the matter.
            if number:
                led = urlencode({"from": visit.get("number")})
                return RedirectResponse(f"{case_link(number)}&{led}", 303)
            return await self.drawn(request, "case.html", self._drawing.one, visit)

        return Route(CASE, endpoint, methods=["GET"])

    def common(self, visit: Visit, template: str) -> Values:
        return {
            "back": _address(visit, template),
            "works": may(visit.account.role, Act.WORK_CASES),
            "kinds": list(CaseKind),
            "statuses": list(CaseStatus),
        }

    def after(self, act: str, number: str) -> str:
        return f"{case_link(number)}&told={act}"

    async def read(self, request: Request) -> FormData:
        if request.url.path == ATTACH:
            words = wording(language_of(request))
            return await case_files.form_with_file(request, words)
        return await super().read(request)

    async def filled(self, visit: Visit, form: FormData) -> Visit:
        if visit.act != ATTACHING:
            return visit
        body = await case_files.body_of(form, visit.reading.words)
        return replace(visit, file=body)


def _address(visit: Visit, template: str) -> str:
    """Return where a change of language leads back to."""
    if template == "cases.html":
        asked = {name: visit.get(name) for name in FILTERS if visit.get(name)}
        return f"{CASES}?{urlencode(asked)}" if asked else CASES
    if template == "case.html":
        return case_link(visit.get("number"))
    return f"{NEW}?{urlencode({'post': visit.get('post')})}"
