"""Posts by day, with gaps where nobody looked. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Posts of one day and queue (`all` for every post); None where unknown."""

    day: date
    queue: str
    count: int | None


def series(
    histogram: Mapping[str, Mapping[str, int]],
    days: Sequence[date],
    queues: Sequence[str],
    watched: Collection[date],
) -> tuple[DayCount, ...]:
    """Fill a histogram: a day without posts counts zero only if a source was visited.

    Missing data must not look like calm.
    """
    found = []
    for day in days:
        counts = histogram.get(day.isoformat())
        for queue in queues:
            known: int | None = None
            if counts is not None:
                known = counts.get(queue, 0)
            elif day in watched:
                known = 0
            found.append(DayCount(day=day, queue=queue, count=known))
    return tuple(found)


def days_until(last: date, count: int) -> list[date]:
    """Return `count` days that end with `last`."""
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


def weekends(days: Sequence[date]) -> list[date]:
    return [day for day in days if day.weekday() >= SATURDAY]


def gaps(found: Sequence[DayCount]) -> list[date]:
    """Return the days of which nothing is known."""
    return [c.day for c in found if c.queue == ALL and c.count is None]


def peak(found: Sequence[DayCount]) -> tuple[date, int, float] | None:
    """Return the fullest day, its count and the mean of known days."""
    known = [(c.count, c.day) for c in found if c.queue == ALL and c.count is not None]
    if not known or not any(count for count, _ in known):
        return None
    most, day = max(known)
    return day, most, sum(count for count, _ in known) / len(known)
