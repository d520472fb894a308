"""What the forms of requests do; each returns the number of the request to lead to."""

from collections.abc import Callable, Mapping

from casework.request_model import FoundPost, NewRequest, Outcome, RequestKind
from domain.errors import QuarantineError
from domain.ids import PostId
from domain.labels import Verdict
from ui import case_lines
from ui.context import ConsoleContext
from ui.request_search import described
from ui.visit import Visit

REJECT = "reject"
"""The choice that rejects an objection; all others are verdicts."""


class RequestActs:
    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._casework = context.casework

    def by_name(self) -> Mapping[str, Callable[[Visit], str]]:
        """Return the acts by the last part of the address."""
        return {
            "receive": self._receive,
            "find": self._find,
            "reply": self._reply,
            "assess": self._assess,
            "order": self._order,
            "act": self._act,
            "settle": self._settle,
            "answer": self._answer,
        }

    def _receive(self, visit: Visit) -> str:
        when = case_lines.time_of(visit.get("received"), visit.reading)
        new = NewRequest(
            kind=visit.one_of("kind", RequestKind),
            who=visit.get("who"),
            contact=visit.get("contact"),
            wanted=visit.get("wanted"),
            received=when or visit.reading.now,
        )
        return self._casework.receive_request(visit.account, new).number

    def _find(self, visit: Visit) -> str:
        ids = [PostId(visit.get(n)) for n in visit.fields if n.startswith("post")]
        chosen = described(self._context, ids, visit.reading)
        posts = [FoundPost(post_id=c.post_id, revision=c.revision) for c in chosen]
        number, revision = visit.get("number"), visit.whole("revision")
        self._casework.find_for_request(visit.account, number, revision, posts)
        return number

    def _reply(self, visit: Visit) -> str:
        number, revision = visit.get("number"), visit.whole("revision")
        when = case_lines.time_of(visit.get("when"), visit.reading) or visit.reading.now
        self._casework.reply_to_request(visit.account, number, revision, when)
        return number

    def _assess(self, visit: Visit) -> str:
        number, outcome = visit.get("number"), visit.one_of("outcome", Outcome)
        self._casework.assess_request(
            visit.account,
            number,
            visit.whole("revision"),
            outcome,
            visit.get("reason"),
        )
        return number

    def _order(self, visit: Visit) -> str:
        number, revision = visit.get("number"), visit.whole("revision")
        if visit.get("sure") != "yes":
            raise QuarantineError(visit.reading.words("request.sure"), reason="sure")
        self._casework.order_erasure(visit.account, number, revision)
        return number

    def _act(self, visit: Visit) -> str:
        number, revision = visit.get("number"), visit.whole("revision")
        done = visit.get("done")
        self._casework.carry_out_request(visit.account, number, revision, done)
        return number

    def _settle(self, visit: Visit) -> str:
        rejected = visit.get("verdict") == REJECT
        number = visit.get("number")
        self._casework.settle_objection(
            visit.account,
            number,
            visit.whole("revision"),
            None if rejected else visit.one_of("verdict", Verdict),
            visit.get("reason"),
        )
        return number

    def _answer(self, visit: Visit) -> str:
        number, revision = visit.get("number"), visit.whole("revision")
        answer = visit.get("answer")
        self._casework.answer_request(visit.account, number, revision, answer)
        return number
