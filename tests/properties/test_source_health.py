"""Rules on sources that hold for any source: who is well is left in peace, who is
silent is found in bounded time, who rests on days off may."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobs.source_habit import QUIET_MOST, Calendar
from jobs.source_health import Condition, report
from source_visits import DAY, HOUR, ZONE, facts, failed, hourly, office_hours, visit

START = datetime(2026, 10, 1, tzinfo=UTC)
moments = st.integers(0, 24 * 60).map(lambda hours: START + hours * HOUR)
few = settings(max_examples=25, deadline=None)


def conditions(runs, now, **more):
    return {
        finding.condition for finding in report(facts(runs, now, **more), now).findings
    }


@few
@given(
    now=moments,
    posts=st.integers(0, 9),
    every=st.sampled_from([1, 2, 3, 6]),
    days=st.integers(1, 36),
)
def test_a_constant_source_is_well(now, posts, every, days):
    runs = hourly(now, days, lambda _: posts, every)
    found = conditions(runs, now)
    # One that brings nothing for more than two weeks is told, whatever it used to do.
    if posts or days < QUIET_MOST.days:
        assert found == {Condition.GOOD}


@few
@given(
    now=moments,
    days=st.integers(15, 36),
    hour=st.integers(0, 23),
    posts=st.integers(1, 40),
)
@example(now=START + 497 * HOUR, days=15, hour=0, posts=10)
def test_a_source_that_brings_all_its_posts_at_one_hour_is_well(now, days, hour, posts):
    runs = hourly(now, days, lambda at: posts if at.hour == hour else 0)
    assert conditions(runs, now) == {Condition.GOOD}


@few
@given(now=moments, posts=st.integers(1, 9), silent=st.integers(0, 20 * 24))
def test_silence_is_told_in_bounded_time(now, posts, silent):
    since = now - silent * HOUR
    runs = hourly(now, 36, lambda at: posts if at < since else 0)
    found = conditions(runs, now)
    if silent > 26:
        assert found & {Condition.QUIET, Condition.COLLAPSED}
    elif silent < 12:
        assert found == {Condition.GOOD}


@few
@given(now=moments, hours=st.integers(0, 20 * 24), posts=st.integers(1, 9))
def test_failing_visits_are_told_in_bounded_time(now, hours, posts):
    runs = hourly(now, 30, lambda _: posts)
    runs = [failed(r) if r.started > now - hours * HOUR else r for r in runs]
    found = conditions(runs, now)
    if hours > 4:
        assert found & {Condition.FAILING, Condition.DEAD}
    if hours < 2:
        assert found == {Condition.GOOD}


@few
@given(now=moments, days=st.integers(21, 36))
def test_a_source_of_office_hours_may_rest_at_weekends(now, days):
    assert conditions(hourly(now, days, office_hours), now) == {Condition.GOOD}


@few
@given(hours=st.integers(0, 16 * 24), length=st.integers(5, 9))
def test_a_source_of_office_hours_may_rest_over_tet(hours, length):
    tet = {date(2026, 2, 14) + timedelta(days=day) for day in range(length)}
    now = datetime(2026, 2, 12, 6, tzinfo=UTC) + hours * HOUR

    def brings(at):
        return 0 if at.date() in tet else office_hours(at)

    calendar = Calendar(zone=ZONE, holidays=tet)
    assert conditions(hourly(now, 36, brings), now, calendar=calendar) == {
        Condition.GOOD
    }


@few
@given(now=moments, lost=st.integers(13, 24 * 10), ended=st.integers(25, 24 * 20))
def test_an_outage_of_ours_is_no_silence_of_theirs(now, lost, ended):
    """Hours that nobody looked are neither zero posts nor a pause of the source."""
    low, high = now - (ended + lost) * HOUR, now - ended * HOUR
    runs = [r for r in hourly(now, 36, lambda _: 1) if not low < r.started < high]
    assert conditions(runs, now) == {Condition.GOOD}


@few
@given(now=moments, order=st.randoms())
def test_the_order_of_reading_does_not_matter(now, order):
    runs = hourly(now, 20, office_hours)
    shuffled = list(runs)
    order.shuffle(shuffled)
    assert facts(shuffled, now) == facts(runs, now)


@few
@given(now=moments, gap=st.integers(1, 12))
@example(now=START + 401 * HOUR, gap=1)
def test_days_are_gaps_only_where_nobody_looked(now, gap):
    today = now.astimezone(ZONE).date()
    gone = today - timedelta(days=gap)
    runs = [
        r
        for r in hourly(now, 20, lambda _: 0)
        if r.started.astimezone(ZONE).date() != gone
    ]
    runs.append(failed(visit(now - gap * DAY)))
    days = dict(facts(runs, now).days)
    gaps = {day for day, count in days.items() if count is None}
    # At midnight sharp nobody has looked today either.
    looked = {r.started.astimezone(ZONE).date() for r in runs[:-1]}
    assert gaps == {gone} | ({today} - looked)
    assert len(days) == 14
