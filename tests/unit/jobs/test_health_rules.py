"""What is said of which facts."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from jobs.health import Facts, Failure, JobFacts, SourceFacts, State, check, worst
from jobs.source_health import source_facts, source_row

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
GB = 1024**3


def states(**facts):
    return {row.name: row.state.value for row in check(Facts(now=NOW, **facts))}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {}),
        ({"lag": {"worker": 0}}, {"log": "ok", "lag.worker": "ok"}),
        ({"lag": {"worker": 1000}}, {"log": "ok", "lag.worker": "warn"}),
        ({"lag": {"worker": 20_000}}, {"log": "ok", "lag.worker": "bad"}),
        ({"lag": {"worker.idle": 10**6}}, {"log": "ok", "lag.worker.idle": "ok"}),
        ({"lag": Failure("locked")}, {"log": "bad"}),
        ({"documents": 0}, {"index": "ok"}),
        ({"documents": Failure("gone")}, {"index": "bad"}),
        ({"casework": True}, {"casework": "ok"}),
        ({"casework": Failure("gone")}, {"casework": "bad"}),
        ({"outbox": 99}, {"outbox": "ok"}),
        ({"outbox": 100}, {"outbox": "warn"}),
        ({"outbox": 2000}, {"outbox": "bad"}),
        ({"outbox": Failure("see casework")}, {}),
        ({"rejected": 0}, {"rejected": "ok"}),
        ({"rejected": 1}, {"rejected": "warn"}),
        ({"rejected": 500}, {"rejected": "bad"}),
        ({"free_bytes": 5 * GB}, {"disk": "ok"}),
        ({"free_bytes": 5 * GB - 1}, {"disk": "warn"}),
        ({"free_bytes": GB}, {"disk": "warn"}),
        ({"free_bytes": GB - 1}, {"disk": "bad"}),
        ({"free_bytes": Failure("no folder")}, {"disk": "bad"}),
        ({"model": "2026.1"}, {"model": "ok"}),
        ({"model": Failure("none")}, {"model": "bad"}),
        ({"sources": Failure("locked")}, {"sources": "bad"}),
        ({"sources": []}, {}),
    ],
)
def test_each_fact_has_its_state(facts, expected):
    assert states(**facts) == expected


def test_whatever_is_not_well_says_what_to_do():
    facts = Facts(
        now=NOW,
        lag=Failure("x"),
        documents=Failure("x"),
        casework=Failure("x"),
        outbox=9999,
        rejected=9999,
        free_bytes=1,
        model=Failure("x"),
        sources=Failure("x"),
        jobs=[JobFacts(name="outbox", ok=False, message="x", at=NOW)],
    )
    rows = check(facts)
    assert len(rows) == 9
    assert all(row.hint_vi and row.message_vi and row.since == NOW for row in rows)
    assert worst(rows) is State.BAD


def test_a_state_is_as_old_as_it_is():
    before = {row.name: row for row in check(Facts(now=NOW, outbox=0, rejected=0))}
    (outbox, rejected) = check(Facts(now=NOW + HOUR, outbox=500, rejected=0), before)
    assert (outbox.since, rejected.since) == (NOW + HOUR, NOW)


@pytest.mark.parametrize(
    ("job", "state"),
    [
        (JobFacts(name="j", ok=True, message="m", at=NOW), "ok"),
        (JobFacts(name="j", ok=False, message="m", at=NOW), "warn"),
        (JobFacts(name="j", ok=True, message="m", at=NOW, overdue=True), "bad"),
    ],
)
def test_jobs(job, state):
    assert states(jobs=[job]) == {"job.j": state}


def test_worst():
    assert worst([]) is State.OK
    assert worst(check(Facts(now=NOW, rejected=1, outbox=0))) is State.WARN


GOOD = SourceFacts(
    id="bao",
    name="Báo",
    interval=HOUR,
    last_success=NOW - HOUR,
    first_visit=NOW - 20 * 24 * HOUR,
    today=20,
    daily=(20, 18, 22, 21, 19, 20, 20),
    pages=20,
    parsed={"title": 1.0, "date": 1.0, "text": 1.0},
    parsed_usual={"title": 1.0, "date": 0.9, "text": 1.0},
)


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        ({}, "ok", "bình thường"),
        ({"last_success": NOW - 3 * HOUR}, "ok", ""),
        ({"last_success": NOW - 4 * HOUR}, "warn", "4 giờ"),
        ({"last_success": NOW - 13 * HOUR, "last_error": "404"}, "bad", "404"),
        ({"last_success": NOW - 100 * HOUR}, "bad", "4 ngày"),
        ({"last_success": None}, "bad", "20 ngày"),
        ({"last_success": None, "first_visit": None}, "unknown", "chưa thu thập"),
        ({"today": 4}, "ok", ""),
        ({"today": 3}, "warn", "chỉ có 3 bài"),
        ({"today": 0, "daily": (2, 1, 0, 2, 3, 4, 1)}, "ok", ""),
        ({"today": 0, "daily": (20, 20)}, "ok", ""),
        ({"parsed": {"title": 1.0, "date": 0.4, "text": 1.0}}, "bad", "ngày đăng"),
        ({"parsed": {"date": 0.0}, "pages": 4}, "ok", ""),
        ({"parsed": {"title": 1.0, "date": 0.5, "text": 1.0}}, "ok", ""),
        (
            {"parsed": {"title": 1.0, "text": 1.0}, "parsed_usual": {"date": 0.3}},
            "ok",
            "",
        ),
    ],
)
def test_sources(change, state, said):
    row = source_row(replace(GOOD, **change), NOW)
    assert (row.name, row.state.value) == ("source.bao", state)
    assert said in row.message_vi


@dataclass(frozen=True)
class Seen:
    """A visit as the crawlers' frontier notes it."""

    started: datetime
    finished: datetime | None
    new: int = 0
    pages: int = 0
    with_title: int = 0
    with_date: int = 0
    with_text: int = 0
    message: str = ""
    failed: bool = False


def visits(days, **today):
    """Three visits a day, four new posts each; the first brought a hundred."""
    made = []
    for hour in range(0, days * 24, 8):
        at = NOW - hour * HOUR - HOUR
        new = 100 if hour == days * 24 - 8 else 4
        visit = Seen(at, at + HOUR / 60, new, new, new, new, new)
        made.append(replace(visit, **today) if hour < 24 else visit)
    return made


def facts_of(seen):
    return source_facts("bao", "Báo", 8 * HOUR, seen, NOW)


def test_adds_visits_up_by_day():
    facts = facts_of(visits(10))
    assert facts.today == 12
    assert facts.daily == (12,) * 8
    assert facts.pages == 12
    assert facts.parsed == {"title": 1.0, "date": 1.0, "text": 1.0}
    assert source_row(facts, NOW).state is State.OK


def test_sees_a_collapse_and_a_new_layout_in_visits():
    fallen = source_row(facts_of(visits(10, new=0)), NOW)
    assert fallen.state is State.WARN
    misread = source_row(facts_of(visits(10, with_date=0)), NOW)
    assert misread.state is State.BAD


def test_sees_that_only_failures_came():
    failed = visits(10, failed=True, message="timeout", finished=NOW)
    facts = facts_of(failed)
    assert facts.last_error == "timeout"
    assert facts.last_success < NOW - 24 * HOUR


def test_a_source_without_visits_is_unknown():
    assert source_row(facts_of([]), NOW).state is State.UNKNOWN
