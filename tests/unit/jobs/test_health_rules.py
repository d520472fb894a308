"""What is said of which facts."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.health import Facts, Failure, JobFacts, State, check, worst

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
        ({"evidence": True}, {"evidence": "ok"}),
        ({"evidence": Failure("no bucket")}, {"evidence": "bad"}),
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
        evidence=Failure("x"),
        outbox=9999,
        rejected=9999,
        free_bytes=1,
        model=Failure("x"),
        sources=Failure("x"),
        jobs=[JobFacts(name="outbox", ok=False, message="x", at=NOW)],
    )
    rows = check(facts)
    assert len(rows) == 10
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


def test_what_to_do_fits_engines_too() -> None:
    """Whoever runs Kafka looks in vain at a folder; a reindex mends no full disk."""
    gone = Failure("gone")
    rows = {row.name: row for row in check(Facts(now=NOW, lag=gone, documents=gone))}
    assert "Kafka" in rows["log"].hint_vi
    assert "máy chủ tìm kiếm" in rows["index"].hint_vi
    assert "chỉ chạy minhtin reindex khi" in rows["index"].hint_vi
