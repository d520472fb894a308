"""The desk of people's requests: the list, one request, its answer as a letter.

Plain pages and plain forms, as those of cases. Names and addresses of people are shown
to who handles requests, and not to who only orders an erasure.
"""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.routing import Route

from casework.permissions import Act, may
from casework.request_model import (
    CLEARING,
    OUTCOMES,
    RequestKind,
    RequestStep,
    RightsRequest,
)
from domain.errors import QuarantineError
from ui.access import REQUEST, REQUESTS
from ui.case_lines import duty_of
from ui.context import ConsoleContext
from ui.reading import Reading
from ui.request_acts import REJECT, RequestActs
from ui.request_letter import letter_of
from ui.request_search import Candidate, described, look
from ui.visit import Values, Visit
from ui.visit_pages import Do, VisitPages

LETTER = f"{REQUEST}/letter"


class RequestPages(VisitPages):
    trouble = "trouble.html"

    def __init__(self, context: ConsoleContext) -> None:
        super().__init__(context)
        self._casework = context.casework
        self._acts = RequestActs(context)

    def routes(self) -> list[Route]:
        return [
            self.page(REQUESTS, "requests.html", self._list),
            self.page(REQUEST, "request.html", self._one),
            self.page(LETTER, "request_letter.html", self._letter),
            *(self._form(name, act) for name, act in self._acts.by_name().items()),
        ]

    def _form(self, name: str, do: Do) -> Route:
        path = f"{REQUEST}/{name}"
        if name == "receive":
            return self.form(path, "requests.html", self._list, do)
        return self.form(path, "request.html", self._one, do)

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

    def common(self, visit: Visit, template: str) -> Values:
        del template
        number = visit.get("number")
        back = request_link(number) if number else REQUESTS
        return {"back": back, "handles": self._handles(visit)}

    def after(self, act: str, number: str) -> str:
        del act
        return f"{request_link(number)}&told=yes"


def request_link(number: str) -> str:
    return f"{REQUEST}?number={quote(number, safe='')}"


def _erases(visit: Visit) -> bool:
    return may(visit.account.role, Act.FORGET_POSTS)
