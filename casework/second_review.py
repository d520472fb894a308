"""Blind second review: who is asked, who may know what, when a verdict stands."""

import dataclasses
from collections.abc import Sequence

from casework.model import Account, BlindPair, SecondLooks
from casework.opinions import OPEN, SecondStatus, Turn, weigh
from casework.part import Part
from casework.permissions import Act, may, require
from casework.port import Op, Rows, Where, eq
from casework.rows import DecisionRow, SecondReviewRow, StateRow
from domain.errors import ConflictError
from domain.ids import PostId
from domain.labels import Harm, Verdict

MOST_OPEN = 2_000
"""Second reviews that are looked at together, the newest. Larger slows every page of an
office whose second reviews wait for somebody; in a smaller one, the oldest posts would
be offered again to those who decided on them, and refused."""

IS_OPEN = Where("status", Op.IN, OPEN)

TOLD_BY = ("decide", "undo", *(f"second.{status}" for status in SecondStatus))
"""Acts in the audit that tell of a verdict."""


class SecondReviews(Part):
    def second_looks(self, actor: Account) -> SecondLooks:
        """Return which posts are not for this person now, and which wait for its word.

        Kept from them are posts that they decided on themselves, and those on which two
        people disagree, unless they may settle it.
        """
        with self._store.read() as rows:
            found = rows.find(SecondReviewRow, IS_OPEN, order="-at", limit=MOST_OPEN)
        kept = {
            PostId(row.post_id): row.revision for row in found if not is_for(row, actor)
        }
        disagreed = (r for r in found if r.status == SecondStatus.DISAGREED)
        asked = tuple(PostId(r.post_id) for r in disagreed if is_for(r, actor))
        return SecondLooks(kept=kept, to_settle=asked)

    def blind_pairs(self) -> Sequence[BlindPair]:
        """Return all pairs of words that two people gave without knowing of each other.

        A word that was undone is in none.
        """
        with self._store.read() as rows:
            found = rows.find(SecondReviewRow, Where("second", Op.OTHER, None))
            ids = [n for row in found for n in (row.first, row.second) if n]
            said = {row.id: row for row in rows.find_in(DecisionRow, "id", ids)}
        return [
            BlindPair(
                verdicts=(Verdict(one.verdict), Verdict(other.verdict)),
                harms=(_harm(one), _harm(other)),
                drawn=row.drawn,
            )
            for row in found
            if (one := said.get(row.first or 0))
            and (other := said.get(row.second or 0))
        ]

    def _turn(self, rows: Rows, actor: Account, decided: DecisionRow) -> Turn:
        """Return whose word this is; `ConflictError` where none is asked of them."""
        look = look_of(rows, decided.post_id, decided.revision)
        if look is None or look.status == SecondStatus.WITHDRAWN:
            return Turn.FIRST
        if look.status == SecondStatus.WAITING:
            return Turn.FIRST if look.first_by == actor.id else Turn.SECOND
        if actor.id in {look.first_by, look.second_by}:
            raise ConflictError(
                "Bài này đã có kết luận của bạn.",
                hint="Hoàn tác kết luận của mình nếu cần xem lại.",
            )
        require(rows, actor, Act.SETTLE)
        return Turn.SETTLING

    def _weigh_again(
        self, rows: Rows, actor: Account, row: DecisionRow, version: int
    ) -> None:
        """Bring the second review up to a decision or undo that was just written.

        `version` is that of the review state before it.
        """
        left = last_standing(rows, row.post_id)
        present = left.revision if left else row.revision
        look = look_of(rows, row.post_id, row.revision)
        if look is not None and not _is_withdrawn(look):
            self._weigh(rows, actor, look, row, present)
        elif row.undoes is None:
            self._begin(rows, actor, row, row, version)
        self._close_others(rows, actor, row, present)
        if row.undoes is None or left is None or left.turn == Turn.SETTLING:
            return
        # What an undo lets stand again is as much one person's word as a new one.
        look = look_of(rows, left.post_id, left.revision)
        if look is None or _is_withdrawn(look):
            self._begin(rows, actor, left, row, version)

    def _begin(
        self,
        rows: Rows,
        actor: Account,
        word: DecisionRow,
        row: DecisionRow,
        version: int,
    ) -> None:
        """Ask for a second word beside `word`, if it needs one, since `row`."""
        drawn = self._second.draws(word.post_id, word.revision)
        if drawn or self._second.is_severe(word):
            look = SecondReviewRow(
                post_id=word.post_id,
                revision=word.revision,
                status="",
                drawn=drawn,
                since=word.id,
                before=version,
                at=row.at,
            )
            self._weigh(rows, actor, look, row, word.revision)

    def _weigh(
        self,
        rows: Rows,
        actor: Account,
        look: SecondReviewRow,
        row: DecisionRow,
        present: int,
    ) -> None:
        """Weigh the words again; only of the `present` revision may one be asked."""
        words = weigh(
            _standing_since(rows, look),
            lambda first: look.drawn or self._second.is_severe(first),
        )
        status = words.status.value
        if status in OPEN and look.revision != present:
            status = SecondStatus.WITHDRAWN.value
        weighed = dataclasses.replace(
            look,
            status=status,
            first=words.first.id if words.first else None,
            first_by=words.first.account if words.first else None,
            second=words.second.id if words.second else None,
            second_by=words.second.account if words.second else None,
            settling=words.settling.id if words.settling else None,
            at=row.at,
        )
        self._put_look(rows, actor, look, weighed)

    def _close_others(
        self, rows: Rows, actor: Account, row: DecisionRow, present: int
    ) -> None:
        """Ask nobody any more for a word on a text that another took the place of."""
        others = Where("revision", Op.OTHER, present)
        for look in rows.find(SecondReviewRow, eq("post_id", row.post_id), others):
            if look.status in OPEN:
                closed = dataclasses.replace(
                    look, status=SecondStatus.WITHDRAWN.value, at=row.at
                )
                self._put_look(rows, actor, look, closed)

    def _put_look(
        self, rows: Rows, actor: Account, former: SecondReviewRow, row: SecondReviewRow
    ) -> None:
        rows.put(row)
        if row.status != former.status:
            self._trace(
                rows,
                actor.id,
                f"second.{row.status}",
                subject=row.post_id,
                revision=row.revision,
                drawn=row.drawn,
                first=row.first,
                second=row.second,
                settling=row.settling,
            )


def look_of(rows: Rows, post_id: str, revision: int) -> SecondReviewRow | None:
    """Return the second review of a revision, open or not."""
    return rows.one(SecondReviewRow, eq("post_id", post_id), eq("revision", revision))


def open_look(rows: Rows, post_id: str) -> SecondReviewRow | None:
    """Return the second review of a post that is open; there is one at most."""
    return rows.one(SecondReviewRow, eq("post_id", post_id), IS_OPEN)


def is_for(look: SecondReviewRow, actor: Account) -> bool:
    """Tell whether this person's word is asked for."""
    if look.status == SecondStatus.WAITING:
        return actor.id != look.first_by
    among = actor.id in {look.first_by, look.second_by}
    return may(actor.role, Act.SETTLE) and not among


def is_asked_to_settle(look: SecondReviewRow, actor: Account) -> bool:
    """Tell whether two people disagree and this person is to say what stands."""
    return look.status == SecondStatus.DISAGREED and is_for(look, actor)


def kept_from(rows: Rows, actor: Account, post_ids: Sequence[str]) -> dict[str, int]:
    """Return those of the posts that are not for this person now, in which revision."""
    found = rows.find(SecondReviewRow, IS_OPEN, Where("post_id", Op.IN, post_ids))
    return {row.post_id: row.revision for row in found if not is_for(row, actor)}


def may_know(look: SecondReviewRow, actor: Account) -> bool:
    """Tell whether this person may know others' words while it is open.

    Who settles it must; who reads the audit and decides on nothing may.
    """
    if may(actor.role, Act.READ_AUDIT) and not may(actor.role, Act.DECIDE):
        return True
    return is_asked_to_settle(look, actor)


def version_for(
    state: StateRow | None, look: SecondReviewRow | None, actor: Account
) -> int:
    """Return the state's version as this person may know it, 0 for none.

    Whoever is to judge blind sees that of before the first word.
    """
    if state is None:
        return 0
    if look is None or look.first_by == actor.id or may_know(look, actor):
        return state.version
    return look.before if look.status == SecondStatus.WAITING else state.version


def hidden_posts(rows: Rows, actor: Account) -> list[str]:
    """Return the posts of whose verdicts this person may not know yet."""
    found = rows.find(SecondReviewRow, IS_OPEN)
    return [row.post_id for row in found if not may_know(row, actor)]


def is_open(look: SecondReviewRow | None) -> bool:
    return look is not None and look.status in OPEN


def last_standing(rows: Rows, post_id: str) -> DecisionRow | None:
    """Return the newest decision on a post that was not undone."""
    found = rows.find(DecisionRow, eq("post_id", post_id))
    undone = {row.undoes for row in found}
    left = [row for row in found if row.undoes is None and row.id not in undone]
    return left[-1] if left else None


def _is_withdrawn(look: SecondReviewRow) -> bool:
    return look.status == SecondStatus.WITHDRAWN


def _standing_since(rows: Rows, look: SecondReviewRow) -> list[DecisionRow]:
    found = rows.find(
        DecisionRow,
        eq("post_id", look.post_id),
        eq("revision", look.revision),
        Where("id", Op.FROM, look.since),
        order="id",
    )
    undone = {row.undoes for row in found}
    return [row for row in found if row.undoes is None and row.id not in undone]


def _harm(row: DecisionRow) -> Harm | None:
    return Harm(row.harm) if row.harm else None
