"""What mistakes cost, and the thresholds that follow.

Every threshold is the one with the smallest cost on predictions for texts that the
model had not seen. The costs stand here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.heads import HARMS
from classifier.rows import Row
from domain.labels import Label

MISSED = 1.0
"""A harmful post nobody is shown: other people's copies of it mostly still are."""

FALSE_FLAG = 5.0
"""A harmless post shown as harmful: an analyst's time, and trust. With 4, and 8 for an
honest complaint, up to 3.2 % of real comments that their labellers call clean are
flagged; with 5 and 10 up to 2.6 %; with 8 and 16 up to 1.5 %, and of look-alikes of
the guard's parts `dev` and `spent` two points fewer are found."""

WRONG_HARM = 0.5
"""A harmful post shown under another harm's name: the reviewer sees it all the same."""

FALSE_FLAG_HONEST = 10.0
"""A citizen's complaint shown as harmful: what the office promised not to do. Lower,
and complaints land in the harmful queue; far higher, and threats are missed."""

MISSED_COMPLAINT = 2.0
"""A complaint that gets no answer, beside one wrongly offered for an answer."""

FLOOR = 0.3
"""No label is flagged below this probability, however cheap the corpus makes it."""

_STEPS = np.round(np.arange(FLOOR, 0.97, 0.01), 2)

_RESAMPLES = 60
"""The cheapest threshold of one sample jumps about with single texts; the median over
this many resamples stands."""

Booleans = NDArray[np.bool_]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Held-out probabilities of one label beside the truth, on the rows it is for."""

    name: str
    truth: Booleans
    probability: Doubles
    rows: Sequence[Row]


def thresholds(answers: Sequence[Answers]) -> dict[str, float]:
    """Return each label's threshold.

    A harm has too few texts to place its own surely, so it meets the one that is
    cheapest for all harms together half way.
    """
    own = {
        answer.name: _settled(_price(answer), answer.probability) for answer in answers
    }
    harms = [answer for answer in answers if answer.name in HARMS]
    if not harms:
        return own
    shared = _settled(
        np.concatenate([_price(answer) for answer in harms]),
        np.concatenate([answer.probability for answer in harms]),
    )
    return {
        name: round((step + shared) / 2, 2) if name in HARMS else step
        for name, step in own.items()
    }


def _settled(price: Doubles, probability: Doubles) -> float:
    """Return the median of the cheapest thresholds of resampled texts."""
    random = np.random.default_rng(len(price))
    found = []
    for _ in range(_RESAMPLES):
        picked = random.integers(0, len(price), len(price))
        found.append(_cheapest(price[picked], probability[picked]))
    return round(float(np.median(found)), 2)


def _price(answers: Answers) -> Doubles:
    """Return what flagging each text costs; below zero where it should be flagged."""
    false_flag, missed = _prices(answers.name, answers.rows)
    weights = np.asarray([row.weight for row in answers.rows])
    return weights * np.where(answers.truth, -missed, false_flag)


def _cheapest(price: Doubles, probability: Doubles) -> float:
    """Return the step from which flagging all above costs least."""
    order = np.argsort(probability)
    below = np.concatenate([[0.0], np.cumsum(price[order])])
    at = np.searchsorted(probability[order], _STEPS)
    costs = np.round(below[-1] - below[at], 6)
    return float(_STEPS[len(costs) - 1 - int(np.argmin(costs[::-1]))])


def _prices(name: str, rows: Sequence[Row]) -> tuple[Doubles, float]:
    if name in HARMS:
        return np.asarray([_false_flag(row) for row in rows]), MISSED
    wanted = {Label.COMPLAINT.value, Label.ANSWER_OWED.value}
    return np.ones(len(rows)), MISSED_COMPLAINT if name in wanted else MISSED


def _false_flag(row: Row) -> float:
    if row.harm:
        return WRONG_HARM
    return FALSE_FLAG_HONEST if row.complaint else FALSE_FLAG
