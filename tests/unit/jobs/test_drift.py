"""Streams made up week by week: what moves is said, and chance is not."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from contracts.search_index import analysis, fill, post
from domain.analysis import Judgement, LabelScore
from domain.clock import ManualClock
from eventlog.codec import encode_event
from jobs.drift import (
    EDGES,
    LEAST_POSTS,
    MOVED,
    SOURCE_LEAST,
    Measure,
    Week,
    bin_of,
    compared,
    stability,
)
from jobs.drift_job import KEY, DriftJob, kept_weeks, latest
from jobs.health import Facts, State, check
from jobs.metrics import DriftMetrics
from searchindex.adapters.memory import MemorySearchIndex

MONDAY = date(2026, 11, 16)
LABELS = ("scam", "panic", "complaint", "hate", "abuse", "checkable_claim")


def binned(scores):
    counts = [0] * (len(EDGES) + 1)
    for score in scores:
        counts[bin_of(score)] += 1
    return tuple(counts)


def week(back, chance, *, posts=600, shape=(0.4, 6), strange=0.06, flags=0.1, **other):
    """Make a week whose scores are drawn from a beta distribution."""
    words = posts * 40
    flagged = sum(chance.random() < flags for _ in range(posts))
    return Week(
        monday=MONDAY - timedelta(weeks=back),
        model="m1",
        posts=posts,
        words=words,
        unknown=sum(chance.random() < strange for _ in range(words)),
        scores={
            name: binned(chance.betavariate(*shape) for _ in range(posts))
            for name in LABELS
        },
        sources={"bao-a": (posts, flagged)},
        **other,
    )


def moved(weeks):
    return {(s.measure, s.name) for s in compared(weeks, MONDAY) if s.moved}


def test_chance_alone_raises_no_alarm():
    """Of 40 calm streams of the fewest posts looked at, none is said to have moved.

    Eight comparisons a stream: with no alarm in 320, the rate is below 1 in 100.
    """
    alarms = []
    for seed in range(40):
        chance = random.Random(seed)
        weeks = [week(back, chance, posts=LEAST_POSTS) for back in range(4)]
        assert all(s.value is not None for s in compared(weeks, MONDAY))
        alarms += moved(weeks)
    assert alarms == []


@pytest.mark.parametrize("seed", range(5))
def test_each_thing_that_moves_is_said_and_nothing_else(seed):
    chance = random.Random(seed)
    past = [week(back, chance) for back in range(1, 5)]
    scores = {(Measure.SCORES, name) for name in LABELS}
    assert moved([*past, week(0, chance, shape=(1.2, 6))]) == scores
    assert moved([*past, week(0, chance, strange=0.16)]) == {(Measure.UNKNOWN, "")}
    source = {(Measure.SOURCE, "bao-a")}
    assert moved([*past, week(0, chance, flags=0.4)]) == source


def test_few_posts_never_raise_an_alarm():
    chance = random.Random(1)
    past = [week(back, chance) for back in range(1, 5)]
    few = week(0, chance, posts=SOURCE_LEAST - 1, shape=(6, 1), strange=0.9, flags=0.9)
    assert moved([*past, few]) == set()
    assert all(s.value is None for s in compared([*past, few], MONDAY))
    young = [week(1, chance, posts=100), week(0, chance, shape=(6, 1))]
    assert moved(young) == set()


def test_scores_of_another_model_are_not_compared():
    chance = random.Random(2)
    past = [week(back, chance) for back in range(1, 5)]
    new = replace(week(0, chance, shape=(6, 1)), model="m2")
    assert moved([*past, new]) == set()


counts = st.lists(st.integers(0, 5000), min_size=10, max_size=10)


@given(counts, counts)
def test_the_index_is_never_negative_and_zero_for_the_same(one, other):
    assert stability(one, one) == 0
    assert stability(one, other) >= 0
    assert stability(one, other) == pytest.approx(stability(other, one))


def test_the_index_is_that_of_the_books():
    # Shares of 0.5/0.5 against 0.2/0.8: 0.3 ln 2.5 + 0.3 ln 1.6.
    assert stability([50_000, 50_000], [20_000, 80_000]) == pytest.approx(
        0.4159, abs=0.001
    )
    assert MOVED == 0.25


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_a_week_comes_back_as_it_was_kept(seed):
    made = week(0, random.Random(seed), posts=20)
    assert Week.read(made.stored()) == made


NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)


@pytest.fixture
def casework():
    made = Casework(SqlCaseworkStore("sqlite://"), ManualClock(NOW), encode_event)
    yield made
    made.close()


def judged(name, days, score, model="m1", **fields):
    at = NOW - timedelta(days=days)
    found = post(name, "lạ quen quen quen", published=at, fetched=at)
    label = LabelScore(
        name="scam", probability=score, threshold=0.5, flagged=score >= 0.5
    )
    judgement = Judgement(labels=(label,), model=model)
    return analysis(found, judgement=judgement, **fields)


def test_the_job_counts_this_week_and_the_last_and_keeps_few_versions(casework):
    index = MemorySearchIndex()
    fill(
        index,
        *(judged(f"a{n}", 5, 0.04) for n in range(7)),
        *(judged(f"b{n}", 5, 0.6) for n in range(2)),
        judged("old-model", 5, 0.99, model="m0"),
        *(judged(f"c{n}", 1, 0.04) for n in range(3)),
        judged("older", 20, 0.9),
        judged("unjudged", 5, 0.9, model=""),
    )
    registry = CollectorRegistry()
    job = DriftJob(
        index, casework, lambda _: (4, 1), "Asia/Bangkok", DriftMetrics(registry)
    )
    assert job.run(NOW) == "posts=12 moved=0"
    job.run(NOW)
    last, this = kept_weeks(casework)
    assert (last.monday, this.monday) == (MONDAY, MONDAY + timedelta(weeks=1))
    assert (last.model, last.posts, last.words, last.unknown) == ("m1", 9, 36, 9)
    assert last.scores == {"scam": (0, 0, 7, 0, 0, 0, 0, 2, 0, 0)}
    assert last.sources == {"bao-a": (9, 2)}
    assert [row.version for row in casework.settings(KEY)] == [1, 1]
    assert registry.get_sample_value("minhtin_drift_moved") == 0


def test_what_moved_is_a_row_of_health_with_its_remedy():
    chance = random.Random(4)
    weeks = [week(back, chance) for back in range(1, 5)]
    weeks.append(week(0, chance, strange=0.2))
    shifts = latest(weeks, MONDAY + timedelta(weeks=1))
    (row,) = check(Facts(now=NOW, drift=shifts))
    assert (row.name, row.state) == ("drift", State.WARN)
    assert "từ lạ" in row.message_vi
    assert row.hint_vi
    calm = latest(weeks[:4], MONDAY)
    assert [r.state for r in check(Facts(now=NOW, drift=calm))] == [State.OK]
    assert check(Facts(now=NOW, drift=())) == []
