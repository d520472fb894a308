"""Posts as the simulation sees them: when they come, where to, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SOURCES = 2000
"""Sources that posts come from, of which the n-th brings 1/n of the first's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostClass:
    """One class of posts; times in seconds."""

    name: str
    share: float
    passes: bool
    worker_quantiles: tuple[float, ...]
    indexer: float
    indexed: float

    @property
    def worker(self) -> float:
        """Mean CPU seconds in the worker."""
        ends = np.asarray(self.worker_quantiles)
        return float(np.mean((ends[1:] + ends[:-1]) / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of traffic. `province` multiplies posts about the province only."""

    seconds: float
    rate: float
    province: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What comes in.

    `clump`: posts that a source's visit brings at once, in the mean (geometric); 1 is
    one by one. `by_source`: a partition per source instead of per post, to show why
    the log's key is the post's id.
    """

    classes: tuple[PostClass, ...]
    phases: tuple[Phase, ...]
    clump: float = 1.0
    by_source: bool = False

    @property
    def seconds(self) -> float:
        return sum(phase.seconds for phase in self.phases)


@dataclass(slots=True)
class Stream:
    """All posts of a run, by time of arrival; one entry per post in each array."""

    at: Floats
    work: Floats
    index_work: Floats
    indexed: NDArray[np.bool_]
    partition: Whole
    desk: Whole
    """Which indexer reads its analysis."""

    analysed: Floats = field(default_factory=lambda: np.empty(0))
    found: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        self.analysed = np.full(len(self.at), np.nan)
        self.found = np.full(len(self.at), np.nan)


def stream(traffic: Traffic, partitions: int, desks: int, seed: int) -> Stream:
    """Draw the posts of a run."""
    chance = np.random.default_rng(seed)
    parts = []
    start = 0.0
    for phase in traffic.phases:
        parts.append(_phase(traffic, phase, start, chance))
        start += phase.seconds
    at, kinds = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(at, kind="stable")
    at, kinds = at[order], kinds[order]
    work, index_work = np.zeros(len(at)), np.zeros(len(at))
    indexed = np.zeros(len(at), dtype=bool)
    for number, kind in enumerate(traffic.classes):
        ours = kinds == number
        count = int(ours.sum())
        steps = np.linspace(0, 1, len(kind.worker_quantiles))
        work[ours] = np.interp(chance.random(count), steps, kind.worker_quantiles)
        index_work[ours] = kind.indexer
        indexed[ours] = chance.random(count) < kind.indexed
    return Stream(
        at=at,
        work=work,
        index_work=index_work,
        indexed=indexed,
        partition=_partitions(traffic, len(at), partitions, chance),
        desk=chance.integers(desks, size=len(at)),
    )


def _phase(
    traffic: Traffic, phase: Phase, start: float, chance: np.random.Generator
) -> tuple[Floats, Whole]:
    weights = np.array(
        [
            kind.share * (phase.province if kind.passes else 1)
            for kind in traffic.classes
        ]
    )
    mean = phase.rate * float(weights.sum()) * phase.seconds / traffic.clump
    visits = start + chance.random(chance.poisson(mean)) * phase.seconds
    sizes: Any = 1
    if traffic.clump > 1:
        sizes = chance.geometric(1 / traffic.clump, size=len(visits))
    at = np.repeat(visits, sizes)
    kinds = chance.choice(len(weights), size=len(at), p=weights / weights.sum())
    return at, kinds


def _partitions(
    traffic: Traffic, count: int, partitions: int, chance: np.random.Generator
) -> Whole:
    if not traffic.by_source:
        return chance.integers(partitions, size=count)
    weights = 1 / np.arange(1, SOURCES + 1)
    homes = chance.integers(partitions, size=SOURCES)
    sources = chance.choice(SOURCES, size=count, p=weights / weights.sum())
    return np.asarray(homes[sources])


def mean_work(classes: Sequence[PostClass]) -> float:
    """Return the mean CPU seconds of a post in the worker."""
    whole = sum(kind.share for kind in classes)
    return sum(kind.share * kind.worker for kind in classes) / whole
