"""Who gets which post next: a claim that two people never win both.

A claim is a lease (`casework.viewing`), taken in the same transaction in which it is
seen that nobody else holds it and that no verdict stands. Writers take turns in every
store, so of two that ask for one post the second sees the first one's lease.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from casework.model import Account, Viewing
from casework.part import Part
from casework.permissions import Act, require
from casework.port import Op, Rows, Where, eq
from casework.rows import ReturnRow, StateRow, ViewingRow
from casework.second_review import kept_from
from casework.viewing import LEASE, let_go, viewings
from domain.errors import QuarantineError
from domain.ids import PostId

MOST_OFFERED = 100
"""Posts looked at in one claim. More holds up other writers, fewer finds nothing where
many colleagues work at the head of one queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A post that may be given, in the revision that waits."""

    post_id: PostId
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a claim brought: the post, or None; and why others before it were not given.

    `settled` got a verdict meanwhile, the actor's own included that waits for a second
    person's; `taken` are with colleagues, `returned` were
    given back by the same person.
    """

    post_id: PostId | None = None
    settled: tuple[PostId, ...] = ()
    taken: Mapping[PostId, Viewing] = field(default_factory=dict)
    returned: tuple[PostId, ...] = ()


class Assignment(Part):
    def claim(
        self, actor: Account, offers: Sequence[Offer], *, leaving: PostId | None = None
    ) -> Claim:
        """Take the first of the posts that is free, for two minutes.

        `leaving` is a post that the actor lets go of in the same breath. `look_at`
        renews the lease, a decision ends it.
        """
        if len(offers) > MOST_OFFERED:
            raise QuarantineError("Quá nhiều bài trong một lần nhận.", reason="offers")
        now = self._clock.now()
        with self._store.write() as rows:
            require(rows, actor, Act.DECIDE)
            rows.remove(ViewingRow, Where("until", Op.BELOW, now))
            if leaving is not None:
                let_go(rows, actor, leaving)
            made = _chosen(rows, actor, offers)
            if made.post_id is not None:
                lease = ViewingRow(
                    post_id=made.post_id, account=actor.id, until=now + LEASE
                )
                rows.put(lease)
            return made

    def give_back(self, actor: Account, post_id: PostId, revision: int) -> None:
        """Leave a post to colleagues; it is not given to the actor again.

        A newer revision is another piece of work and may be.
        """
        with self._store.write() as rows:
            require(rows, actor, Act.DECIDE)
            let_go(rows, actor, post_id)
            row = ReturnRow(
                post_id=post_id,
                account=actor.id,
                revision=revision,
                at=self._clock.now(),
            )
            rows.put(row)
            self._trace(
                rows, actor.id, "post.return", subject=post_id, revision=revision
            )


def stands(state: StateRow | None, offer: Offer) -> bool:
    """Tell whether a verdict stands on the revision that is offered."""
    if state is None or not state.verdict or state.provisional:
        return False
    return state.revision >= offer.revision


def _chosen(rows: Rows, actor: Account, offers: Sequence[Offer]) -> Claim:
    ids = [offer.post_id for offer in offers]
    leases = {row.post_id: row for row in rows.find_in(ViewingRow, "post_id", ids)}
    states = {row.post_id: row for row in rows.find_in(StateRow, "post_id", ids)}
    kept = kept_from(rows, actor, ids)
    back = {
        row.post_id: row.revision
        for row in rows.find(
            ReturnRow, eq("account", actor.id), Where("post_id", Op.IN, ids)
        )
    }
    settled, returned = [], []
    held: list[ViewingRow] = []
    given: PostId | None = None
    for offer in offers:
        state, lease = states.get(offer.post_id), leases.get(offer.post_id)
        if kept.get(offer.post_id, -1) >= offer.revision or stands(state, offer):
            settled.append(offer.post_id)
        elif back.get(offer.post_id, -1) >= offer.revision:
            returned.append(offer.post_id)
        elif lease and lease.account != actor.id:
            held.append(lease)
        else:
            given = offer.post_id
            break
    return Claim(
        post_id=given,
        settled=tuple(settled),
        taken=viewings(rows, held),
        returned=tuple(returned),
    )
