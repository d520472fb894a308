"""How far two reviewers agree who do not know of each other: Cohen's kappa per label.

Only posts drawn by chance count: where the first verdict itself asked for the second,
one rater has said «yes» each time, and kappa would not be that of posts in general. Of
those it is told how often the second person confirmed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from casework.model import BlindPair
from classifier.metrics import Doubles
from domain.labels import Harm, Verdict

DRAWS = 4_000
"""Draws of an interval. Fewer make its ends jump from look to look by a hundredth."""

PRIOR = 0.5
"""Of each of the four cells (Jeffreys): with few pairs the interval stays wide, also
where all of them agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Agreement on one label beyond chance, with its 95 % interval.

    `pairs` is how many posts both judged, `named` on how many of them at least one
    named the label. `value` is None where chance alone explains all (nobody named it).
    """

    label: Verdict | Harm
    pairs: int
    named: int
    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Kappas of all labels that were named; and of severe verdicts, how many stood."""

    kappas: tuple[Kappa, ...]
    severe: int
    confirmed: int


def agreement(pairs: Sequence[BlindPair]) -> Agreement:
    """Measure the agreement of all pairs."""
    drawn = [pair for pair in pairs if pair.drawn]
    severe = [pair for pair in pairs if not pair.drawn]
    return Agreement(
        kappas=tuple(_kappas(drawn)),
        severe=len(severe),
        confirmed=sum(_alike(pair) for pair in severe),
    )


def kappa(both: int, first: int, second: int, neither: int) -> float | None:
    """Return Cohen's kappa of a label that both, one alone, or neither gave."""
    cells = np.array([[both, first, second, neither]], np.float64)
    found = _kappa_of(cells / max(cells.sum(), 1))[0]
    return None if np.isnan(found) else float(found)


def _kappas(pairs: Sequence[BlindPair]) -> Iterator[Kappa]:
    for label in (*Verdict, *Harm):
        cells = Counter(_named(pair, label) for pair in pairs)
        two, one, other = cells[True, True], cells[True, False], cells[False, True]
        if not two + one + other:
            continue
        counts = (two, one, other, cells[False, False])
        value = kappa(*counts)
        low, high = _interval(counts)
        yield Kappa(
            label=label,
            pairs=len(pairs),
            named=two + one + other,
            value=value,
            low=low if value is None else min(low, value),
            high=high if value is None else max(high, value),
        )


def _named(pair: BlindPair, label: Verdict | Harm) -> tuple[bool, bool]:
    said = pair.verdicts if isinstance(label, Verdict) else pair.harms
    return said[0] is label, said[1] is label


def _interval(counts: Sequence[int], seed: int = 7) -> tuple[float, float]:
    """Return the middle 95 % of kappa, the cells' shares drawn from their posterior."""
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.asarray(counts, np.float64) + PRIOR, size=DRAWS)
    low, high = np.quantile(_kappa_of(shares), [0.025, 0.975]).tolist()
    return low, high


def _kappa_of(shares: Doubles) -> Doubles:
    """Return kappa of each row of shares; not a number where chance explains all."""
    both, first, second, neither = shares.T
    one, other = both + first, both + second
    by_chance = one * other + (1 - one) * (1 - other)
    room = np.where(by_chance < 1, 1 - by_chance, np.nan)
    return np.asarray((both + neither - by_chance) / room, np.float64)


def _alike(pair: BlindPair) -> bool:
    same_verdict = pair.verdicts[0] is pair.verdicts[1]
    return same_verdict and pair.harms[0] is pair.harms[1]
