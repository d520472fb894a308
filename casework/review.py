"""Decisions: each one a row, its audit row and an outbox row, in one transaction."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from casework.audit import canonical, fingerprint
from casework.model import Account, Decided, Decision, Evidence, Sight
from casework.opinions import Turn
from casework.part import accounts_by_id
from casework.permissions import Act, require
from casework.port import Op, Rows, Where, eq
from casework.rows import DecisionRow, SecondReviewRow, StateRow
from casework.second_review import (
    SecondReviews,
    is_asked_to_settle,
    is_open,
    last_standing,
    look_of,
    may_know,
    open_look,
    version_for,
)
from casework.states import (
    publish,
    refuse_overtaken,
    standing,
    state_of,
    whole_state_of,
)
from casework.verdicts import checked
from casework.viewing import let_go, refuse_held
from domain.errors import ConflictError, NotFoundError
from domain.ids import AgencyId, PostId
from domain.labels import Harm, Verdict
from domain.review import ReviewState

NO_DECISION = "Không tìm thấy kết luận này."


class Review(SecondReviews):
    def decide(
        self, actor: Account, decision: Decision, *, seen: int | None = None
    ) -> Decided:
        """Record a decision on one revision of a post; it stands at once.

        `seen` is the version of the post's review state that the actor saw, 0 for none.
        Raises `QuarantineError` when something is missing, `ConflictError` when a
        newer revision has been decided on, when the state is no longer the one that
        was seen, and when a colleague works on the post at this moment.
        """
        clean = checked(decision)
        with self._store.write() as rows:
            return self._decide(rows, actor, clean, seen)

    def _decide(
        self, rows: Rows, actor: Account, clean: Decision, seen: int | None = None
    ) -> Decided:
        row = _row_of(actor, clean, self._clock.now())
        require(rows, actor, Act.DECIDE)
        former = rows.one(StateRow, eq("post_id", clean.post_id))
        _refuse_older(former, clean.revision)
        look = open_look(rows, clean.post_id)
        refuse_overtaken(version_for(former, look, actor), seen)
        refuse_held(rows, actor, clean.post_id, row.at)
        row = dataclasses.replace(row, turn=self._turn(rows, actor, row).value)
        row = dataclasses.replace(row, id=rows.add(row))
        self._settle(rows, actor, "decide", row, former)
        let_go(rows, actor, clean.post_id)
        return _decided(rows, [row])[0]

    def undo(self, actor: Account, decided_id: int | None = None) -> Decided | None:
        """Undo a decision by a new event; what stood before it stands again.

        Without an id it is the actor's own last decision not yet undone; None when
        there is none. Others' decisions may be undone by whom the table allows.
        """
        with self._store.write() as rows:
            require(rows, actor, Act.UNDO_OWN)
            target = _target(rows, actor, decided_id)
            if target is None:
                return None
            if target.account != actor.id:
                require(rows, actor, Act.UNDO_OTHERS)
                _refuse_unknown(rows, actor, target)
            row = _undoing(target, actor, self._clock.now())
            row = dataclasses.replace(row, id=rows.add(row))
            former = rows.one(StateRow, eq("post_id", target.post_id))
            self._settle(rows, actor, "undo", row, former)
            return _decided(rows, [row])[0]

    def _settle(
        self,
        rows: Rows,
        actor: Account,
        act: str,
        row: DecisionRow,
        former: StateRow | None,
    ) -> None:
        """Let stand what stands after a decision or undo, tell others of it."""
        self._weigh_again(rows, actor, row, former.version if former else 0)
        left = last_standing(rows, row.post_id)
        look = look_of(rows, left.post_id, left.revision) if left else None
        state = standing(left or row, former, provisional=is_open(look))
        if left is None:
            state = dataclasses.replace(
                state, verdict=None, harm=None, agency=None, reason=""
            )
        publish(rows, state, self._encode)
        self._trace_decision(rows, actor.id, act, row, state.version)

    def sight(self, actor: Account, post_id: PostId) -> Sight:
        """Return what this person may know of a post's review at this moment."""
        with self._store.read() as rows:
            state = rows.one(StateRow, eq("post_id", post_id))
            look = open_look(rows, post_id)
            found = rows.find(DecisionRow, eq("post_id", post_id))
            known = _decided(rows, [r for r in found if _is_known(r, look, actor)])
        knows = look is None or may_know(look, actor)
        asked = look is not None and is_asked_to_settle(look, actor)
        return Sight(
            state=state_of(state) if state else None,
            version=version_for(state, look, actor),
            history=tuple(known),
            waiting=look is not None and actor.id in {look.first_by, look.second_by},
            blind=not knows,
            opinions=tuple(
                one
                for one in known
                if asked and look and one.id in {look.first, look.second}
            ),
        )

    def latest(self, post_ids: Sequence[PostId]) -> Mapping[PostId, ReviewState]:
        """Return what stands for each post that was ever decided on or cut.

        A provisional verdict stands not yet.
        """
        with self._store.read() as rows:
            states = [state_of(r) for r in rows.find_in(StateRow, "post_id", post_ids)]
        return {state.post_id: state for state in states}

    def reviewed(self, post_ids: Sequence[PostId]) -> Mapping[PostId, ReviewState]:
        """Return the same with provisional verdicts; for retention alone."""
        with self._store.read() as rows:
            found = rows.find_in(StateRow, "post_id", post_ids)
        return {PostId(row.post_id): whole_state_of(row) for row in found}

    def standing(self, most: int) -> Sequence[ReviewState]:
        """Return the newest verdicts that stand, newest first."""
        with self._store.read() as rows:
            found = rows.find(
                StateRow,
                Where("verdict", Op.OTHER, None),
                Where("provisional", Op.EQUAL, value=False),
                order="-at",
                limit=most,
            )
        return [state_of(row) for row in found]

    def history(self, post_id: PostId) -> Sequence[Decided]:
        """Return all decisions and undos of a post, oldest first.

        Not to be shown to people, who may know `sight` alone.
        """
        with self._store.read() as rows:
            found = rows.find(DecisionRow, eq("post_id", post_id))
            return _decided(rows, found)

    def decisions_since(
        self, when: datetime, *, by: str | None = None
    ) -> Sequence[Decided]:
        """Return decisions and undos since a time (inclusive), oldest first.

        `by` is an account's id.
        """
        on = [Where("at", Op.FROM, when)]
        if by is not None:
            on.append(eq("account", by))
        with self._store.read() as rows:
            return _decided(rows, rows.find(DecisionRow, *on, order="id"))

    def _trace_decision(
        self, rows: Rows, actor: str, act: str, row: DecisionRow, version: int
    ) -> None:
        """Ids and hashes only: the log outlives the post's text."""
        self._trace(
            rows,
            actor,
            act,
            subject=row.post_id,
            decision=row.id,
            revision=row.revision,
            verdict=row.verdict,
            harm=row.harm,
            agency=row.agency,
            queue=row.queue,
            undoes=row.undoes,
            turn=int(row.turn),
            version=version,
            reason=fingerprint(row.reason),
            evidence=fingerprint("" if row.evidence == "[]" else row.evidence),
        )


def _row_of(actor: Account, decision: Decision, now: datetime) -> DecisionRow:
    return DecisionRow(
        at=now,
        account=actor.id,
        post_id=decision.post_id,
        revision=decision.revision,
        verdict=decision.verdict.value,
        harm=decision.harm.value if decision.harm else None,
        agency=decision.agency,
        reason=decision.reason,
        evidence=canonical([dataclasses.asdict(item) for item in decision.evidence]),
        queue=decision.queue,
        undoes=None,
    )


def _refuse_older(former: StateRow | None, revision: int) -> None:
    if former and former.verdict and former.revision > revision:
        raise ConflictError(
            "Bài đăng đã có phiên bản mới hơn được kết luận.",
            hint="Tải lại trang để xem phiên bản mới.",
        )


def _refuse_unknown(rows: Rows, actor: Account, target: DecisionRow) -> None:
    """Answer as for a decision that is not there: it may not be known to them yet."""
    if not _is_known(target, open_look(rows, target.post_id), actor):
        raise NotFoundError(NO_DECISION)


def _is_known(row: DecisionRow, look: SecondReviewRow | None, actor: Account) -> bool:
    if look is None or row.revision != look.revision or row.account == actor.id:
        return True
    return may_know(look, actor)


def _undoing(target: DecisionRow, actor: Account, now: datetime) -> DecisionRow:
    return dataclasses.replace(
        target,
        id=0,
        at=now,
        account=actor.id,
        reason="",
        evidence="[]",
        undoes=target.id,
    )


def _target(rows: Rows, actor: Account, decided_id: int | None) -> DecisionRow | None:
    if decided_id is None:
        return _own_last(rows, actor.id)
    row = rows.one(DecisionRow, eq("id", decided_id))
    if row is None:
        raise NotFoundError(NO_DECISION)
    if row.undoes is not None or _undone(rows, [row]):
        raise ConflictError(
            "Kết luận này đã được hoàn tác.", hint="Tải lại trang để xem hiện trạng."
        )
    return row


def _own_last(rows: Rows, account: str) -> DecisionRow | None:
    """Look back page by page: rarely more than a few decisions were undone."""
    own, on = eq("account", account), [eq("undoes", None)]
    while page := rows.find(DecisionRow, own, *on, order="-id", limit=50):
        undone = _undone(rows, page)
        for row in page:
            if row.id not in undone:
                return row
        on = [eq("undoes", None), Where("id", Op.BELOW, page[-1].id)]
    return None


def _undone(rows: Rows, found: Sequence[DecisionRow]) -> set[int | None]:
    ids = [row.id for row in found]
    return {row.undoes for row in rows.find_in(DecisionRow, "undoes", ids)}


def _decided(rows: Rows, found: Sequence[DecisionRow]) -> list[Decided]:
    people = accounts_by_id(rows, {row.account for row in found})
    undone = _undone(rows, found)
    looks = rows.find_in(SecondReviewRow, "post_id", [row.post_id for row in found])
    waiting = {(look.post_id, look.revision) for look in looks if is_open(look)}
    return [
        Decided(
            id=row.id,
            at=row.at,
            by=people[row.account],
            decision=_decision(row),
            undoes=row.undoes,
            undone=row.id in undone,
            turn=Turn(row.turn),
            provisional=(row.post_id, row.revision) in waiting,
        )
        for row in found
    ]


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        post_id=PostId(row.post_id),
        revision=row.revision,
        verdict=Verdict(row.verdict),
        harm=Harm(row.harm) if row.harm else None,
        agency=AgencyId(row.agency) if row.agency else None,
        reason=row.reason,
        evidence=tuple(Evidence(**item) for item in json.loads(row.evidence)),
        queue=row.queue,
    )
