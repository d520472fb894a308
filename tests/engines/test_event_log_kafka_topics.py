"""What is Kafka's own: topics, bounds, turns, and where keys fall."""

import random
import time

import pytest

from contracts.event_log import commit, drain, put, settle, take
from domain.clock import ManualClock, SystemClock
from domain.errors import ConfigurationError, ConflictError, QuarantineError
from eventlog.adapters.kafka_client import (
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    KafkaProducer,
    connection,
)
from eventlog.adapters.sqlite import SqliteEventLog
from eventlog.limits import LogLimits
from eventlog.port import LogTopic, Position
from pipeline.runner import Outcome, Runner, Step
from support_kafka import (
    LIMITS,
    open_log,
    own_log,
    own_options,
    remove_topics,
    wait_until,
)

TOPICS = [LogTopic.POSTS]
ANALYSES = [LogTopic.ANALYSES]


@pytest.fixture
def log(kafka_bootstrap):
    with own_log(kafka_bootstrap) as log:
        yield log


def set_topic(options, topic, **settings):
    """Change settings behind the log's back."""
    admin = KafkaAdminClient(**connection(options))
    named = {key.replace("_", "."): value for key, value in settings.items()}
    admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, options.prefix + topic, named)]
    )
    admin.close()


def drift_of(log):
    return {s.topic: s.drift for s in log.topic_states() if s.drift}


def test_records_of_others_are_read_whatever_they_are(kafka_bootstrap):
    options = own_options(kafka_bootstrap)
    log = open_log(options)
    log.ensure_topics()
    producer = KafkaProducer(**connection(options))
    name = options.prefix + LogTopic.POSTS
    theirs = (b"\xff\xfe", b"\xff"), (None, b"x"), (b"", None), (b"k", b"v")
    for key, value in theirs:
        producer.send(name, key=key, value=value, partition=0).get(20)
    producer.close()
    ours = [("\\xff\\xfe", b"\xff"), ("", b"x"), ("", None), ("k", b"v")]
    try:
        rows = log.read(LogTopic.POSTS, 0, 0, 10)
        assert [(row.key, row.value) for row in rows] == ours
        with log.reader("worker", TOPICS) as reader:
            assert len(drain(reader, len(rows))) == len(rows)
    finally:
        remove_topics(options)
        log.close()


def test_topics_are_made_once_with_their_settings(kafka_bootstrap):
    options = own_options(kafka_bootstrap, retention_days=3)
    log = open_log(options)
    try:
        assert log.topic_states() == []
        made = log.ensure_topics()
        assert {state.topic for state in made} == set(LogTopic)
        assert all(state.made and not state.drift for state in made)
        assert {state.partitions for state in made} == {4}
        assert not any(state.made or state.changed for state in log.ensure_topics())
        set_topic(options, "posts", retention_ms="1000")
        set_topic(options, "analyses", cleanup_policy="delete")
        expected = {
            LogTopic.POSTS: ("retention.ms=1000, wanted 259200000",),
            LogTopic.ANALYSES: ("cleanup.policy=delete, wanted compact",),
        }
        # The broker takes what it was told a moment later.
        deadline = time.monotonic() + 30
        drift = drift_of(log)
        while drift != expected and time.monotonic() < deadline:
            drift = drift_of(log)
        assert drift == expected
        mended = {s.topic: s.changed for s in log.ensure_topics() if s.changed}
        assert mended == drift
        while drift_of(log):
            assert time.monotonic() < deadline
    finally:
        log.close()
        remove_topics(options)


def test_another_number_of_partitions_is_refused(log):
    other = open_log(log._options, LogLimits(partitions=6))
    with pytest.raises(ConfigurationError, match="4 partitions, the settings say 6"):
        other.ensure_topics()
    shown = {drift for state in other.topic_states() for drift in state.drift}
    assert shown == {"partitions=4, wanted 6"}
    other.close()


def test_more_copies_than_brokers_are_refused(kafka_bootstrap):
    log = open_log(own_options(kafka_bootstrap, replication=3))
    with pytest.raises(ConfigurationError, match="fewer brokers than the 3 copies"):
        log.ensure_topics()
    log.close()


def test_without_topics_every_call_says_how_to_make_them(kafka_bootstrap):
    log = open_log(own_options(kafka_bootstrap))
    reader = log.reader("g", TOPICS)
    calls = (
        lambda: log.ends(LogTopic.POSTS),
        lambda: log.lag("g", TOPICS),
        lambda: log.read(LogTopic.POSTS, 0, 0, 1),
        lambda: reader.poll(1, 0),
        lambda: log.writer().append(LogTopic.POSTS, "k", b"1"),
    )
    for call in calls:
        with pytest.raises(ConfigurationError) as caught:
            call()
        assert "minhtin topics ensure" in caught.value.hint
    reader.close()
    log.close()


def test_keys_fall_as_in_the_embedded_log(log, tmp_path):
    keys = [f"bài-{n}" for n in range(60)]
    embedded = SqliteEventLog(tmp_path / "log.sqlite", LIMITS, SystemClock())
    for each in (log, embedded):
        put(each, [(key, b"x") for key in keys])

    def places(of):
        return {
            row.key: row.partition
            for part, end in of.ends(LogTopic.POSTS).items()
            for row in of.read(LogTopic.POSTS, part, 0, end)
        }

    assert places(log) == places(embedded)
    assert set(places(log).values()) == {0, 1, 2, 3}
    embedded.close()


def test_records_carry_the_time_of_the_clock_even_when_it_is_ahead(kafka_bootstrap):
    options = own_options(kafka_bootstrap)
    clock = ManualClock()
    log = open_log(options, LIMITS, clock)
    log.ensure_topics()
    put(log, [("k", b"now")])
    clock.advance(days=4000)
    put(log, [("k", b"later")])
    part = next(p for p, end in log.ends(LogTopic.POSTS).items() if end)
    rows = log.read(LogTopic.POSTS, part, 0, 9)
    assert (rows[1].timestamp - rows[0].timestamp).days == 4000
    log.close()
    remove_topics(options)


def test_a_writer_sends_early_at_its_bound(kafka_bootstrap):
    with own_log(kafka_bootstrap, buffer_bytes=100_000) as log:
        writer = log.writer()
        for n in range(99):
            writer.append(LogTopic.POSTS, f"k{n % 5}", bytes(999))
        assert sum(log.ends(LogTopic.POSTS).values()) == 0
        for n in range(99, 250):
            writer.append(LogTopic.POSTS, f"k{n % 5}", bytes(999))
        assert sum(log.ends(LogTopic.POSTS).values()) == 200
        writer.flush()
        assert sum(log.ends(LogTopic.POSTS).values()) == 250
        writer.close()


def test_the_largest_record_passes_and_a_larger_one_is_put_aside(log):
    largest = log._options.max_record_bytes - 200
    noise = random.Random(1).randbytes(largest)
    with log.writer() as writer:
        with pytest.raises(QuarantineError) as caught:
            writer.append(LogTopic.POSTS, "k", bytes(largest + 200))
        assert caught.value.reason == "too_large"
        writer.append(LogTopic.POSTS, "k", noise)
        writer.append(LogTopic.POSTS, "k", b"after")
        # A rejected record travels inside another, in base 64.
        writer.append(LogTopic.REJECTED, "k", bytes(largest * 14 // 10))
    with log.reader("g", TOPICS) as reader:
        assert [r.value for r in drain(reader, 2)] == [noise, b"after"]


def test_topics_and_partitions_take_turns(log):
    rows = [(f"k{n}", random.Random(n).randbytes(2000)) for n in range(4000)]
    put(log, rows)
    put(log, rows[:40], LogTopic.BACKFILL)
    with log.reader("g", [LogTopic.POSTS, LogTopic.BACKFILL]) as reader:
        first = take(reader, 3000, limit=64)
    assert {row.partition for row in first} == {0, 1, 2, 3}
    assert sum(row.topic is LogTopic.BACKFILL for row in first) == 40


def test_a_partition_lost_between_reading_and_committing_is_read_again(log):
    put(log, [(f"k{n}", str(n).encode()) for n in range(40)])
    first, second = log.reader("g", TOPICS), log.reader("g", TOPICS)
    records = drain(first, 40)
    # Both poll in their own time: the group drops a member that waits for the other.
    settle(first, second)
    kept = set(first.assigned())
    lost = [r for r in records if (r.topic, r.partition) not in kept]
    assert kept
    assert lost
    with pytest.raises(ConflictError):
        commit(first, lost)
    commit(first, [r for r in records if (r.topic, r.partition) in kept])
    first.close()
    second.close()
    with log.reader("g", TOPICS) as third:
        found = drain(third, len(lost))
    assert sorted(r.value for r in found) == sorted(r.value for r in lost)


def test_only_held_partitions_can_be_sought_in(log):
    put(log, [("k", b"1")])
    with log.reader("g", TOPICS) as reader:
        with pytest.raises(ConflictError):
            reader.seek(Position(LogTopic.POSTS, 0, 0))
        with pytest.raises(ConflictError):
            reader.commit([Position(LogTopic.POSTS, 0, 0)])


def test_brokers_compact_and_readers_pass_over_the_holes(log):
    set_topic(
        log._options,
        "analyses",
        segment_ms="100",
        max_compaction_lag_ms="100",
        min_cleanable_dirty_ratio="0.01",
    )
    for round_ in range(3):
        put(log, [(f"k{n}", f"{round_}-{n}".encode()) for n in range(40)], ANALYSES[0])
    put(log, [(f"k{n}", None) for n in range(40)], ANALYSES[0])

    def rows():
        # Something newer in each partition closes the segments before it.
        put(log, [(f"new{n}", b"x") for n in range(20)], ANALYSES[0])
        found = [
            row
            for part, end in log.ends(ANALYSES[0]).items()
            for row in log.read(ANALYSES[0], part, 0, end)
        ]
        return [row for row in found if row.key.startswith("k")]

    wait_until(lambda: not any(row.value for row in rows()))
    total = sum(log.ends(ANALYSES[0]).values())
    with log.reader("g", ANALYSES) as reader:
        found = []
        while batch := reader.poll(500, 3):
            found += batch
            commit(reader, batch)
        assert {row.key for row in found} >= {f"k{n}" for n in range(40)}
        assert len(found) < total
        started = time.monotonic()
        assert reader.poll(1, 0) == []
        assert time.monotonic() - started < 1, "the end is not known for holes"
    assert not any(row.behind for row in log.lag("g", ANALYSES))


class Note(Step):
    name = "note"
    live = (LogTopic.POSTS,)
    idle = (LogTopic.BACKFILL,)

    def __init__(self):
        self.seen = []

    def process(self, records):
        self.seen += [record.topic for record in records]
        return Outcome()


def test_the_backfill_waits_until_live_is_read(log):
    put(log, [(f"k{n}", bytes(500)) for n in range(3000)])
    put(log, [(f"k{n}", bytes(500)) for n in range(100)], LogTopic.BACKFILL)
    step = Note()
    runner = Runner(step, log, SystemClock(), batch_size=64)
    assert runner.run(until_idle=True) == 3100
    first_old = step.seen.index(LogTopic.BACKFILL)
    assert set(step.seen[:first_old]) == {LogTopic.POSTS}
    # Joining may take longer than a poll that need not wait; then a batch slips in.
    assert step.seen[first_old:].count(LogTopic.POSTS) == 0
