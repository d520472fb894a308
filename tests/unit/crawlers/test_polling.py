"""The pause between two visits: bounded, monotone, quick to recover."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.polling import LONGEST, SHORTEST, Outcome, Rhythm, next_pause

starts = st.floats(0, 5_000)
pauses = st.floats(0, 20_000)
counts = st.integers(0, 500)
rhythms = st.builds(Rhythm, start=starts, fixed=st.booleans())
outcomes = st.builds(Outcome, failed=st.booleans(), listed=counts, new=counts)
HOURLY = Rhythm(start=60)


def share(new: int) -> Outcome:
    return Outcome(listed=50, new=new)


@given(rhythms, outcomes, pauses, st.booleans())
def test_the_pause_is_bounded(
    rhythm: Rhythm, outcome: Outcome, before: float, recovers: bool
) -> None:
    pause = next_pause(rhythm, outcome, before, recovers=recovers)
    assert min(SHORTEST, rhythm.start) <= pause <= max(LONGEST, rhythm.start)


@given(rhythms, st.integers(0, 50), st.integers(0, 50), pauses)
def test_more_news_never_mean_a_longer_pause(
    rhythm: Rhythm, some: int, other: int, before: float
) -> None:
    fewer, more = sorted((some, other))
    assert next_pause(rhythm, share(more), before) <= next_pause(
        rhythm, share(fewer), before
    )


@given(rhythms, outcomes, pauses, pauses)
def test_a_longer_pause_before_never_means_a_shorter_one_now(
    rhythm: Rhythm, outcome: Outcome, some: float, other: float
) -> None:
    shorter, longer = sorted((some or 1.0, other or 1.0))
    assert next_pause(rhythm, outcome, shorter) <= next_pause(rhythm, outcome, longer)


@given(rhythms, st.integers(1, 50), pauses)
def test_one_visit_with_news_ends_a_long_quiet(
    rhythm: Rhythm, new: int, before: float
) -> None:
    assert next_pause(rhythm, share(new), before) <= rhythm.start


@given(rhythms, st.integers(1, 500))
def test_full_of_news_it_is_at_the_shortest_within_four_visits(
    rhythm: Rhythm, listed: int
) -> None:
    pause = LONGEST
    for _ in range(4):
        pause = next_pause(rhythm, Outcome(listed=listed, new=listed), pause)
    assert rhythm.fixed or pause <= max(SHORTEST, rhythm.start / 64)


@given(rhythms)
def test_quiet_sources_come_to_a_day_and_failing_ones_too(rhythm: Rhythm) -> None:
    quiet = failing = rhythm.start
    for _ in range(20):
        quiet = next_pause(rhythm, Outcome(listed=9), quiet)
        failing = next_pause(rhythm, Outcome(failed=True), failing)
    assert failing >= LONGEST
    if rhythm.fixed:
        assert quiet == rhythm.start
    elif rhythm.start >= 1:
        assert quiet >= LONGEST


@pytest.mark.parametrize(
    ("outcome", "before", "recovers", "expected"),
    [
        (share(0), 0, False, 90),
        (share(1), 60, False, 60),
        (share(2), 60, False, 30),
        (share(25), 60, False, 15),
        (share(50), 30, False, 10),
        (share(0), 1440, False, 1440),
        (share(1), 1440, False, 60),
        (Outcome(listed=20_000, new=1), 60, False, 60),
        (Outcome(failed=True), 60, False, 120),
        (Outcome(failed=True), 960, True, 1440),
        (share(0), 1440, True, 90),
        (Outcome(listed=0, new=7), 60, False, 15),
    ],
)
def test_examples(
    outcome: Outcome, before: float, recovers: bool, expected: float
) -> None:
    assert next_pause(HOURLY, outcome, before, recovers=recovers) == expected


def test_a_wish_moves_its_bound() -> None:
    assert next_pause(Rhythm(start=0), share(0)) == 0
    assert next_pause(Rhythm(start=2), share(50), 2) == 2
    assert next_pause(Rhythm(start=3000), share(0), 3000) == 3000
    assert next_pause(Rhythm(start=5, fixed=True), share(0), 5) == 5
    assert next_pause(Rhythm(start=5, fixed=True), Outcome(failed=True), 5) == 20
