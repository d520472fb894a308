"""Cohen's kappa per label, from pairs that were drawn by chance alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from casework.model import BlindPair
from domain.labels import Harm, Verdict
from jobs.learning.agreement import agreement, kappa

COUNT = st.integers(0, 40)


def pair(
    one: Verdict, other: Verdict, harm: Harm | None = None, *, drawn: bool = True
) -> BlindPair:
    harms = (
        harm if one is Verdict.HARMFUL else None,
        harm if other is Verdict.HARMFUL else None,
    )
    return BlindPair(verdicts=(one, other), harms=harms, drawn=drawn)


@given(both=COUNT, first=COUNT, second=COUNT, neither=COUNT)
def test_it_is_the_kappa_that_scikit_learn_gives(
    both: int, first: int, second: int, neither: int
) -> None:
    one = [1] * both + [1] * first + [0] * second + [0] * neither
    other = [1] * both + [0] * first + [1] * second + [0] * neither
    found = kappa(both, first, second, neither)
    if len({*one, *other}) < 2:  # nobody, or everybody: nothing beyond chance
        assert found is None
        return
    assert found == pytest.approx(cohen_kappa_score(one, other))


def test_only_drawn_pairs_count_and_each_named_label_has_a_line() -> None:
    harmful, fine = Verdict.HARMFUL, Verdict.NO_ISSUE
    drawn = [
        *[pair(harmful, harmful, Harm.SCAM)] * 8,
        *[pair(fine, fine)] * 30,
        pair(harmful, fine, Harm.SCAM),
        pair(fine, harmful, Harm.SCAM),
    ]
    severe = [
        pair(harmful, harmful, Harm.PANIC, drawn=False),
        pair(harmful, fine, Harm.PANIC, drawn=False),
    ]
    found = agreement(drawn + severe)
    assert (found.severe, found.confirmed) == (2, 1)
    lines = {line.label: line for line in found.kappas}
    assert set(lines) == {harmful, fine, Harm.SCAM}
    line = lines[harmful]
    assert (line.pairs, line.named) == (40, 10)
    assert line.value == pytest.approx(1 - 0.05 / (1 - (0.225**2 + 0.775**2)))
    assert line.low < (line.value or 0) < line.high < 1


def test_few_pairs_leave_a_wide_interval_though_all_agree() -> None:
    fine, harmful = Verdict.NO_ISSUE, Verdict.HARMFUL
    few = agreement([pair(fine, fine), pair(harmful, harmful, Harm.SCAM)])
    many = agreement([pair(fine, fine), pair(harmful, harmful, Harm.SCAM)] * 100)
    for made in (few, many):
        assert {line.value for line in made.kappas} == {1.0}
    assert few.kappas[0].low < 0.6
    assert many.kappas[0].low > 0.9


def test_where_all_say_the_same_chance_explains_it() -> None:
    (line,) = agreement([pair(Verdict.NO_ISSUE, Verdict.NO_ISSUE)] * 9).kappas
    assert line.value is None
    assert np.isfinite([line.low, line.high]).all()
    assert agreement([]).kappas == ()
