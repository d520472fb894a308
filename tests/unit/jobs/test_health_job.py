"""Facts out of real stores; each change of state in the audit once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import ConfigurationError, RetryLaterError
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from evidence.adapters.memory import MemoryEvidence
from jobs.health import Facts, Failure, State, check
from jobs.health_job import KEY, HealthJob
from jobs.outbox import OutboxJob
from jobs.probe import Probe
from nlp.fingerprint import bands
from pipeline.quarantine import SETTLED, put_aside
from searchindex.adapters.memory import MemorySearchIndex

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def casework(clock):
    made = Casework(SqlCaseworkStore("sqlite://"), clock, encode_event)
    yield made
    made.close()


@pytest.fixture
def log(clock):
    return MemoryEventLog(clock=clock)


@pytest.fixture
def probe(log, casework, tmp_path, clock):
    return Probe(
        log=log,
        index=MemorySearchIndex(bands_of=bands),
        casework=casework,
        data=[tmp_path],
        model=lambda: "2026.1",
        jobs=[OutboxJob(casework, log, clock, encode_event)],
    )


def noted(casework):
    rows = casework.audit(limit=1000)
    return [
        (row.subject, row.detail["from"], row.detail["to"])
        for row in rows
        if row.act == "health.changed"
    ]


def test_asks_real_stores(probe, log, casework):
    with log.writer() as writer:
        for n in range(5):
            writer.append(LogTopic.POSTS, f"p{n}", b"x")
        writer.append(LogTopic.REJECTED, "a", b"x")
        writer.append(LogTopic.REJECTED, "b", b"x")
        writer.append(LogTopic.REJECTED, "b", None)
        writer.append(LogTopic.REJECTED, "c", b"x")
    (*_, last) = put_aside(log)
    casework.put_setting("cli", SETTLED + last.number, "retried")
    facts = probe(NOW)
    assert facts.lag == {"worker": 5, "worker.idle": 0, "indexer": 0}
    assert (facts.documents, facts.outbox, facts.rejected) == (0, 0, 1)
    assert facts.free_bytes > 0
    assert facts.model == "2026.1"
    assert facts.sources is None
    assert facts.jobs == []


def test_what_cannot_be_asked_is_a_fact_too(probe, tmp_path):
    def none():
        raise ConfigurationError("There is no model.", hint="minhtin train")

    def away(_):
        raise RetryLaterError("The frontier is locked.")

    odd = Probe(
        log=probe.log,
        index=probe.index,
        casework=probe.casework,
        data=[tmp_path, tmp_path / "missing"],
        model=none,
        sources=away,
    )
    facts = odd(NOW)
    assert facts.model == Failure("There is no model. minhtin train")
    assert isinstance(facts.free_bytes, Failure)
    assert facts.sources == Failure("The frontier is locked.")
    bad = {row.name for row in check(facts) if row.state is State.BAD}
    assert bad == {"model", "disk", "sources"}


def test_a_bucket_is_asked_where_there_is_one(probe):
    class Away(MemoryEvidence):
        def digests(self):
            raise RetryLaterError("The bucket is away.")

    assert probe(NOW).evidence is None
    assert replace(probe, evidence=MemoryEvidence())(NOW).evidence
    found = replace(probe, evidence=Away())(NOW).evidence
    assert found == Failure("The bucket is away.")


def test_sees_that_a_job_no_longer_runs(probe, casework, clock):
    casework.claim_run("outbox", NOW, "a", 30)
    casework.finish_run("outbox", NOW, True, "sent 1")
    (job,) = probe(NOW + timedelta(minutes=10)).jobs
    assert (job.ok, job.overdue) == (True, False)
    (job,) = probe(NOW + timedelta(minutes=12)).jobs
    assert job.overdue


def test_notes_each_change_once(casework, clock):
    sizes = iter([0, 0, 500, 500, 500, 0, 0])

    def gather(now):
        return Facts(now=now, outbox=next(sizes), documents=3)

    one, other = (HealthJob(gather, casework) for _ in range(2))
    said = []
    for job in (one, other, one, other, one, one, other):
        clock.advance(seconds=60)
        said.append(job.run(clock.now()))
    assert said[2] == "warn 2 checks outbox"
    assert said[6] == "ok 2 checks"
    assert noted(casework) == [("outbox", "ok", "warn"), ("outbox", "warn", "ok")]
    assert casework.setting(KEY).value["index"]["since"] == (
        (NOW + timedelta(seconds=60)).isoformat()
    )


def test_of_two_that_look_at_once_one_notes(casework):
    job = HealthJob(lambda now: Facts(now=now, outbox=500), casework)

    def gather(now):
        job.run(now)
        return Facts(now=now, outbox=500)

    HealthJob(gather, casework).run(NOW)
    assert noted(casework) == [("outbox", "unknown", "warn")]


def test_an_outage_of_the_log_forgets_no_state(casework):
    facts = [
        Facts(now=NOW, lag={"worker": 5000}),
        Facts(now=NOW, lag=Failure("locked")),
        Facts(now=NOW, lag={"worker": 5000}),
    ]
    job = HealthJob(lambda _: facts.pop(0), casework)
    for _ in range(3):
        job.run(NOW)
    assert noted(casework) == [
        ("lag.worker", "unknown", "warn"),
        ("log", "ok", "bad"),
        ("log", "bad", "ok"),
    ]
