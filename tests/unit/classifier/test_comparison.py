"""Which figures refuse a candidate."""

import pytest

from classifier.compared import Compared, Comparison, Rule, comparison_markdown
from classifier.comparison import compare, flagged
from classifier.linear import LinearClassifier
from classifier.metrics import Figure
from classifier.model import Model
from classifier.rows import Row
from domain.labels import Harm


def compared(
    rule: Rule, live: float, candidate: float, *, texts: int = 1000, floor: float = 0.0
) -> Compared:
    return Compared(
        part="guard",
        name="x",
        texts=texts,
        rule=rule,
        live=Figure(value=live, low=live, high=live),
        candidate=Figure(value=candidate, low=candidate, high=candidate),
        floor=floor,
    )


@pytest.mark.parametrize(
    ("rule", "live", "candidate", "worse"),
    [
        (Rule.NEVER_MORE, 0.01, 0.011, True),
        (Rule.NEVER_MORE, 0.01, 0.01, False),
        (Rule.NOT_ABOVE, 0.10, 0.11, False),
        (Rule.NOT_ABOVE, 0.10, 0.111, True),
        (Rule.NOT_BELOW, 0.90, 0.89, False),
        (Rule.NOT_BELOW, 0.90, 0.889, True),
        (Rule.TOLD, 0.90, 0.0, False),
    ],
)
def test_a_rule_refuses_from_its_bound_on(
    rule: Rule, live: float, candidate: float, worse: bool
) -> None:
    assert compared(rule, live, candidate).worse is worse


def test_one_text_of_a_small_set_is_no_reason() -> None:
    assert not compared(Rule.NOT_BELOW, 1.0, 0.95, texts=20).worse
    assert compared(Rule.NOT_BELOW, 1.0, 0.9, texts=20).worse


def test_small_losses_do_not_add_up_below_the_release_line() -> None:
    assert compared(Rule.NOT_BELOW, 0.852, 0.849, floor=0.85).worse
    assert not compared(Rule.NOT_BELOW, 0.84, 0.84, floor=0.85).worse


REVIEWED = [
    Row(id="1", text="gửi mã otp cho em ngay", harm=(Harm.SCAM,), speaks=("scam",)),
    Row(id="2", text="ủy ban xã sửa đường đi", complaint=True, speaks=("abuse",)),
    Row(id="3", text="hôm nay trời đẹp quá", speaks=("scam",)),
    Row(id="4", text="không nói gì về hại", complaint=True, speaks=("complaint",)),
]


def test_only_posts_that_speak_of_harm_are_measured(judge: LinearClassifier) -> None:
    assert flagged(judge, REVIEWED).tolist() == [True, False, False, False]


def test_the_same_model_is_never_worse_and_a_trigger_happy_one_is(model: Model) -> None:
    live = LinearClassifier(model)
    same = compare(live, live, gold=REVIEWED, recent=REVIEWED)
    assert same.worse == ()
    parts = {figure.part for figure in same.figures}
    assert {"guard criticism", "guard honest unread", "test", "gold"} <= parts
    cost = next(figure for figure in same.figures if figure.name == "cost")
    assert (cost.part, cost.texts, cost.live.value) == ("recent reviews", 3, 0.0)
    wild = LinearClassifier(
        Model(
            version="wild",
            vocabulary=model.vocabulary,
            weights=model.weights,
            bias=model.bias,
            sigmoids=model.sigmoids,
            thresholds=dict.fromkeys(model.thresholds, 0.0),
            sharpness=model.sharpness,
        )
    )
    made = compare(live, wild, recent=REVIEWED)
    first = made.worse[0]
    assert (first.part, first.rule) == ("guard criticism", Rule.NEVER_MORE)
    page = comparison_markdown(made)
    assert "**Refused.** Worse: guard criticism, honest flagged: 100.0%" in page
    assert "| recent reviews | cost | 3 |" in page


def test_a_page_says_when_nothing_is_worse() -> None:
    made = Comparison(live="a", candidate="b", figures=(compared(Rule.TOLD, 0.5, 0.4),))
    assert "no figure is worse" in comparison_markdown(made)
