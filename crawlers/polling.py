"""How soon a source is looked at again: sooner where news come, later where none do.

After a visit in which the share `s` of the items that the source lists was new (of
the first 50: beyond these a list is an archive):

    pause = pause before × clamp(0.02 / s, 1/4, 3/2)      (3/2 where nothing was new)

and at most the source's own `interval_minutes` when `s` is 0.02 or more, so one visit
with news ends a long quiet at once. A visit that failed doubles the pause; the first
one that works again brings it back to `interval_minutes`. All of it lies between ten
minutes and 24 hours, and `interval_fixed` keeps it at `interval_minutes` but for
failures.

One new item a visit in a list of 50 or more keeps the pace: an outlet that publishes
once an hour is asked about once an hour.
"""

from dataclasses import dataclass

SHORTEST = 10.0
"""Minutes. Shorter finds news sooner and asks more of every source all day long."""
LONGEST = 24 * 60.0
"""Minutes. Longer loses what is published and taken down within a day."""
STEADY_SHARE = 0.02
"""The share of new items at which the pause stays. Larger waits for several items to
gather, so that each is found later; smaller asks in vain more often."""
_COUNTED = 50
_SLOWER, _FASTER, _FAILED = 1.5, 0.25, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A source's wish: the pause in minutes to begin with, and whether it is fixed.

    A wish below ten minutes or above a day is granted: it moves the bound.
    """

    start: float
    fixed: bool = False

    @property
    def shortest(self) -> float:
        return min(SHORTEST, self.start)

    @property
    def longest(self) -> float:
        return max(LONGEST, self.start)

    def bounded(self, pause: float) -> float:
        """Return the pause within the bounds."""
        return min(max(pause, self.shortest), self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a visit came to: items that the source listed, and new ones among them.

    Where no list was counted (a forum's posts, a file's rows), `listed` may be less
    than `new`; the share is then 1.
    """

    failed: bool = False
    listed: int = 0
    new: int = 0

    @property
    def share(self) -> float:
        return min(1.0, self.new / min(max(self.listed, 1), _COUNTED))


def next_pause(
    rhythm: Rhythm, outcome: Outcome, before: float = 0.0, *, recovers: bool = False
) -> float:
    """Return the minutes until the next visit.

    `before` is the pause that led to this visit (0: none is known, the first visit);
    `recovers` tells that the visit before this one failed.
    """
    pause = rhythm.bounded(before) if before else rhythm.start
    if outcome.failed:
        # From ten minutes at least: a source asked without pause would be for ever.
        return rhythm.bounded(max(pause, SHORTEST) * _FAILED)
    if rhythm.fixed:
        return rhythm.start
    if recovers:
        pause = min(pause, rhythm.start)
    pause = rhythm.bounded(pause * _factor(outcome.share))
    return min(pause, rhythm.start) if outcome.share >= STEADY_SHARE else pause


def _factor(share: float) -> float:
    if share <= 0:
        return _SLOWER
    return min(max(STEADY_SHARE / share, _FASTER), _SLOWER)
