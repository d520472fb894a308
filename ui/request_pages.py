"""The desk of people's requests: the list, one request, its answer as a letter.

Plain pages and plain forms, as those of cases. Names and addresses of people are shown
to who handles requests, and not to who only orders an erasure.
"""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from casework.permissions import Act, may
from casework.request_model import (
    CLEARING,
    OUTCOMES,
    RequestKind,
    RequestStep,
    RightsRequest,
)
from domain.errors import MinhTinError, QuarantineError
from ui.access import REQUEST, REQUESTS
from ui.case_lines import duty_of
from ui.case_visit import Values, Visit
from ui.context import ConsoleContext
from ui.forms import form_of, is_ours, text
from ui.guard import language_of, session_of
from ui.pages import Pages
from ui.problems import problem_of
from ui.refused import Refused
from ui.request_acts import REJECT, RequestActs
from ui.request_letter import letter_of
from ui.request_search import Candidate, described, look
from ui.view_models import Reading
from ui.wording import wording

LETTER = f"{REQUEST}/letter"


class RequestPages:
    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._casework = context.casework
        self._pages = Pages(context)
        self._acts = RequestActs(context)

    def routes(self) -> list[Route]:
        return [
            self._page(REQUESTS, "requests.html", self._list),
            self._page(REQUEST, "request.html", self._one),
            self._page(LETTER, "request_letter.html", self._letter),
            *(self._form(name, act) for name, act in self._acts.by_name().items()),
        ]

    def _page(self, path: str, template: str, draw: Callable[[Visit], Values]) -> Route:
        async def endpoint(request: Request) -> Response:
            visit = self._visit(request, dict(request.query_params))
            return await self._drawn(request, template, draw, visit)

        return Route(path, endpoint, methods=["GET"])

    def _form(self, name: str, act: Callable[[Visit], str]) -> Route:
        new = name == "receive"
        template = "requests.html" if new else "request.html"
        draw = self._list if new else self._one

        async def endpoint(request: Request) -> Response:
            words = wording(language_of(request))
            form = await form_of(request)
            fields = {field: text(form, field) for field in form}
            visit = self._visit(request, fields, act=name)
            if not is_ours(request, form):
                said = words("sign_in.stale")
                return await self._drawn(
                    request, template, draw, visit, error=said, status=400
                )
            try:
                number = await run_in_threadpool(act, visit)
            except MinhTinError as error:
                problem = problem_of(error, words)
                said = f"{problem.message} {problem.hint}".strip()
                return await self._drawn(
                    request,
                    template,
                    draw,
                    visit,
                    error=said,
                    status=problem.status,
                )
            return RedirectResponse(f"{request_link(number)}&told=yes", 303)

        return Route(f"{REQUEST}/{name}", endpoint, methods=["POST"])

    def _list(self, visit: Visit) -> Values:
        answered = visit.get("answered") == "yes"
        found = self._casework.requests(answered=answered)
        lines = [
            {
                "number": one.number,
                "link": request_link(one.number),
                "kind": one.kind,
                "step": one.step,
                "who": one.who if self._handles(visit) else "–",
                "received": visit.reading.short(one.received),
                "due": visit.reading.moment(one.due) if one.due else "–",
                "late": any(d.missed(visit.reading.now) for d in one.duties),
            }
            for one in found
        ]
        return {"lines": lines, "answered": answered, "kinds": list(RequestKind)}

    def _one(self, visit: Visit) -> Values:
        reading = visit.reading
        one = self._casework.request(visit.get("number"))
        handles = self._handles(visit)
        sought = visit.get("look")
        finding = handles and one.step in {RequestStep.RECEIVED, RequestStep.FOUND}
        offered, problem = self._offered(visit, sought if finding else "")
        posts = [post.post_id for post in one.posts]
        held = described(self._context, posts, reading)
        objects = one.kind is RequestKind.OBJECTION
        found = one.step is RequestStep.FOUND
        assessed = one.step is RequestStep.ASSESSED
        erases = assessed and one.outcome == "erased"
        return {
            "one": one,
            "shows_person": handles,
            "received": reading.moment(one.received),
            "duties": self._duties(one, reading),
            "held": held,
            "offered": [o for o in offered if o.post_id not in posts],
            "look_problem": problem,
            "sought": sought,
            "finding": finding,
            "assessing": handles and found and not objects,
            "settling": handles and found and objects,
            "ordering": erases and not one.ordered and _erases(visit),
            "waiting": erases and one.ordered is not None,
            "acting": handles and assessed and not erases,
            "answering": handles and one.step is RequestStep.ACTED,
            "replying": handles and one.replied is None and not one.answered,
            "outcomes": sorted(OUTCOMES[one.kind]),
            "verdicts": [(v, reading.label("verdicts", v)) for v in sorted(CLEARING)],
            "reject": REJECT,
            "told": visit.get("told") == "yes",
            "trail": [
                (reading.moment(step.at), step.who, f"request.{step.act}")
                for step in self._casework.request_trail(one.number)
            ],
        }

    def _duties(self, one: RightsRequest, reading: Reading) -> list[Values]:
        rules = {rule.id: rule for rule in self._context.profile.rules}
        return [
            {
                "name": duty_of(rules[duty.rule], reading)
                if duty.rule in rules
                else duty.rule,
                "due": reading.moment(duty.due),
                "met": reading.moment(duty.met) if duty.met else "",
                "late": duty.missed(reading.now),
            }
            for duty in one.duties
        ]

    def _offered(self, visit: Visit, sought: str) -> tuple[Sequence[Candidate], str]:
        """Return what is found, or why it is not looked for."""
        if not sought:
            return (), ""
        try:
            return look(self._context, sought, visit.reading), ""
        except QuarantineError as error:
            return (), error.message

    def _letter(self, visit: Visit) -> Values:
        one = self._casework.request(visit.get("number"))
        return {"letter": letter_of(one, self._context.profile)}

    def _handles(self, visit: Visit) -> bool:
        return may(visit.account.role, Act.HANDLE_REQUESTS)

    def _visit(
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
            "back": request_link(visit.get("number"))
            if visit.get("number")
            else REQUESTS,
            "handles": self._handles(visit),
        }
        try:
            found = await run_in_threadpool(draw, visit)
        except MinhTinError as raised:
            problem = problem_of(raised, visit.reading.words)
            said = error or f"{problem.message} {problem.hint}".strip()
            return self._pages.answer(
                request,
                "trouble.html",
                {**common, "error": said},
                status if error else problem.status,
            )
        return self._pages.answer(request, template, {**common, **found}, status)


def request_link(number: str) -> str:
    return f"{REQUEST}?number={quote(number, safe='')}"


def _erases(visit: Visit) -> bool:
    return may(visit.account.role, Act.FORGET_POSTS)
