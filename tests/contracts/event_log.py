"""What every event log must do, whatever it is made of."""

import threading
from abc import ABC, abstractmethod
from datetime import timedelta

import pytest

from domain.clock import ManualClock
from domain.errors import ConflictError, StoreFullError
from eventlog.limits import LogLimits
from eventlog.port import EventLog, LogReader, LogTopic, Position, Record

LIMITS = LogLimits(partitions=4, lease_seconds=9, tombstone_seconds=60)
TOPICS = [LogTopic.POSTS]


def put(log: EventLog, pairs: list[tuple[str, bytes | None]], topic=LogTopic.POSTS):
    with log.writer() as writer:
        for key, value in pairs:
            writer.append(topic, key, value)


def drain(reader: LogReader, limit: int = 1000) -> list[Record]:
    found: list[Record] = []
    while batch := reader.poll(limit, 0):
        found.extend(batch)
    return found


def commit(reader: LogReader, records: list[Record]) -> None:
    ends = {(r.topic, r.partition): r.offset + 1 for r in records}
    reader.commit([Position(*place, end) for place, end in ends.items()])


class EventLogContract(ABC):
    @abstractmethod
    def make(self, limits: LogLimits, clock: ManualClock) -> EventLog:
        """Return an empty log."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def log(self, clock):
        log = self.make(LIMITS, clock)
        yield log
        log.close()

    def test_reads_what_was_flushed_in_order_of_each_key(self, log):
        put(log, [(f"k{n % 7}", str(n).encode()) for n in range(100)])
        with log.reader("g", TOPICS) as reader:
            records = drain(reader, limit=9)
        assert sorted(int(r.value) for r in records) == list(range(100))
        for key in {r.key for r in records}:
            mine = [r for r in records if r.key == key]
            assert len({r.partition for r in mine}) == 1
            assert [int(r.value) for r in mine] == sorted(int(r.value) for r in mine)
            offsets = [r.offset for r in mine]
            assert offsets == sorted(set(offsets))

    def test_nothing_is_seen_before_the_flush(self, log):
        writer = log.writer()
        writer.append(LogTopic.POSTS, "k", b"1")
        with log.reader("g", TOPICS) as reader:
            assert drain(reader) == []
            writer.flush()
            assert [r.value for r in drain(reader)] == [b"1"]
        writer.close()

    def test_an_exception_in_the_block_flushes_nothing(self, log):
        with pytest.raises(KeyError), log.writer() as writer:
            writer.append(LogTopic.POSTS, "k", b"1")
            raise KeyError
        assert sum(log.ends(LogTopic.POSTS).values()) == 0

    def test_keys_values_and_tombstones_come_back_as_they_were(self, log):
        pairs = [("url:https://x/đ?a=1", b"\x00\xff"), ("ờ", None), ("empty", b"")]
        put(log, pairs, LogTopic.REVIEWS)
        with log.reader("g", [LogTopic.REVIEWS]) as reader:
            assert sorted((r.key, r.value) for r in drain(reader)) == sorted(pairs)

    def test_a_new_member_starts_at_the_commit(self, log):
        put(log, [("k", str(n).encode()) for n in range(10)])
        with log.reader("g", TOPICS) as reader:
            commit(reader, list(reader.poll(4, 0)))
            reader.poll(3, 0)
        with log.reader("g", TOPICS) as reader:
            assert [int(r.value) for r in drain(reader)] == [4, 5, 6, 7, 8, 9]

    def test_groups_do_not_disturb_each_other(self, log):
        put(log, [("k", b"1")])
        with log.reader("one", TOPICS) as one, log.reader("two", TOPICS) as two:
            commit(one, drain(one))
            assert len(drain(two)) == 1

    def test_members_share_and_take_over_at_once_after_close(self, log):
        put(log, [(f"k{n}", str(n).encode()) for n in range(40)])
        first = log.reader("g", TOPICS)
        second = log.reader("g", TOPICS)
        first.poll(1, 0)
        second.poll(1, 0)
        first.poll(1, 0)
        held = [*first.assigned(), *second.assigned()]
        assert len(held) == len(set(held)) == LIMITS.partitions
        assert first.assigned()
        assert second.assigned()
        first.close()
        second.poll(1, 0)
        assert len(second.assigned()) == LIMITS.partitions
        second.close()

    def test_a_commit_after_losing_the_partition_is_refused(self, log):
        put(log, [(f"k{n}", str(n).encode()) for n in range(40)])
        first = log.reader("g", TOPICS)
        records = drain(first)
        second = log.reader("g", TOPICS)
        second.poll(1, 0)
        first.poll(1, 0)
        second.poll(1, 0)
        with pytest.raises(ConflictError):
            commit(first, records)
        first.close()
        second.close()
        with log.reader("g", TOPICS) as third:
            assert len(drain(third)) == 40

    def test_seek_reads_again_and_leaves_the_commit(self, log):
        put(log, [("k", str(n).encode()) for n in range(5)])
        with log.reader("g", TOPICS) as reader:
            records = drain(reader)
            commit(reader, records)
            reader.seek(Position(LogTopic.POSTS, records[0].partition, 2))
            assert [int(r.value) for r in drain(reader)] == [2, 3, 4]
        assert sum(row.behind for row in log.lag("g", TOPICS)) == 0

    def test_lag_counts_what_is_not_committed(self, log):
        put(log, [(f"k{n}", b"x") for n in range(20)])
        assert sum(row.behind for row in log.lag("g", TOPICS)) == 20
        with log.reader("g", TOPICS) as reader:
            batch = list(reader.poll(5, 0))
            commit(reader, batch)
        assert sum(row.behind for row in log.lag("g", TOPICS)) == 15

    def test_poll_wakes_up_for_a_new_record(self, log):
        with log.reader("g", TOPICS) as reader:
            thread = threading.Timer(0.1, put, (log, [("k", b"late")]))
            thread.start()
            assert [r.value for r in reader.poll(10, 20)] == [b"late"]
            thread.join()

    def test_reading_without_a_group_starts_anywhere(self, log):
        put(log, [("k", str(n).encode()) for n in range(6)])
        part = next(p for p, end in log.ends(LogTopic.POSTS).items() if end)
        rows = log.read(LogTopic.POSTS, part, 2, 3)
        assert [int(r.value) for r in rows] == [2, 3, 4]
        assert log.read(LogTopic.POSTS, part, 6, 3) == []

    def test_compaction_keeps_the_last_state_of_each_key(self, log, clock):
        pairs = [(f"k{n % 5}", str(n).encode()) for n in range(50)]
        put(log, [*pairs, ("k0", None)], LogTopic.ANALYSES)
        assert log.compact(LogTopic.ANALYSES) == 46
        with log.reader("g", [LogTopic.ANALYSES]) as reader:
            state = {r.key: r.value for r in drain(reader)}
        expected = {f"k{n}": str(45 + n).encode() for n in range(1, 5)}
        assert state == {**expected, "k0": None}
        clock.advance(seconds=61)
        assert log.compact(LogTopic.ANALYSES) == 1
        put(log, [("k1", b"again")], LogTopic.ANALYSES)
        with log.reader("h", [LogTopic.ANALYSES]) as reader:
            assert [r.value for r in drain(reader) if r.key == "k1"][-1] == b"again"

    def test_trim_drops_old_records_that_all_groups_have_read(self, log, clock):
        put(log, [("k", b"old")])
        with log.reader("g", TOPICS) as reader:
            commit(reader, drain(reader))
            put(log, [("k", b"unread")])
            clock.advance(days=2)
            put(log, [("k", b"new")])
            assert log.trim(LogTopic.POSTS, clock.now() - timedelta(days=1)) == 1
            assert [r.value for r in drain(reader)] == [b"unread", b"new"]

    def test_compacted_topics_are_never_trimmed(self, log, clock):
        put(log, [("k", b"1")], LogTopic.REVIEWS)
        clock.advance(days=900)
        assert log.trim(LogTopic.REVIEWS, clock.now()) == 0
        put(log, [("k", b"1"), ("k", b"2")])
        assert log.compact(LogTopic.POSTS) == 0

    def test_a_full_topic_refuses_and_loses_nothing(self, clock):
        log = self.make(LogLimits(partitions=2, max_topic_bytes=100), clock)
        put(log, [("k", b"x" * 60)])
        writer = log.writer()
        with pytest.raises(StoreFullError) as caught:
            writer.append(LogTopic.POSTS, "k", b"y" * 60)
        assert caught.value.retry_after > 0
        writer.append(LogTopic.ANALYSES, "k", b"y" * 60)
        writer.flush()
        writer.close()
        assert log.size_bytes(LogTopic.POSTS) == 61
        assert sum(log.ends(LogTopic.ANALYSES).values()) == 1
        log.close()

    def test_size_follows_trimming(self, log, clock):
        put(log, [("k", b"12345")])
        assert log.size_bytes(LogTopic.POSTS) == 6
        clock.advance(days=2)
        assert log.trim(LogTopic.POSTS, clock.now()) == 1
        assert log.size_bytes(LogTopic.POSTS) == 0

    def test_a_silent_member_loses_its_share_after_the_lease(self, log, clock):
        put(log, [(f"k{n}", b"x") for n in range(8)])
        silent = log.reader("g", TOPICS)
        if not self.evicts_silent_members:
            pytest.skip("members share this process and cannot die silently")
        silent.poll(1, 0)
        other = log.reader("g", TOPICS)
        clock.advance(seconds=LIMITS.lease_seconds + 1)
        other.poll(1, 0)
        assert len(other.assigned()) == LIMITS.partitions
        other.close()
        silent.close()

    evicts_silent_members = True
