"""A source's own habit: what a day like this one usually brings. Pure.

The last 24 hours are compared with the same 24 hours (weekday and hour) of the weeks
before, by median and median absolute deviation. Holidays are like no other day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from math import sqrt
from statistics import median

from jobs.source_past import DAY, HOUR, KEPT, LEAST_GAP, Past, hour_of

WEEKS = 5
SAME_LEAST = 3
"""Days of the same weekday that must be known; two may both be odd ones."""

LIKE_LEAST = 4
"""Working days (or days off) that stand in for them while a source is young."""

LIKE_DAYS = 21
GAPS_LEAST = 8
"""Pauses between new posts that make a habit. Fewer call a rare source silent."""

SETTLED = timedelta(days=14)
"""Of being watched, before pauses make a habit: two weekends must be among them."""

QUIET_LEAST, QUIET_MOST = timedelta(days=1), timedelta(days=14)
"""Bounds of the silence that is borne: shorter alarms at every calm day, longer lets a
source die unseen."""

SATURDAY = 5
MAD_TO_SIGMA = 1.4826
"""Makes the MAD of normally spread counts their standard deviation."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Local days: the office's zone, its holidays, and weekend days that are worked."""

    zone: tzinfo
    holidays: Collection[date] = frozenset()
    worked: Collection[date] = frozenset()

    def day(self, when: datetime) -> date:
        return when.astimezone(self.zone).date()

    def free(self, day: date) -> bool:
        """Tell whether offices rest, by holiday or weekend."""
        if day in self.worked:
            return False
        return day in self.holidays or day.weekday() >= SATURDAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What like windows of 24 hours brought: `days` of them, `low` the least usual."""

    median: float
    mad: float
    days: int

    @property
    def low(self) -> float:
        """Below this a count is no chance: three deviations, at least Poisson's."""
        spread = max(MAD_TO_SIGMA * self.mad, sqrt(self.median))
        return self.median - 3 * spread


class Habit:
    """Answers for one past at one moment; `interval` is the time between visits."""

    def __init__(
        self, past: Past, calendar: Calendar, interval: timedelta, now: datetime
    ) -> None:
        self._past = past
        self._calendar = calendar
        self._patience = max(3 * interval, LEAST_GAP)
        self._end = hour_of(now) + HOUR
        # Whole hours are compared: a source that brings its day at nine would be short
        # of yesterday's posts and of today's from nine until it has brought them.
        self._whole = hour_of(now)
        self._good = sorted(h for h, s in past.hours.items() if s.good)
        # A page that was had at a later try is new in an hour without a poll.
        self._fruitful = sorted(h for h, s in past.hours.items() if s.new)
        # What the first visit brings is an archive and no usual day.
        self._start = hour_of(past.first) + HOUR if past.first else self._end

    def today(self) -> int | None:
        """New posts of the last 24 whole hours; None where nobody saw the source."""
        return self._count(self._whole)

    def usual(self) -> Usual | None:
        """Return what a day like this brings; None on holidays and without a past."""
        if self._holiday(self._whole):
            return None
        same = self._counts([7 * week for week in range(1, WEEKS + 1)])
        if len(same) >= SAME_LEAST:
            return _usual(same)
        kind = self._kind(self._whole)
        like = self._counts(
            back
            for back in range(1, LIKE_DAYS + 1)
            if self._kind(self._whole - back * DAY) == kind
        )
        return _usual(like) if len(like) >= LIKE_LEAST else None

    def quiet(self) -> timedelta:
        """Time watched since the last new post, holidays left out."""
        return self._watched(self._last_new(), self._end)

    def quiet_limit(self) -> timedelta:
        """Return how long the source may be quiet, by its longest pause so far."""
        hours = [h for h in self._fruitful if h >= self._start]
        pauses = [self._watched(a, b) for a, b in pairwise(hours)]
        if len(pauses) < GAPS_LEAST or self._end - self._start < SETTLED:
            return QUIET_MOST
        return min(max(2 * max(pauses), QUIET_LEAST), QUIET_MOST)

    def days(self, count: int) -> tuple[tuple[date, int | None], ...]:
        """New posts of the last local days, today last.

        None for a day that was not watched through: part of its posts look like calm.
        """
        today = self._calendar.day(self._end - HOUR)
        wanted = [today - timedelta(days=back) for back in range(count - 1, -1, -1)]
        return tuple((day, self._of_day(day)) for day in wanted)

    def _of_day(self, day: date) -> int | None:
        start = datetime.combine(day, time(), self._calendar.zone)
        return self._sum(start, min(start + DAY, self._end))

    def _count(self, end: datetime) -> int | None:
        return self._sum(end - DAY, end)

    def _sum(self, start: datetime, end: datetime) -> int | None:
        """Return the new posts of a time; None where a gap lies in it."""
        if not self._seen(start, end):
            return None
        hours, found = self._past.hours, self._fruitful
        low, high = bisect_left(found, start), bisect_left(found, end)
        return sum(hours[hour].new for hour in found[low:high])

    def _counts(self, backs: Iterable[int]) -> list[int]:
        found = []
        for back in backs:
            end = self._whole - back * DAY
            if end - DAY >= self._start and not self._holiday(end):
                count = self._count(end)
                found += [] if count is None else [count]
        return found

    def _seen(self, start: datetime, end: datetime) -> bool:
        """Tell whether no stretch of the time is longer unseen than is borne."""
        low, high = bisect_left(self._good, start), bisect_left(self._good, end)
        edges = [start, *self._good[low:high], min(end, self._end)]
        return high > low and all(b - a <= self._patience for a, b in pairwise(edges))

    def _dates(self, end: datetime) -> tuple[date, date]:
        return self._calendar.day(end - DAY), self._calendar.day(end - HOUR)

    def _holiday(self, end: datetime) -> bool:
        return any(day in self._calendar.holidays for day in self._dates(end))

    def _kind(self, end: datetime) -> tuple[bool, bool]:
        first, last = self._dates(end)
        return self._calendar.free(first), self._calendar.free(last)

    def _last_new(self) -> datetime:
        oldest = max(self._start, self._end - KEPT)
        return self._fruitful[-1] if self._fruitful else oldest

    def _watched(self, since: datetime, until: datetime) -> timedelta:
        """Return how much of a time was seen and no holiday, in hours."""
        low = bisect_right(self._good, since)
        high = bisect_left(self._good, until)
        edges = [since, *self._good[low:high]]
        return sum(
            (
                self._working(a, b)
                for a, b in pairwise(edges)
                if b - a <= self._patience
            ),
            timedelta(),
        )

    def _working(self, since: datetime, until: datetime) -> timedelta:
        off = self._calendar.day(since) in self._calendar.holidays
        return timedelta() if off else until - since


def _usual(counts: list[int]) -> Usual:
    middle = median(counts)
    mad = median(abs(count - middle) for count in counts)
    return Usual(median=float(middle), mad=float(mad), days=len(counts))
