"""What is said of a source after which visits."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from jobs.health_facts import State
from jobs.source_habit import Calendar
from jobs.source_health import Condition, report, source_row
from jobs.source_past import Past, VisitSum, sighted, total
from source_visits import (
    DAY,
    HOUR,
    ZONE,
    facts,
    failed,
    hourly,
    office_hours,
    steady,
    visit,
)

NOW = datetime(2026, 11, 18, 3, 40, tzinfo=UTC)
"""A Wednesday, 10:40 in the office."""


def judged(runs, now=NOW, **more):
    return report(facts(runs, now, **more), now)


def recently(runs, change, hours=24):
    """Change the visits of the last hours that brought something."""
    since = NOW - hours * HOUR
    return [change(r) if r.started > since and r.new else r for r in runs]


def test_a_steady_source_is_well():
    found = judged(hourly(NOW, 30, steady))
    assert found.first.condition is Condition.GOOD
    assert not found.sick
    assert (found.facts.today, found.facts.usual.median) == (24, 24)
    assert found.facts.usual.days == 4
    assert source_row(found.facts, NOW).message_vi == "Báo: thu thập bình thường."


def test_a_source_without_visits_is_unknown():
    found = judged([])
    assert (found.first.condition, found.first.state) == (
        Condition.NEVER,
        State.UNKNOWN,
    )


@pytest.mark.parametrize(
    ("hours", "condition", "state"),
    [
        (2, "good", "ok"),
        (5, "failing", "warn"),
        (14, "failing", "bad"),
        (24 * 8, "dead", "bad"),
    ],
)
def test_failed_visits(hours, condition, state):
    since = NOW - hours * HOUR
    runs = [failed(r) if r.started > since else r for r in hourly(NOW, 30, steady)]
    first = judged(runs).first
    assert (first.condition, first.state) == (condition, state)
    if condition != "good":
        assert "timeout" in first.said
        assert first.hint


def test_a_source_that_never_gave_anything_is_not_well():
    runs = [failed(visit(NOW - HOUR / 10), "http_404")]
    first = judged(runs).first
    assert (first.condition, first.state) == (Condition.FAILING, State.WARN)
    assert "chưa lần nào" in first.said
    assert "http_404" in first.said


@pytest.mark.parametrize(
    ("hours", "condition", "state"),
    [(2, "good", "ok"), (5, "late", "warn"), (16, "late", "bad")],
)
def test_a_crawler_that_stands_still(hours, condition, state):
    runs = [r for r in hourly(NOW, 30, steady) if r.started < NOW - hours * HOUR]
    first = judged(runs).first
    assert (first.condition, first.state) == (condition, state)


def test_a_source_that_may_be_visited_once_a_day_is_not_late():
    runs = [r for r in hourly(NOW, 30, steady, every=24) if r.started < NOW - 20 * HOUR]
    assert not judged(runs, due=NOW + 3 * HOUR).sick


def test_a_gap_is_not_zero_but_a_good_visit_without_news_is():
    runs = [r for r in hourly(NOW, 30, steady) if not 30 < _ago(r) < 72]
    days = dict(facts(runs, NOW).days)
    assert days[date(2026, 11, 16)] is None
    empty = [visit(r.started) if 30 < _ago(r) < 72 else r for r in runs]
    empty += [visit(NOW - back * HOUR) for back in range(31, 72)]
    assert dict(facts(empty, NOW).days)[date(2026, 11, 16)] == 0


def _ago(run):
    return (NOW - run.started) / HOUR


def test_days_that_nobody_saw_are_not_compared_with():
    lost = [r for r in hourly(NOW, 30, steady) if not 24 * 6 < _ago(r) < 24 * 9]
    usual = facts(lost, NOW).usual
    assert (usual.median, usual.mad) == (24, 0)


def test_a_collapse_is_told_on_the_same_day():
    runs = recently(hourly(NOW, 30, steady), lambda r: visit(r.started))
    found = judged(runs)
    assert found.first.condition is Condition.COLLAPSED
    assert "chỉ có 1 bài" in found.first.said  # of a day and a running hour
    assert "khoảng 24" in found.first.said


def test_a_small_source_without_news_for_a_day_is_no_collapse():
    runs = hourly(NOW, 30, lambda at: int(at.hour == 9 and at.day % 2 == 0))
    assert judged(runs).first.condition is Condition.GOOD


def test_a_young_source_is_compared_with_like_days():
    runs = hourly(NOW, 12, office_hours)
    usual = facts(runs, NOW).usual
    assert usual.days >= 4
    assert usual.median == 18
    assert facts(hourly(NOW, 3, office_hours), NOW).usual is None


def test_holidays_are_like_no_other_day():
    calendar = Calendar(zone=ZONE, holidays={date(2026, 11, 17), date(2026, 11, 18)})
    runs = recently(hourly(NOW, 30, steady), lambda r: visit(r.started))
    found = judged(runs, calendar=calendar)
    assert found.facts.usual is None
    assert not found.sick
    assert calendar.free(date(2026, 11, 18))
    assert not Calendar(zone=ZONE, worked={date(2026, 11, 21)}).free(date(2026, 11, 21))


@pytest.mark.parametrize("part", ["title", "date", "text", "author"])
def test_a_new_layout_is_noticed_the_same_day(part):
    def misread(run):
        return replace(run, **{f"with_{part}": 0})

    found = judged(recently(hourly(NOW, 30, steady), misread))
    assert (found.first.condition, found.first.state) == ("misread", "bad")
    assert "0%, trước đây 100%" in found.first.said


def test_a_layout_in_which_nothing_is_found_is_noticed_too():
    def unread(run):
        bare = replace(visit(run.started), errors={"no_article": run.new})
        return replace(bare, unchanged=1)

    found = judged(recently(hourly(NOW, 30, steady), unread))
    assert found.first.condition is Condition.MISREAD


def test_a_field_that_a_source_never_had_is_not_missed():
    runs = [replace(r, with_author=0) for r in hourly(NOW, 30, steady)]
    assert not judged(runs).sick


def test_a_list_that_is_no_longer_understood():
    runs = hourly(NOW, 30, steady)
    runs = [
        replace(visit(r.started), errors={"no_links": 1}) if _ago(r) < 24 else r
        for r in runs
    ]
    assert judged(runs).first.condition is Condition.UNLISTED


def test_robots_that_forbid_what_they_allowed():
    def shut(run):
        return replace(
            visit(run.started),
            unchanged=0,
            not_modified=0,
            refused=1,
            message="robots: 1",
        )

    runs = [shut(r) if _ago(r) < 6 else r for r in hourly(NOW, 30, steady)]
    conditions = [f.condition for f in judged(runs).findings]
    assert Condition.FAILING in conditions
    partly = recently(
        hourly(NOW, 30, steady), lambda r: replace(r, refused=40, pages=1), 24
    )
    assert judged(partly).first.condition is Condition.REFUSED
    always = [replace(r, refused=40) for r in hourly(NOW, 30, steady)]
    assert not judged(always).sick
    assert not sighted(shut(runs[0]))


def test_a_paywall_and_texts_cut_short():
    walled = judged(recently(hourly(NOW, 30, steady), lambda r: replace(r, walled=1)))
    assert walled.first.condition is Condition.WALLED
    cut = judged(recently(hourly(NOW, 30, steady), lambda r: replace(r, letters=300)))
    assert cut.first.condition is Condition.CUT
    assert "trung bình 300 ký tự" in cut.first.said


def test_most_requests_fail_though_some_pages_come():
    runs = recently(
        hourly(NOW, 30, steady),
        lambda r: replace(r, errors={"http_503": 20, "timeout": 1}),
    )
    first = judged(runs).first
    assert first.condition is Condition.ERRORS
    assert "http_503" in first.said


def test_the_worst_is_said_first():
    runs = recently(
        hourly(NOW, 30, steady), lambda r: replace(r, with_date=0, walled=1)
    )
    assert [f.condition for f in judged(runs).findings] == ["misread", "walled"]


def test_sums_add_up():
    runs = [visit(NOW, 2), failed(visit(NOW), "dns"), failed(visit(NOW))]
    added = total(map(VisitSum.of, runs))
    assert (added.visits, added.good, added.new, added.pages) == (3, 1, 2, 2)
    assert added.errors == {"dns": 3, "timeout": 3}
    assert added.failures == 6


def test_a_past_takes_each_visit_once_and_forgets():
    runs = hourly(NOW, 10, steady)
    past = Past()
    past.add(runs[100:])
    past.add(runs)
    past.add(runs)
    assert past.between(NOW - 40 * DAY, NOW + HOUR).visits == 240
    past.forget(NOW - DAY)
    assert past.between(NOW - 40 * DAY, NOW + HOUR).visits < 26
    assert past.last_new == runs[0].finished
