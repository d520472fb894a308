"""Figures and counts of models as the page says them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from classifier.compared import Rule
from classifier.guard_suites import ALIKE, HONEST, Pool, suite_name
from classifier.metrics import Figure
from domain.clock import ManualClock
from domain.labels import Harm, Verdict
from e2e.console_world import NOW
from e2e.model_world import CANDIDATE, comparison
from jobs.learning.agreement import Agreement, Kappa
from jobs.learning.records import Training
from jobs.learning.shadow import ShadowReport
from ui.model_lines import (
    agreed,
    compared,
    confirmed,
    figure,
    made_of,
    named,
    shadow_lines,
)
from ui.reading import Reading
from ui.wording import wording
from wiring.profile import load_profile


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("file", [HONEST, ALIKE])
@pytest.mark.parametrize("pool", Pool)
def test_each_pool_of_the_guard_has_its_name(
    language: str, file: str, pool: Pool
) -> None:
    named = wording(language).section("models")
    assert f"part_guard_{suite_name(file, pool)}".replace(" ", "_") in named


@pytest.fixture(scope="module")
def reading() -> Reading:
    clock = ManualClock(NOW)
    return Reading(
        profile=load_profile("dien-bien"), words=wording("vi"), now=clock.now()
    )


def test_a_part_that_an_earlier_version_measured_on_keeps_its_name(
    reading: Reading,
) -> None:
    (pair, *_) = comparison(CANDIDATE, 0.0).figures
    former = replace(pair, part="guard honest final2")
    assert named(reading, former)[0] == "guard honest final2"


def test_every_figure_and_part_has_words_in_both_languages() -> None:
    from classifier.comparison import _OF_TEST

    suites = [
        f"guard {suite} {half}"
        for suite in ("honest", "alike")
        for half in ("dev", "final")
    ]
    parts = ["guard criticism", "test", "gold", "recent reviews", *suites]
    names = {name for name, _, _ in _OF_TEST} | {"harm_found", "cost"}
    for language in ("vi", "en"):
        words = wording(language)
        for part in parts:
            assert words(f"models.part_{part.replace(' ', '_')}")
        for name in names:
            assert words(f"models.f_{name}")


def test_a_share_is_in_per_cent_and_a_cost_is_not(reading: Reading) -> None:
    made = comparison(CANDIDATE, 0.01)
    share = next(f for f in made.figures if f.name == "harm_macro_f1")
    assert figure(reading.words, share, share.live) == "79,2% (77,2–81,2)"
    cost = next(f for f in made.figures if f.name == "cost")
    assert (
        figure(reading.words, cost, Figure(value=1.377, low=0.9, high=1.8))
        == "1,377 (0,900–1,800)"
    )
    assert figure(reading.words, share, Figure(value=0.5, low=0.5, high=0.5)) == "50,0%"


def test_a_worse_figure_says_so_in_a_word(reading: Reading) -> None:
    rows = compared(reading, comparison(CANDIDATE, 0.03).figures)
    assert [row[-1] for row in rows if row[-1]] == ["kém hơn"]
    assert comparison(CANDIDATE, 0.03).worse[0].rule is Rule.NEVER_MORE


def test_what_a_version_was_made_of(reading: Reading) -> None:
    assert "cài sẵn" in made_of(reading, None)
    at = datetime(2026, 11, 20, tzinfo=UTC)
    made = Training(
        version="v",
        at=at,
        corpus=4316,
        reviews=200,
        review_weight=0.5,
        reviewers=3,
        by_reviewer={"a": 150, "b": 30, "c": 20},
    )
    said = made_of(reading, made)
    assert "4.316 văn bản mẫu" in said
    assert "200 kết luận của 3 cán bộ" in said
    assert "0,50" in said
    assert said.endswith("Cán bộ kết luận nhiều nhất chiếm 75% số đó.")


def test_shadow_is_said_once_it_was_counted(reading: Reading) -> None:
    counts = {
        "candidate": "v",
        "since": None,
        "compared": 1234,
        "more": 3,
        "more_confirmed": 1,
        "more_denied": 2,
        "fewer": 5,
        "fewer_confirmed": 0,
        "fewer_denied": 4,
        "other": 0,
    }
    assert len(shadow_lines(reading, ShadowReport(**counts))) == 1
    lines = shadow_lines(reading, ShadowReport(**counts, at=NOW))
    assert "1.234 bài" in lines[0]
    assert lines[1] == "Gắn cờ thêm 3 bài; cán bộ xác nhận 1, bác bỏ 2."


def test_agreement_is_a_line_for_each_label_and_says_what_it_rests_on(
    reading: Reading,
) -> None:
    kappas = (
        Kappa(
            label=Verdict.HARMFUL, pairs=40, named=10, value=0.857, low=0.6, high=0.96
        ),
        Kappa(label=Harm.SCAM, pairs=40, named=0, value=None, low=0.1, high=0.9),
    )
    assert agreed(reading, kappas) == [
        ["Gây hại", "40", "10", "0,86 (0,60–0,96)"],
        ["Lừa đảo", "40", "0", "– (0,10–0,90)"],
    ]
    nothing = confirmed(reading, Agreement(kappas=(), severe=0, confirmed=0))
    assert nothing.startswith("Chưa có bài nào")
    said = confirmed(reading, Agreement(kappas=kappas, severe=7, confirmed=5))
    assert "Trong 7 kết luận" in said
    assert "5 kết luận được xác nhận" in said
