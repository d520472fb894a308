"""People's requests about their data: received, found, assessed, acted, answered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from casework.audit import canonical
from casework.model import Account
from casework.part import accounts_by_id
from casework.permissions import Act, require
from casework.port import Op, Where, eq
from casework.request_model import (
    OUTCOMES,
    FoundPost,
    NewRequest,
    OrderedErasure,
    Outcome,
    RequestKind,
    RequestStep,
    RequestTrace,
    RightsRequest,
)
from casework.request_part import (
    SHORT,
    RequestPart,
    request_named,
    requests_of,
    words_of,
)
from casework.rows import AuditEntry, RequestPostRow, RequestRow
from domain.errors import ConflictError, QuarantineError
from domain.ids import PostId

MOST_POSTS = 20
"""Posts of one request: as many as its page offers at once. More would be a person's
whole history, which nobody collects; fewer would part a request about near-copies."""

STRIPPED = {"who": "", "contact": "", "wanted": "", "reason": "", "answer": ""}
OPEN = (RequestStep.RECEIVED, RequestStep.FOUND)


class Requests(RequestPart):
    def receive_request(self, actor: Account, new: NewRequest) -> RightsRequest:
        """Enter a letter under the year's next number; its terms begin.

        Raises `QuarantineError` for a time of receipt to come, or texts too long.
        """
        who = words_of(new.who, "Tên người yêu cầu", SHORT)
        contact = words_of(new.contact, "Địa chỉ liên hệ", SHORT)
        wanted = words_of(new.wanted, "Nội dung yêu cầu")
        now = self._clock.now()
        if new.received > now:
            raise QuarantineError(
                "Thời điểm nhận đơn không được ở tương lai.", reason="request_time"
            )
        year = now.astimezone(self._terms().zone).year
        with self._store.write() as rows:
            require(rows, actor, Act.HANDLE_REQUESTS)
            last = rows.one(RequestRow, eq("year", year), order="-serial")
            serial = last.serial + 1 if last else 1
            row = RequestRow(
                number=f"YC-{year}-{serial:06}",
                year=year,
                serial=serial,
                kind=new.kind.value,
                step=RequestStep.RECEIVED.value,
                who=who,
                contact=contact,
                wanted=wanted,
                received=new.received,
                duties=self._terms_of(new.kind, new.received),
                account=actor.id,
                created=now,
                changed=now,
            )
            row = replace(row, id=rows.add(row))
            told = {"kind": row.kind, "received": row.received}
            texts = {"who": who, "contact": contact, "wanted": wanted}
            self._tell_request(rows, actor.id, row.number, "receive", **told, **texts)
            return requests_of(rows, [row])[0]

    def find_for_request(
        self, actor: Account, number: str, revision: int, posts: Sequence[FoundPost]
    ) -> RightsRequest:
        """Say which posts are meant, instead of those said before; none is possible.

        An objection is about exactly one post. Raises `QuarantineError`.
        """
        wanted = {post.post_id: post for post in posts}
        with self._store.write() as rows:
            require(rows, actor, Act.HANDLE_REQUESTS)
            row = self._at_step(rows, number, revision, *OPEN)
            one = row.kind == RequestKind.OBJECTION
            if len(wanted) > MOST_POSTS or (one and len(wanted) != 1):
                raise QuarantineError(
                    "Số bài đăng không hợp lệ: phản đối nêu đúng một bài, yêu cầu "
                    f"khác nêu nhiều nhất {MOST_POSTS} bài.",
                    reason="request_posts",
                )
            rows.remove(RequestPostRow, eq("request_id", row.id))
            now = self._clock.now()
            for post in wanted.values():
                rows.add(
                    RequestPostRow(
                        request_id=row.id,
                        post_id=post.post_id,
                        revision=post.revision,
                        account=actor.id,
                        at=now,
                    )
                )
            step = RequestStep.FOUND.value
            return self._write_request(rows, actor.id, row, "find", step=step)

    def reply_to_request(
        self, actor: Account, number: str, revision: int, when: datetime
    ) -> RightsRequest:
        """Note when the person was told that the request is being dealt with."""
        with self._store.write() as rows:
            require(rows, actor, Act.HANDLE_REQUESTS)
            row = self._at_step(rows, number, revision, *RequestStep)
            if row.replied is not None:
                raise ConflictError("Đã ghi thời điểm báo người yêu cầu.")
            if not row.received <= when <= self._clock.now():
                raise QuarantineError(
                    "Thời điểm báo không hợp lệ.", reason="request_time"
                )
            return self._write_request(rows, actor.id, row, "reply", replied=when)

    def assess_request(
        self, actor: Account, number: str, revision: int, outcome: Outcome, reason: str
    ) -> RightsRequest:
        """Say what is to be done, and why. Not for objections.

        Raises `QuarantineError` for an outcome that does not fit what was asked or
        found.
        """
        reason = words_of(reason, "Căn cứ")
        with self._store.write() as rows:
            require(rows, actor, Act.HANDLE_REQUESTS)
            row = self._at_step(rows, number, revision, RequestStep.FOUND)
            held = rows.count(RequestPostRow, eq("request_id", row.id)) > 0
            kind = RequestKind(row.kind)
            fits = outcome in OUTCOMES[kind] and kind is not RequestKind.OBJECTION
            nothing = outcome is Outcome.NOTHING_KEPT
            if not fits or (nothing is held and outcome is not Outcome.REFUSED):
                raise QuarantineError(
                    "Kết quả này không phù hợp với yêu cầu hoặc với các bài đã tìm.",
                    reason="request_outcome",
                )
            return self._write_request(
                rows,
                actor.id,
                row,
                "assess",
                step=RequestStep.ASSESSED.value,
                outcome=outcome.value,
                reason=reason,
            )

    def order_erasure(
        self, actor: Account, number: str, revision: int
    ) -> RightsRequest:
        """Order that the posts are erased; a job carries it out within a minute."""
        with self._store.write() as rows:
            require(rows, actor, Act.FORGET_POSTS)
            row = self._at_step(rows, number, revision, RequestStep.ASSESSED)
            if row.outcome != Outcome.ERASED or row.ordered is not None:
                raise ConflictError("Yêu cầu này không chờ lệnh xoá.")
            return self._write_request(
                rows, actor.id, row, "order", ordered=self._clock.now()
            )

    def carry_out_request(
        self, actor: Account, number: str, revision: int, done: str
    ) -> RightsRequest:
        """Note what was done by hand. Erasure is done and noted by the job alone."""
        done = words_of(done, "Việc đã làm")
        with self._store.write() as rows:
            require(rows, actor, Act.HANDLE_REQUESTS)
            row = self._at_step(rows, number, revision, RequestStep.ASSESSED)
            if row.outcome == Outcome.ERASED:
                raise ConflictError(
                    "Việc xoá do hệ thống thực hiện.",
                    hint="Quản trị viên ra lệnh xoá ở trang này.",
                )
            return self._write_request(
                rows,
                actor.id,
                row,
                "act",
                step=RequestStep.ACTED.value,
                done=done,
                acted=self._clock.now(),
            )

    def answer_request(
        self, actor: Account, number: str, revision: int, answer: str
    ) -> RightsRequest:
        """Keep the answer as it was sent; a person sends it."""
        answer = words_of(answer, "Nội dung trả lời")
        with self._store.write() as rows:
            require(rows, actor, Act.HANDLE_REQUESTS)
            row = self._at_step(rows, number, revision, RequestStep.ACTED)
            return self._write_request(
                rows,
                actor.id,
                row,
                "answer",
                step=RequestStep.ANSWERED.value,
                answer=answer,
                answered=self._clock.now(),
            )

    def request(self, number: str) -> RightsRequest:
        """Return one request. Raises `NotFoundError`."""
        with self._store.read() as rows:
            return requests_of(rows, [request_named(rows, number)])[0]

    def requests(
        self, *, answered: bool = False, limit: int = 200
    ) -> Sequence[RightsRequest]:
        """Return requests that wait for an answer, or answered ones; newest first."""
        op = Op.EQUAL if answered else Op.OTHER
        on = Where("step", op, RequestStep.ANSWERED.value)
        with self._store.read() as rows:
            found = rows.find(RequestRow, on, order="-id", limit=limit)
            return requests_of(rows, found)

    def request_trail(self, number: str) -> Sequence[RequestTrace]:
        """Return what was done on a request, out of the audit, oldest first."""
        with self._store.read() as rows:
            found = rows.find(AuditEntry, eq("subject", number), order="id")
            acts = [row for row in found if row.act.startswith("request.")]
            people = accounts_by_id(rows, {row.actor for row in acts})
        return [
            RequestTrace(
                at=row.at,
                who=people[row.actor].display if row.actor in people else row.actor,
                act=row.act.removeprefix("request."),
            )
            for row in acts
        ]

    def erasures_ordered(self) -> Sequence[OrderedErasure]:
        """Return erasures that were ordered and are not carried out, oldest first."""
        on = (
            eq("step", RequestStep.ASSESSED.value),
            Where("ordered", Op.OTHER, None),
        )
        with self._store.read() as rows:
            found = rows.find(RequestRow, *on, order="ordered id")
            return [
                OrderedErasure(one.number, [PostId(post.post_id) for post in one.posts])
                for one in requests_of(rows, found)
            ]

    def request_erased(
        self, actor: str, number: str, papers: Sequence[str], kept_back: int
    ) -> None:
        """Note that an ordered erasure was carried out, and its certificates."""
        with self._store.write() as rows:
            row = request_named(rows, number)
            if row.step != RequestStep.ASSESSED or row.ordered is None:
                return
            self._write_request(
                rows,
                actor,
                row,
                "act",
                step=RequestStep.ACTED.value,
                acted=self._clock.now(),
                papers=canonical(list(papers)),
                kept_back=kept_back,
            )

    def strip_requests(self, before: datetime) -> int:
        """Drop what requests answered before then say of people; return how many."""
        on = (Where("answered", Op.BELOW, before), Where("who", Op.OTHER, ""))
        with self._store.write() as rows:
            found = rows.find(RequestRow, *on)
            for row in found:
                rows.change(RequestRow, STRIPPED, eq("id", row.id))
                rows.remove(RequestPostRow, eq("request_id", row.id))
                self._trace(rows, "jobs", "request.strip", subject=row.number)
        return len(found)
