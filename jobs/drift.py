"""How far a week's judgements lie from those of the weeks before. Pure.

Three things that change when the texts do, or the model does not fit them any more: how
the scores of each label are spread, how many words the model has never seen, and which
share of a source's posts is flagged. Why these measures and bounds: ADR 0037.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from math import log, sqrt
from typing import Any, Self

EDGES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
"""Bounds of the ten bins of a score. Most scores are small: bins of one width would
hold nearly all posts in the first and see nothing move."""

LEAST_POSTS, LEAST_PAST = 300, 900
"""Posts of the week, and of the weeks before it. Of fewer, chance alone moves an index
by a tenth and more; if more are asked for, a small province is never looked at."""

MOVED = 0.25
"""Population stability index from which a distribution has moved, as is customary. Of
300 posts against 900, chance alone brings 0.05 on average: lower cries wolf."""

LEAST_WORDS = 5_000
UNKNOWN_MORE = 0.05
"""Share of unknown words above that of the weeks before. A new topic brings one or two
in a hundred; a new language or a broken page brings tens."""

SOURCE_LEAST, SOURCE_PAST = 50, 200
SOURCE_MORE = 0.15
SOURCE_SURE = 5.0
"""Posts of a source, the difference of its share of flags, and how many standard errors
that is. Many sources are looked at each week: at 3, one would cry wolf a month."""

PAST_WEEKS = 8
MOST_SOURCES = 60
"""Sources kept of a week, the fullest first: the bound of what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Counts of the posts published in the week that begins on `monday`.

    `scores` has a count for each bin of `EDGES`, by label; `sources` is (posts,
    flagged) by source. All were judged by `model`.
    """

    monday: date
    model: str
    posts: int = 0
    words: int = 0
    unknown: int = 0
    scores: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    sources: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def unknown_rate(self) -> float | None:
        return self.unknown / self.words if self.words else None

    def stored(self) -> dict[str, Any]:
        """Return the value that is kept of it."""
        return {
            "monday": self.monday.isoformat(),
            "model": self.model,
            "posts": self.posts,
            "words": self.words,
            "unknown": self.unknown,
            "scores": {name: list(counts) for name, counts in self.scores.items()},
            "sources": {name: list(counts) for name, counts in self.sources.items()},
        }

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Self:
        """Read what `stored` gave."""
        return cls(
            monday=date.fromisoformat(value["monday"]),
            model=value["model"],
            posts=value["posts"],
            words=value["words"],
            unknown=value["unknown"],
            scores={name: tuple(n) for name, n in value["scores"].items()},
            sources={name: (n[0], n[1]) for name, n in value["sources"].items()},
        )


class Measure(StrEnum):
    """What is compared."""

    SCORES = "scores"
    UNKNOWN = "unknown"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One comparison. `name` is the label or the source.

    `value` is the stability index of scores, else the difference of the shares `now`
    and `before`; for scores these are the shares from 0.5 on. None where too few posts.
    """

    measure: Measure
    name: str
    value: float | None
    now: float = 0.0
    before: float = 0.0
    moved: bool = False


def bin_of(score: float) -> int:
    """Return the bin of a score."""
    return bisect_right(EDGES, score)


def stability(before: Sequence[int], now: Sequence[int]) -> float:
    """Return the population stability index of two counts by bin.

    Half a post is added to each bin, so that an empty one is small and not infinite.
    """
    past = sum(before) + len(before) / 2
    present = sum(now) + len(now) / 2
    shares = [
        ((a + 0.5) / past, (b + 0.5) / present)
        for a, b in zip(before, now, strict=True)
    ]
    return sum((b - a) * log(b / a) for a, b in shares)


def compared(weeks: Sequence[Week], monday: date) -> tuple[Shift, ...]:
    """Compare a week with up to eight before it, judged by the same model.

    Scores of two models are not alike, so a new model is compared from its second week.
    """
    now = next((week for week in weeks if week.monday == monday), None)
    if now is None:
        return ()
    first = monday - timedelta(weeks=PAST_WEEKS)
    past = [w for w in weeks if first <= w.monday < monday and w.model == now.model]
    before = _sum(past, now)
    return (
        *_scores(before, now),
        _unknown(before, now),
        *_sources(before, now),
    )


def _sum(weeks: Sequence[Week], now: Week) -> Week:
    scores: dict[str, tuple[int, ...]] = {}
    sources: dict[str, tuple[int, int]] = {}
    for week in weeks:
        for name, counts in week.scores.items():
            old = scores.get(name, (0,) * len(counts))
            scores[name] = tuple(a + b for a, b in zip(old, counts, strict=True))
        for name, (posts, flagged) in week.sources.items():
            known = sources.get(name, (0, 0))
            sources[name] = (known[0] + posts, known[1] + flagged)
    return Week(
        monday=now.monday,
        model=now.model,
        posts=sum(week.posts for week in weeks),
        words=sum(week.words for week in weeks),
        unknown=sum(week.unknown for week in weeks),
        scores=scores,
        sources=sources,
    )


def _scores(before: Week, now: Week) -> Iterator[Shift]:
    nothing = (0,) * (len(EDGES) + 1)
    for name, counts in sorted(now.scores.items()):
        past = before.scores.get(name, nothing)
        enough = sum(counts) >= LEAST_POSTS and sum(past) >= LEAST_PAST
        value = stability(past, counts) if enough else None
        yield Shift(
            measure=Measure.SCORES,
            name=name,
            value=value,
            now=_high(counts),
            before=_high(past),
            moved=value is not None and value >= MOVED,
        )


def _high(counts: Sequence[int]) -> float:
    return sum(counts[bin_of(0.5) :]) / max(1, sum(counts))


def _unknown(before: Week, now: Week) -> Shift:
    past, present = before.unknown_rate or 0.0, now.unknown_rate or 0.0
    enough = min(before.words, now.words) >= LEAST_WORDS
    enough = enough and now.posts >= LEAST_POSTS and before.posts >= LEAST_PAST
    return Shift(
        measure=Measure.UNKNOWN,
        name="",
        value=present - past if enough else None,
        now=present,
        before=past,
        moved=enough and present - past >= UNKNOWN_MORE,
    )


def _sources(before: Week, now: Week) -> Iterator[Shift]:
    for name, (posts, flagged) in sorted(now.sources.items()):
        past, then = before.sources.get(name, (0, 0))
        enough = posts >= SOURCE_LEAST and past >= SOURCE_PAST
        share, was = flagged / max(1, posts), then / max(1, past)
        yield Shift(
            measure=Measure.SOURCE,
            name=name,
            value=share - was if enough else None,
            now=share,
            before=was,
            moved=enough
            and abs(share - was) >= SOURCE_MORE
            and abs(share - was) >= SOURCE_SURE * _error(then, past, flagged, posts),
        )


def _error(then: int, past: int, flagged: int, posts: int) -> float:
    """Return the standard error of the difference of two shares."""
    whole = (then + flagged) / (past + posts)
    return sqrt(whole * (1 - whole) * (1 / past + 1 / posts))
