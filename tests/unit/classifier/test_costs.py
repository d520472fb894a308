import numpy as np

from classifier.costs import (
    FALSE_FLAG,
    FALSE_FLAG_HONEST,
    FLOOR,
    Answers,
    Booleans,
    Doubles,
    thresholds,
)
from classifier.rows import Row
from domain.labels import Harm


def rows(count: int, *, honest: bool) -> list[Row]:
    return [Row(id=str(n), text="a", complaint=honest) for n in range(count)]


def harmful(count: int) -> list[Row]:
    return [Row(id=f"h{n}", text="a", harm=(Harm.ABUSE,)) for n in range(count)]


def threshold(name: str, truth: Booleans, odds: Doubles, texts: list[Row]) -> float:
    answers = Answers(name=name, truth=truth, probability=odds, rows=texts)
    return thresholds([answers])[name]


def priced(clean: list[Row], *, hits: int) -> float:
    """Place false alarms at 0.7 beside `hits` true ones at 0.65 and 40 at 0.95."""
    texts = [*clean, *harmful(hits + 40)]
    truth = np.asarray([bool(row.harm) for row in texts])
    odds = np.asarray([0.7] * len(clean) + [0.65] * hits + [0.95] * 40)
    return threshold("abuse", truth, odds, texts)


def test_an_honest_complaint_is_worth_more_missed_harm() -> None:
    hits = int(8 * (FALSE_FLAG + FALSE_FLAG_HONEST) / 2)
    assert priced(rows(8, honest=False), hits=hits) <= 0.65
    assert priced(rows(8, honest=True), hits=hits) > 0.7


def test_a_wrong_harm_costs_less_than_a_harmless_post() -> None:
    other = [
        Row(id=f"o{n}", text="a", complaint=True, harm=(Harm.SCAM,)) for n in range(8)
    ]
    texts = [*other, *harmful(48)]
    truth = np.asarray([Harm.ABUSE in row.harm for row in texts])
    odds = np.asarray([0.7] * 8 + [0.65] * 8 + [0.95] * 40)
    assert threshold("abuse", truth, odds, texts) <= 0.65


def test_thresholds_keep_above_the_floor_and_take_the_higher_of_equals() -> None:
    texts = [*rows(40, honest=False), *harmful(40)]
    truth = np.asarray([bool(row.harm) for row in texts])
    odds = np.where(truth, 0.9, 0.01)
    assert FLOOR <= threshold("abuse", truth, odds, texts) <= 0.9
    assert threshold("abuse", truth, odds, texts) > 0.85


def test_a_missed_complaint_costs_more_than_a_wrong_one() -> None:
    texts = [Row(id=str(n), text="a", complaint=n % 5 < 2) for n in range(120)]
    truth = np.asarray([row.complaint for row in texts])
    odds = np.where(truth, 0.5, 0.55)
    assert threshold("complaint", truth, odds, texts) <= 0.5
    assert threshold("checkable_claim", truth, odds, texts) > 0.55


def test_harms_meet_half_way_and_other_labels_stand_alone() -> None:
    texts = harmful(40) + rows(40, honest=False)
    truth = np.asarray([bool(row.harm) for row in texts])
    low, high = np.where(truth, 0.5, 0.1), np.where(truth, 0.9, 0.6)

    def answers(name: str, odds: Doubles) -> Answers:
        return Answers(name=name, truth=truth, probability=odds, rows=texts)

    alone = thresholds([answers("hate", low)])["hate"]
    found = thresholds([answers("hate", low), answers("scam", high)])
    assert alone < found["hate"] <= found["scam"]
    label = answers("checkable_claim", low)
    both = thresholds([label, answers("scam", high)])
    assert both["checkable_claim"] == thresholds([label])["checkable_claim"]
