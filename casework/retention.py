"""Forgetting posts for good."""

from collections.abc import Sequence

from casework.part import Part
from casework.permissions import Act, require
from casework.port import CHUNK, Op, Rows, Where, eq
from casework.rows import (
    CaseFileRow,
    CasePostRow,
    CutRow,
    DecisionRow,
    OutboxEntry,
    PostRow,
    RequestPostRow,
    ReturnRow,
    SecondReviewRow,
    StateRow,
    ViewingRow,
)
from casework.states import TOPIC
from domain.ids import Digest, PostId

OF_POSTS: tuple[type[PostRow], ...] = (
    SecondReviewRow,
    DecisionRow,
    StateRow,
    CutRow,
    ViewingRow,
    CasePostRow,
    ReturnRow,
    RequestPostRow,
)
"""Tables whose rows go with their post; a second review points at decisions."""


class Retention(Part):
    def forget_posts(self, actor: str, post_ids: Sequence[PostId], reason: str) -> int:
        """Remove all that casework holds of the posts; return how many had anything.

        States not yet sent go too, and a tombstone for each takes their place. The
        audit log keeps the ids and the count. `reason` is a short code.
        """
        wanted = list(dict.fromkeys(post_ids))
        with self._store.write() as rows:
            require(rows, actor, Act.FORGET_POSTS)
            forgotten = 0
            for start in range(0, len(wanted), CHUNK):
                part = wanted[start : start + CHUNK]
                held = _held(rows, part)
                removed = _remove(rows, part)
                for post_id in held:
                    rows.add(OutboxEntry(topic=TOPIC, key=post_id, value=None))
                forgotten += len(held)
                self._trace(
                    rows,
                    actor,
                    "posts.forget",
                    subject=reason,
                    posts=part,
                    held=len(held),
                    removed=removed,
                )
        return forgotten

    def posts_in_cases(self) -> set[PostId]:
        """Return the posts of all cases: they live as long as their case."""
        with self._store.read() as rows:
            return {PostId(row.post_id) for row in rows.find(CasePostRow)}

    def files_of_cases(self) -> set[Digest]:
        """Return the captures that are attachments of cases."""
        with self._store.read() as rows:
            return {Digest(row.evidence) for row in rows.find(CaseFileRow)}


def _held(rows: Rows, post_ids: Sequence[PostId]) -> list[str]:
    found: set[str] = set()
    for kind in OF_POSTS:
        found.update(row.post_id for row in rows.find_in(kind, "post_id", post_ids))
    return [post_id for post_id in post_ids if post_id in found]


def _remove(rows: Rows, post_ids: Sequence[PostId]) -> int:
    these = Where("post_id", Op.IN, list(post_ids))
    removed = rows.remove(DecisionRow, these, Where("undoes", Op.OTHER, None))
    for kind in OF_POSTS:
        removed += rows.remove(kind, these)
    keys = Where("key", Op.IN, list(post_ids))
    return removed + rows.remove(OutboxEntry, keys, eq("topic", TOPIC))
