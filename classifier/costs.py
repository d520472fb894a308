"""What mistakes cost, and the thresholds that follow.

Every threshold is the one with the smallest cost on predictions for texts that the
model had not seen. The costs stand here and nowhere else.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.heads import HARMS
from classifier.rows import Row
from domain.labels import Label

MISSED = 1.0
"""A harmful post nobody is shown: other people's copies of it mostly still are."""

FALSE_FLAG = 5.0
"""A harmless post shown as harmful: an analyst's time, and trust."""

FALSE_FLAG_HONEST = 20.0
"""A citizen's complaint shown as harmful: what the office promised not to do. Lower,
and complaints land in the harmful queue; far higher, and threats are missed."""

MISSED_COMPLAINT = 2.0
"""A complaint that gets no answer, beside one wrongly offered for an answer."""

FLOOR = 0.3
"""No label is flagged below this probability, however cheap the corpus makes it."""

_STEPS = np.round(np.arange(FLOOR, 0.97, 0.01), 2)

Booleans = NDArray[np.bool_]
Doubles = NDArray[np.float64]


def threshold(
    name: str, truth: Booleans, probability: Doubles, rows: Sequence[Row]
) -> float:
    """Return the cheapest threshold for a label, the higher one where two tie."""
    false_flag, missed = _prices(name, rows)
    costs = [
        float(false_flag[(probability >= step) & ~truth].sum())
        + missed * float(((probability < step) & truth).sum())
        for step in _STEPS
    ]
    return float(_STEPS[len(costs) - 1 - int(np.argmin(costs[::-1]))])


def _prices(name: str, rows: Sequence[Row]) -> tuple[Doubles, float]:
    if name in HARMS:
        prices = [FALSE_FLAG_HONEST if row.honest else FALSE_FLAG for row in rows]
        return np.asarray(prices), MISSED
    even = np.ones(len(rows))
    wanted = {Label.COMPLAINT.value, Label.ANSWER_OWED.value}
    return even, MISSED_COMPLAINT if name in wanted else MISSED
