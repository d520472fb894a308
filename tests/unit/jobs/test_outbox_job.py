"""From the outbox to the log: at least once, in order, with nothing lost."""

from datetime import UTC, datetime

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.model import Decision, OutboxRow
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import QuarantineError, RetryLaterError
from domain.ids import PostId
from domain.labels import Role, Verdict
from eventlog.adapters.memory import MemoryEventLog, MemoryWriter
from eventlog.codec import decode_review, encode_event
from eventlog.port import LogTopic
from jobs.outbox import BATCH, OutboxJob
from pipeline.replay import read_all

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class FailingWriter(MemoryWriter):
    """Is out of reach as often as `failures` says, at the flush."""

    failures = 0

    def flush(self):
        if type(self).failures:
            type(self).failures -= 1
            raise RetryLaterError("The log is out of reach.")
        super().flush()


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def casework(clock):
    made = Casework(SqlCaseworkStore("sqlite://"), clock, encode_event)
    yield made
    made.close()


@pytest.fixture
def analyst(casework):
    return casework.create_account(
        "cli", name="an", display="An", role=Role.ANALYST, password="suối nậm rốm trong"
    )


@pytest.fixture
def log(clock):
    return MemoryEventLog(clock=clock)


def decide(casework, analyst, post, verdict=Verdict.NO_ISSUE):
    decision = Decision(post_id=PostId(post), revision=1, verdict=verdict)
    casework.decide(analyst, decision)


def sent(log):
    return [(r.key, r.value) for r in read_all(log, LogTopic.REVIEWS)]


def test_sends_each_state_once_in_the_order_of_its_post(casework, analyst, log, clock):
    for n in range(30):
        for verdict in (Verdict.NO_ISSUE, Verdict.OUT_OF_SCOPE):
            decide(casework, analyst, f"p{n}", verdict)
    job = OutboxJob(casework, log, clock, encode_event)
    assert job.run(NOW) == "sent 60"
    assert job.run(NOW) == "sent 0"
    assert casework.outbox_size() == 0
    states = [decode_review(value) for _, value in sent(log)]
    for n in range(30):
        versions = [s.version for s in states if s.post_id == f"p{n}"]
        assert versions == [1, 2]


def test_nothing_is_forgotten_before_the_log_has_it(casework, analyst, clock):
    class Log(MemoryEventLog):
        def writer(self):
            return FailingWriter(self)

    log = Log(clock=clock)
    FailingWriter.failures = 1
    decide(casework, analyst, "p")
    job = OutboxJob(casework, log, clock, encode_event)
    with pytest.raises(RetryLaterError):
        job.run(NOW)
    assert casework.outbox_size() == 1
    assert sent(log) == []
    assert job.run(NOW) == "sent 1"
    assert len(sent(log)) == 1


def test_a_kill_after_the_flush_sends_again(casework, analyst, log, clock):
    decide(casework, analyst, "p")

    class Dying:
        outbox = casework.outbox
        latest = casework.latest

        def outbox_sent(self, ids):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        OutboxJob(Dying(), log, clock, encode_event).run(NOW)
    OutboxJob(casework, log, clock, encode_event).run(NOW)
    (first, second) = sent(log)
    assert first == second


def test_takes_more_than_one_batch(casework, log, clock):
    rows = [OutboxRow(id=n, topic="reviews", key=f"p{n}", value=b"v") for n in range(3)]

    class Long:
        left = [*rows * (BATCH // 2)]

        def outbox(self, limit):
            return self.left[:limit]

        def outbox_sent(self, ids):
            del self.left[: len(ids)]

        def latest(self, post_ids):
            return {}

    assert OutboxJob(Long(), log, clock, encode_event).run(NOW) == "sent 750"


def test_one_that_stalled_past_its_lease_repeats_the_present(
    casework, analyst, log, clock
):
    """Two holders: the stalled one must not leave an old state as the last one."""
    decide(casework, analyst, "p")
    decide(casework, analyst, "gone")
    successor = OutboxJob(casework, log, clock, encode_event)

    class Stalling:
        latest = casework.latest
        outbox_sent = casework.outbox_sent

        def outbox(self, limit):
            rows = casework.outbox(limit)
            return [StallingRow(row) for row in rows]

    class StallingRow:
        def __init__(self, row):
            self.id, self.key, self.value = row.id, row.key, row.value

        @property
        def topic(self):
            if self.key == "p" and clock.now() == NOW:
                clock.advance(seconds=40)
                decide(casework, analyst, "p", Verdict.OUT_OF_SCOPE)
                casework.forget_posts("jobs", [PostId("gone")], "test")
                successor.run(clock.now())
            return "reviews"

    OutboxJob(Stalling(), log, clock, encode_event).run(NOW)
    last = dict(sent(log))
    assert decode_review(last["p"]).version == 2
    assert last["gone"] is None


def test_a_row_for_an_unknown_topic_stops_and_says_so(log, clock):
    class Odd:
        def outbox(self, limit):
            return [OutboxRow(id=1, topic="cases", key="k", value=b"")]

    with pytest.raises(QuarantineError, match="cases"):
        OutboxJob(Odd(), log, clock, encode_event).run(NOW)
    assert sent(log) == []
