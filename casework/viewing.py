"""Who looks at which post, so that two people never work on one by accident."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from casework.model import Account, Viewing
from casework.part import Part, accounts_by_id
from casework.permissions import Act, may
from casework.port import Op, Rows, Where, eq
from casework.rows import ViewingRow
from casework.second_review import kept_from
from domain.errors import ConflictError
from domain.ids import PostId

LEASE = timedelta(minutes=2)
"""Shorter loses a post while one reads its sources, longer keeps posts from colleagues
after a closed laptop."""


class Viewings(Part):
    def look_at(
        self, actor: Account, post_id: PostId, *, leaving: PostId | None = None
    ) -> Viewing | None:
        """Take or renew the lease of a post for two minutes.

        Returns a colleague's live lease instead when there is one. Who may not decide
        takes none: an auditor's reading keeps no post from anybody, nor does that of
        somebody whose verdict waits for a second person's. `leaving` is a post that the
        actor lets go of.
        """
        now = self._clock.now()
        with self._store.write() as rows:
            rows.remove(ViewingRow, Where("until", Op.BELOW, now))
            if leaving is not None:
                let_go(rows, actor, leaving)
            row = rows.one(ViewingRow, eq("post_id", post_id))
            if row is not None and row.account != actor.id and row.until > now:
                return viewings(rows, [row]).get(post_id)
            if not may(actor.role, Act.DECIDE):
                return None
            if row is None and kept_from(rows, actor, [post_id]):
                return None
            rows.put(ViewingRow(post_id=post_id, account=actor.id, until=now + LEASE))
            return None

    def viewers(self, post_ids: Sequence[PostId]) -> Mapping[PostId, Viewing]:
        """Return the live lease of each post that has one."""
        now = self._clock.now()
        with self._store.read() as rows:
            found = rows.find_in(ViewingRow, "post_id", post_ids)
            return viewings(rows, [row for row in found if row.until > now])


def let_go(rows: Rows, actor: Account, post_id: PostId) -> None:
    """End the actor's own lease, if there is one."""
    rows.remove(ViewingRow, eq("post_id", post_id), eq("account", actor.id))


def refuse_held(rows: Rows, actor: Account, post_id: PostId, now: datetime) -> None:
    """Raise `ConflictError` when a colleague works on the post at this moment."""
    row = rows.one(ViewingRow, eq("post_id", post_id))
    if row is not None and row.account != actor.id and row.until > now:
        raise ConflictError(
            "Đồng nghiệp đang xử lý bài này.",
            hint="Chọn bài khác, hoặc đợi đến khi bài được trả lại.",
        )


def viewings(rows: Rows, found: Sequence[ViewingRow]) -> dict[PostId, Viewing]:
    """Return leases with the people who hold them."""
    people = accounts_by_id(rows, {row.account for row in found})
    return {
        PostId(row.post_id): Viewing(
            post_id=PostId(row.post_id), account=people[row.account], until=row.until
        )
        for row in found
    }
