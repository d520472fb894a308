"""Objections to a flag: a second person looks, and says how it ends."""

from casework.model import Account, Decision
from casework.permissions import Act, require
from casework.port import Rows, eq
from casework.request_model import (
    CLEARING,
    Outcome,
    RequestKind,
    RequestStep,
    RightsRequest,
)
from casework.request_part import RequestPart, words_of
from casework.review import Review
from casework.rows import DecisionRow, RequestPostRow, RequestRow, StateRow
from casework.verdicts import checked
from domain.errors import ConflictError, QuarantineError
from domain.ids import PostId
from domain.labels import Verdict


class Objections(RequestPart, Review):
    def settle_objection(
        self,
        actor: Account,
        number: str,
        revision: int,
        verdict: Verdict | None,
        reason: str,
    ) -> RightsRequest:
        """Uphold an objection by a new verdict on the post, or reject it by None.

        Not by who entered it, nor by anybody who ever decided on the post, and not
        while no verdict stands: what nobody judged, or two people still judge blind, is
        for the queue. A new verdict is a decision like any other. Raises
        `ConflictError` and `QuarantineError`.
        """
        reason = words_of(reason, "Căn cứ")
        if verdict is not None and verdict not in CLEARING:
            raise QuarantineError(
                "Chấp nhận phản đối thì chọn kết luận không quy lỗi cho bài đăng.",
                reason="objection_verdict",
            )
        with self._store.write() as rows:
            row, post = self._objected(rows, actor, number, revision)
            if verdict is not None:
                decision = Decision(
                    post_id=PostId(post.post_id),
                    revision=post.revision,
                    verdict=verdict,
                    reason=reason,
                )
                self._decide(rows, actor, checked(decision))
            outcome = Outcome.REJECTED if verdict is None else Outcome.UPHELD
            return self._write_request(
                rows,
                actor.id,
                row,
                "settle",
                step=RequestStep.ACTED.value,
                outcome=outcome.value,
                reason=reason,
                acted=self._clock.now(),
            )

    def _objected(
        self, rows: Rows, actor: Account, number: str, revision: int
    ) -> tuple[RequestRow, RequestPostRow]:
        """Return an objection and its post, if this person may settle it."""
        require(rows, actor, Act.HANDLE_REQUESTS)
        row = self._at_step(rows, number, revision, RequestStep.FOUND)
        post = rows.one(RequestPostRow, eq("request_id", row.id))
        if row.kind != RequestKind.OBJECTION or post is None:
            raise ConflictError("Yêu cầu này không phải phản đối đã rõ bài đăng.")
        state = rows.one(StateRow, eq("post_id", post.post_id))
        if state is None or state.verdict is None or state.provisional:
            raise ConflictError(
                "Bài đăng chưa có kết luận để xem xét lại.",
                hint="Bài được kết luận ở hàng đợi trước, rồi mới quyết phản đối.",
            )
        if row.account == actor.id or _decided_by(rows, actor, post.post_id):
            raise ConflictError(
                "Phản đối phải do người khác xem xét.",
                hint="Người đã nhập đơn hoặc đã kết luận bài đăng không được quyết.",
            )
        return row, post


def _decided_by(rows: Rows, actor: Account, post_id: str) -> bool:
    on = (eq("post_id", post_id), eq("account", actor.id))
    return rows.one(DecisionRow, *on) is not None
