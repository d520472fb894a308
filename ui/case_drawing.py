"""What the pages of cases are drawn with: the list, one case, and «Lập hồ sơ»."""

from collections.abc import Mapping, Sequence

from casework.case_model import CaseFilter, CaseKind, CaseOrder, CaseStatus, DueSoon
from casework.cases import PAGE
from casework.permissions import Act, may
from domain.analysis import Analysis
from domain.errors import NotFoundError
from domain.ids import PostId
from domain.labels import Queue
from searchindex.document import Document
from ui import case_lines, view_models
from ui.case_lines import case_link
from ui.context import ConsoleContext
from ui.page import desk_link
from ui.reading import Reading
from ui.visit import Values, Visit

FILTERS = ("kind", "status", "owner", "due", "q", "order")
"""Fields of the list's address that a change of page or language keeps."""

TOLD = frozenset(
    {
        "new", "add", "edit", "move", "post-remove", "task", "task-done", "clock",
        "wait", "met", "withdraw", "note", "attach", "merge", "part",
    }
)  # fmt: skip
MOST_OFFERED = 8
"""Open cases that are offered for a post; more push the button off the screen."""

_KIND_OF = {
    Queue.HARMFUL: CaseKind.HARM,
    Queue.CLAIMS: CaseKind.RUMOUR,
    Queue.ANSWERS: CaseKind.COMPLAINT,
    Queue.PRESS: CaseKind.PRESS,
}


class CaseDrawing:
    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._casework = context.casework

    def list_(self, visit: Visit) -> Values:
        wanted = case_lines.filter_of(visit.fields, visit.account)
        order, page = case_lines.place_of(visit.fields)
        found = self._casework.cases(wanted, order=order, skip=(page - 1) * PAGE)
        asked = {name: visit.get(name) for name in FILTERS}
        return {
            "lines": case_lines.list_lines(found.lines, visit.reading),
            "turns": case_lines.turns(found.count, page, asked, visit.reading),
            "query": asked,
            "people": self._casework.case_workers(),
            "dues": list(DueSoon),
            "orders": list(CaseOrder),
        }

    def leads_on(self, visit: Visit) -> str:
        """Return the number that a merged case's leads to; "" for all others."""
        asked = visit.get("number")
        number = self._casework.lasting_number(asked)
        return "" if number == asked else number

    def one(self, visit: Visit) -> Values:
        whole = self._casework.whole_case(visit.get("number"))
        reading, case = visit.reading, whole.case
        known = self._documents([link.post_id for link in whole.posts])
        posts = [
            {"link": link, "at": reading.short(link.at)}
            | self._shown(known.get(link.post_id), reading)
            for link in whole.posts
        ]
        names = {
            link.id: str(post["words"])
            for link, post in zip(whole.posts, posts, strict=True)
        }
        people = {one.id: one.display for one in self._casework.accounts()}
        absorbed = [one.number for one in whole.absorbed]
        moves = case_lines.moves_for(visit.account, case.status)
        closed = case.status is CaseStatus.CLOSED
        closing = closed or CaseStatus.CLOSED in moves
        return {
            "case": case,
            "me": visit.account.id,
            "led_from": next((n for n in absorbed if n == visit.get("from")), ""),
            "told": visit.get("told") if visit.get("told") in TOLD else "",
            "absorbed": whole.absorbed,
            "posts": posts,
            "tasks": case_lines.task_lines(whole, reading),
            "clocks": case_lines.clock_lines(whole.clocks, reading),
            "files": whole.files,
            "events": case_lines.event_lines(whole, reading, names, people),
            "created": reading.moment(case.created),
            "people": self._casework.case_workers(),
            "moves": moves,
            "reason": f"case.{'reason_must' if closing else 'reason'}",
            "adds": may(visit.account.role, Act.WORK_CASES) and not closed,
            "settles": may(visit.account.role, Act.SETTLE_CASES),
            "opens_files": may(visit.account.role, Act.READ_PERSONAL),
            "rules": [
                (rule.id, case_lines.duty_of(rule, reading))
                for rule in self._casework.case_rules()
            ],
            "link_of": case_link,
        }

    def new(self, visit: Visit) -> Values:
        post_id = visit.get("post")
        document = self._documents([PostId(post_id)]).get(PostId(post_id))
        if post_id and document is None and not visit.act:
            raise NotFoundError(visit.reading.words("case.post_missing"))
        words = visit.get("q")
        offered = self._casework.cases(CaseFilter(words=words), limit=MOST_OFFERED)
        cases = self._casework.cases_with([document.post.id]) if document else {}
        held = [one for found in cases.values() for one in found]
        return {
            "post": self._shown(document, visit.reading) if document else None,
            "post_id": document.post.id if document else "",
            "revision": document.post.revision if document else 0,
            "kind": _kind_of(document.analysis) if document else CaseKind.COMPLAINT,
            "title": _title(document, visit.reading) if document else "",
            "people": self._casework.case_workers(),
            "me": visit.account.id,
            "q": words,
            "offered": case_lines.list_lines(offered.lines, visit.reading),
            "more": offered.count - len(offered.lines),
            "held": held,
            "held_numbers": {one.number for one in held},
            "link_of": case_link,
        }

    def _shown(self, document: Document | None, reading: Reading) -> Values:
        if document is None:
            gone = reading.words("case.post_gone")
            return {"words": gone, "source": "", "when": "", "desk": ""}
        queues = document.analysis.queues
        return {
            "words": view_models.first_words(document, reading),
            "source": reading.source_name(document),
            "when": reading.short(document.post.when),
            "desk": desk_link(queues[0] if queues else "harmful", document.post.id),
        }

    def _documents(self, ids: Sequence[PostId]) -> Mapping[PostId, Document]:
        return self._context.index.reader().get(ids)


def _kind_of(analysis: Analysis) -> CaseKind:
    found = (kind for queue, kind in _KIND_OF.items() if queue in analysis.queues)
    return next(found, CaseKind.COMPLAINT)


def _title(document: Document, reading: Reading) -> str:
    """Propose a title: the post's own, or its first words, personal data masked."""
    return view_models.first_words(document, reading)[:120]
