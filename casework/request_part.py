"""What all acts on requests share: finding one, its revision, its trace."""

import json
from collections.abc import Sequence
from datetime import datetime

from casework.audit import canonical, fingerprint, storable
from casework.model import Account
from casework.part import Part, accounts_by_id
from casework.port import Rows, eq
from casework.request_model import (
    DONE_RULE,
    RECEIVED,
    Duty,
    FoundPost,
    Outcome,
    RequestKind,
    RequestStep,
    RightsRequest,
)
from casework.rows import RequestPostRow, RequestRow
from domain.duties import due_at
from domain.errors import ConflictError, NotFoundError, QuarantineError
from domain.ids import PostId

LONGEST = 20_000
"""Characters of a letter's gist, a reason or an answer: what is longer is a file."""

SHORT = 300
"""Characters of a name or an address; longer ones do not fit a letter's head."""


class StaleRequestError(ConflictError):
    """Somebody else changed the request after it was read."""

    def __init__(self) -> None:
        super().__init__(
            "Yêu cầu này vừa được người khác thay đổi.",
            hint="Nội dung mới đã được tải; vui lòng xem rồi làm lại nếu vẫn cần.",
        )


class RequestPart(Part):
    def _at_step(
        self, rows: Rows, number: str, revision: int, *steps: RequestStep
    ) -> RequestRow:
        """Return a request at one of the steps, unchanged since `revision`."""
        row = request_named(rows, number)
        if row.revision != revision:
            raise StaleRequestError
        if RequestStep(row.step) not in steps:
            raise ConflictError(
                "Yêu cầu không ở bước cho phép làm việc này.",
                hint="Tải lại trang để xem hiện trạng.",
            )
        return row

    def _write_request(
        self, rows: Rows, actor: str, row: RequestRow, act: str, **values: object
    ) -> RightsRequest:
        """Set fields, count the revision, leave a trace: texts as hashes only.

        Posts of the request are counted in the trace.
        """
        now = self._clock.now()
        changed = {**values, "changed": now, "revision": row.revision + 1}
        rows.change(RequestRow, changed, eq("id", row.id))
        posts = rows.count(RequestPostRow, eq("request_id", row.id))
        self._tell_request(rows, actor, row.number, act, **values, posts=posts)
        return requests_of(rows, [request_named(rows, row.number)])[0]

    def _tell_request(
        self, rows: Rows, actor: str, number: str, act: str, **values: object
    ) -> None:
        told = {name: _trace_of(name, value) for name, value in values.items()}
        self._trace(rows, actor, f"request.{act}", subject=number, **told)

    def _terms_of(self, kind: RequestKind, received: datetime) -> str:
        """Return the terms of the law of that day, by rule; none for an objection."""
        if kind is RequestKind.OBJECTION:
            return canonical({})
        terms = self._terms()
        due = {
            rule.id: due_at(rule, received, terms.days, terms.zone).isoformat()
            for rule in terms.rules_on(received)
            if rule.trigger == RECEIVED and rule.subject == "our_office"
        }
        return canonical(due)


def request_named(rows: Rows, number: str) -> RequestRow:
    row = rows.one(RequestRow, eq("number", number.strip()))
    if row is None:
        raise NotFoundError("Không có yêu cầu mang số này.")
    return row


def words_of(text: str, what: str, most: int = LONGEST) -> str:
    """Return a text. Raises `QuarantineError` for none, or too long."""
    plain = storable(text).strip()
    if not plain or len(plain) > most:
        raise QuarantineError(
            f"{what} cần có từ 1 đến {most} ký tự.", reason="request_text"
        )
    return plain


def requests_of(rows: Rows, found: Sequence[RequestRow]) -> list[RightsRequest]:
    people = accounts_by_id(rows, {row.account for row in found})
    posts = rows.find_in(RequestPostRow, "request_id", [row.id for row in found])
    return [
        _request(row, people[row.account], [p for p in posts if p.request_id == row.id])
        for row in found
    ]


def _request(
    row: RequestRow, by: Account, posts: Sequence[RequestPostRow]
) -> RightsRequest:
    return RightsRequest(
        number=row.number,
        kind=RequestKind(row.kind),
        step=RequestStep(row.step),
        who=row.who,
        contact=row.contact,
        wanted=row.wanted,
        received=row.received,
        by=by,
        revision=row.revision,
        duties=_duties_of(row),
        posts=[
            FoundPost(post_id=PostId(p.post_id), revision=p.revision) for p in posts
        ],
        outcome=Outcome(row.outcome) if row.outcome else None,
        reason=row.reason,
        done=row.done,
        answer=row.answer,
        papers=tuple(json.loads(row.papers)),
        kept_back=row.kept_back,
        ordered=row.ordered,
        replied=row.replied,
        acted=row.acted,
        answered=row.answered,
    )


def _duties_of(row: RequestRow) -> list[Duty]:
    replied = row.replied or row.answered
    due = {
        rule: datetime.fromisoformat(t) for rule, t in json.loads(row.duties).items()
    }
    return [
        Duty(rule=rule, due=when, met=row.acted if rule == DONE_RULE else replied)
        for rule, when in sorted(due.items(), key=lambda one: one[1])
    ]


def _trace_of(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    texts = {"who", "contact", "wanted", "reason", "done", "answer"}
    return fingerprint(str(value)) if name in texts else value
