"""The present review state of a post, and telling others of it."""

from collections.abc import Callable

from casework.port import Rows
from casework.rows import DecisionRow, OutboxEntry, StateRow
from domain.errors import ConflictError
from domain.ids import AgencyId, PostId, StoryId
from domain.labels import Harm, Verdict
from domain.review import ReviewState

TOPIC = "reviews"


def standing(
    row: DecisionRow, former: StateRow | None, *, provisional: bool = False
) -> StateRow:
    """Return the state in which that decision stands; a person's story stays."""
    return StateRow(
        post_id=row.post_id,
        revision=row.revision,
        version=former.version + 1 if former else 1,
        at=row.at,
        account=row.account,
        verdict=row.verdict,
        harm=row.harm,
        agency=row.agency,
        reason=row.reason,
        story=former.story if former else None,
        provisional=provisional,
    )


def refuse_overtaken(version: int, seen: int | None) -> None:
    """Raise `ConflictError` when somebody changed the state since it was seen."""
    if seen is not None and seen != version:
        raise ConflictError(
            "Đồng nghiệp vừa kết luận bài này.",
            hint="Mở lại bài để xem kết luận mới.",
        )


def publish(
    rows: Rows, state: StateRow, encode: Callable[[ReviewState], bytes]
) -> ReviewState:
    """Keep the state and queue it for the log, in the caller's transaction."""
    rows.put(state)
    review = state_of(state)
    rows.add(OutboxEntry(topic=TOPIC, key=state.post_id, value=encode(review)))
    return review


def state_of(row: StateRow) -> ReviewState:
    """Return the state as it is told: a provisional verdict is told to nobody.

    What index, digests and training never learn cannot be counted as confirmed, nor
    show itself to the second reviewer.
    """
    if not row.provisional:
        return whole_state_of(row)
    return ReviewState(
        post_id=PostId(row.post_id),
        revision=row.revision,
        version=row.version,
        at=row.at,
        by="",
        story=StoryId(row.story) if row.story else None,
        provisional=True,
    )


def whole_state_of(row: StateRow) -> ReviewState:
    """Return the state with its verdict, also a provisional one."""
    return ReviewState(
        post_id=PostId(row.post_id),
        revision=row.revision,
        version=row.version,
        at=row.at,
        reason=row.reason,
        by=row.account,
        provisional=row.provisional,
        verdict=Verdict(row.verdict) if row.verdict else None,
        harm=Harm(row.harm) if row.harm else None,
        agency=AgencyId(row.agency) if row.agency else None,
        story=StoryId(row.story) if row.story else None,
    )
