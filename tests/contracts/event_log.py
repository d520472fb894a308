"""What every event log must do, whatever it is made of."""

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta

import pytest

from domain.clock import ManualClock
from domain.errors import ConflictError, StoreFullError
from eventlog.limits import LogLimits
from eventlog.port import EventLog, LogReader, LogTopic, LogWriter, Position, Record

LIMITS = LogLimits(partitions=4, lease_seconds=9, tombstone_seconds=60)
TOPICS = [LogTopic.POSTS]
PATIENCE = 45.0
"""Seconds for what the port promises without saying when; longer than a lease."""


def put(log: EventLog, pairs: list[tuple[str, bytes | None]], topic=LogTopic.POSTS):
    with log.writer() as writer:
        for key, value in pairs:
            writer.append(topic, key, value)


def take(reader: LogReader, count: int, limit: int = 1000) -> list[Record]:
    """Read until there are `count` records, never more than that."""
    found: list[Record] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < deadline:
        found.extend(reader.poll(min(limit, count - len(found)), 0.2))
    return found


def drain(reader: LogReader, count: int, limit: int = 1000) -> list[Record]:
    """Read `count` records, and what should not be there behind them."""
    return [*take(reader, count, limit), *reader.poll(1000, 0)]


def settle(*readers: LogReader) -> None:
    """Let the members of a group poll, each in its own time, until they share it."""
    settled = threading.Event()

    def keep_polling(reader: LogReader) -> None:
        while not settled.is_set():
            reader.poll(1, 0.1)

    threads = [threading.Thread(target=keep_polling, args=(r,)) for r in readers]
    for thread in threads:
        thread.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while not shared(readers):
            assert time.monotonic() < deadline, [list(r.assigned()) for r in readers]
            time.sleep(0.05)
    finally:
        settled.set()
        for thread in threads:
            thread.join()


def shared(readers: Sequence[LogReader]) -> bool:
    """Tell whether each partition is held by one of the members, and each holds one."""
    shares = [list(reader.assigned()) for reader in readers]
    held = [place for share in shares for place in share]
    return all(shares) and len(held) == len(set(held)) == LIMITS.partitions


def commit(reader: LogReader, records: list[Record]) -> None:
    ends = {(r.topic, r.partition): r.offset + 1 for r in records}
    reader.commit([Position(*place, end) for place, end in ends.items()])


def behind(log: EventLog, group: str) -> int:
    return sum(row.behind for row in log.lag(group, TOPICS))


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
            records = drain(reader, 100, limit=9)
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
            assert reader.poll(10, 0) == []
            writer.flush()
            assert [r.value for r in drain(reader, 1)] == [b"1"]
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
            assert sorted((r.key, r.value) for r in drain(reader, 3)) == sorted(pairs)

    def test_a_new_member_starts_at_the_commit(self, log):
        put(log, [("k", str(n).encode()) for n in range(10)])
        with log.reader("g", TOPICS) as reader:
            commit(reader, take(reader, 4))
            take(reader, 3)
        with log.reader("g", TOPICS) as reader:
            assert [int(r.value) for r in drain(reader, 6)] == [4, 5, 6, 7, 8, 9]

    def test_groups_do_not_disturb_each_other(self, log):
        put(log, [("k", b"1")])
        with log.reader("one", TOPICS) as one, log.reader("two", TOPICS) as two:
            commit(one, drain(one, 1))
            assert len(drain(two, 1)) == 1

    def test_members_share_and_take_over_at_once_after_close(self, log):
        put(log, [(f"k{n}", str(n).encode()) for n in range(40)])
        first = log.reader("g", TOPICS)
        second = log.reader("g", TOPICS)
        settle(first, second)
        first.close()
        settle(second)
        second.close()

    def test_a_commit_after_losing_the_partition_is_refused(self, log):
        put(log, [(f"k{n}", str(n).encode()) for n in range(40)])
        first = log.reader("g", TOPICS)
        records = drain(first, 40)
        second = log.reader("g", TOPICS)
        settle(first, second)
        with pytest.raises(ConflictError):
            commit(first, records)
        first.close()
        second.close()
        with log.reader("g", TOPICS) as third:
            assert len(drain(third, 40)) == 40

    def test_what_a_refused_commit_told_of_is_read_again(self, log):
        put(log, [(f"k{n}", str(n).encode()) for n in range(40)])
        first = log.reader("g", TOPICS)
        records = drain(first, 40)
        second = log.reader("g", TOPICS)
        settle(first, second)
        with pytest.raises(ConflictError):
            commit(first, records)
        second.close()
        # Also of the partitions that it held all the time: nothing was committed.
        again = drain(first, 40)
        assert sorted(r.value for r in again) == sorted(r.value for r in records)
        commit(first, again)
        assert behind(log, "g") == 0
        first.close()

    def test_seek_reads_again_and_leaves_the_commit(self, log):
        put(log, [("k", str(n).encode()) for n in range(5)])
        with log.reader("g", TOPICS) as reader:
            records = drain(reader, 5)
            commit(reader, records)
            reader.seek(Position(LogTopic.POSTS, records[0].partition, 2))
            assert [int(r.value) for r in drain(reader, 3)] == [2, 3, 4]
        assert behind(log, "g") == 0

    def test_lag_counts_what_is_not_committed(self, log):
        put(log, [(f"k{n}", b"x") for n in range(20)])
        assert behind(log, "g") == 20
        with log.reader("g", TOPICS) as reader:
            commit(reader, take(reader, 5))
        assert behind(log, "g") == 15

    def test_poll_wakes_up_for_a_new_record(self, log):
        with log.reader("g", TOPICS) as reader:
            settle(reader)
            thread = threading.Timer(0.1, put, (log, [("k", b"late")]))
            thread.start()
            assert [r.value for r in reader.poll(10, PATIENCE)] == [b"late"]
            thread.join()

    def test_reading_without_a_group_starts_anywhere(self, log):
        put(log, [("k", str(n).encode()) for n in range(6)])
        part = next(p for p, end in log.ends(LogTopic.POSTS).items() if end)
        rows = log.read(LogTopic.POSTS, part, 2, 3)
        assert [int(r.value) for r in rows] == [2, 3, 4]
        assert [int(r.value) for r in log.read(LogTopic.POSTS, part, 5, 9)] == [5]
        assert log.read(LogTopic.POSTS, part, 6, 3) == []
        assert log.read(LogTopic.POSTS, part, 99, 3) == []

    def test_compaction_keeps_the_last_state_of_each_key(self, log, clock):
        pairs = [(f"k{n % 5}", str(n).encode()) for n in range(50)]
        put(log, [*pairs, ("k0", None)], LogTopic.ANALYSES)
        at_once = log.capabilities.compacts_on_demand
        assert log.compact(LogTopic.ANALYSES) == (46 if at_once else 0)
        with log.reader("g", [LogTopic.ANALYSES]) as reader:
            # Read in order, what a compaction did not drop yet makes no difference.
            state = {r.key: r.value for r in drain(reader, 5 if at_once else 51)}
        expected = {f"k{n}": str(45 + n).encode() for n in range(1, 5)}
        assert state == {**expected, "k0": None}
        clock.advance(seconds=61)
        assert log.compact(LogTopic.ANALYSES) == (1 if at_once else 0)
        put(log, [("k1", b"again")], LogTopic.ANALYSES)
        with log.reader("h", [LogTopic.ANALYSES]) as reader:
            found = drain(reader, 5 if at_once else 52)
        assert [r.value for r in found if r.key == "k1"][-1] == b"again"

    def test_trim_drops_old_records_that_all_groups_have_read(self, log, clock):
        put(log, [("k", b"old")])
        with log.reader("g", TOPICS) as reader:
            commit(reader, drain(reader, 1))
            put(log, [("k", b"unread")])
            clock.advance(days=2)
            put(log, [("k", b"new")])
            assert log.trim(LogTopic.POSTS, clock.now() - timedelta(days=1)) == 1
            assert [r.value for r in drain(reader, 2)] == [b"unread", b"new"]
        part = next(p for p, end in log.ends(LogTopic.POSTS).items() if end)
        kept = log.read(LogTopic.POSTS, part, 0, 9)
        assert [r.value for r in kept] == [b"unread", b"new"]

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
        kept = 1 + write_until_full(log, writer)
        writer.append(LogTopic.ANALYSES, "k", b"y" * 60)
        writer.flush()
        writer.close()
        assert sum(log.ends(LogTopic.POSTS).values()) == kept
        assert sum(log.ends(LogTopic.ANALYSES).values()) == 1
        if log.capabilities.exact_sizes:
            assert kept == 1
            assert log.size_bytes(LogTopic.POSTS) == 61
        log.close()

    def test_size_follows_what_is_stored(self, log, clock):
        put(log, [("k", b"12345")])
        if log.capabilities.exact_sizes:
            assert log.size_bytes(LogTopic.POSTS) == 6
        assert 6 <= log.size_bytes(LogTopic.POSTS) <= 6 + 1000
        noise = bytes(random.Random(1).randbytes(20_000))
        put(log, [("k", noise)])
        assert log.size_bytes(LogTopic.POSTS) >= 20_000
        assert log.size_bytes(LogTopic.REVIEWS) == 0
        clock.advance(days=2)
        assert log.trim(LogTopic.POSTS, clock.now()) == 2
        if log.capabilities.exact_sizes:
            assert log.size_bytes(LogTopic.POSTS) == 0

    def test_topics_can_be_ensured_again_and_again(self, log):
        log.ensure_topics()
        put(log, [("k", b"1")])
        assert not any(s.made or s.changed or s.drift for s in log.ensure_topics())
        assert not any(state.drift for state in log.topic_states())
        assert sum(log.ends(LogTopic.POSTS).values()) == 1

    def test_a_silent_member_loses_its_share_after_the_lease(self, log, clock):
        put(log, [(f"k{n}", b"x") for n in range(8)])
        silent = log.reader("g", TOPICS)
        records = drain(silent, 8)
        other = log.reader("g", TOPICS)
        if log.capabilities.evicts_silent_members:
            self.pass_lease(clock)
            assert len(drain(other, 8)) == 8
            assert len(other.assigned()) == LIMITS.partitions
            with pytest.raises(ConflictError):
                commit(silent, records)
            other.close()
            assert len(drain(silent, 8)) == 8
        else:
            # Until it is closed, it keeps its share and may commit it.
            kept = set(silent.assigned())
            other.poll(1, 0)
            assert kept - set(other.assigned())
            other.close()
        silent.close()

    def pass_lease(self, clock: ManualClock) -> None:
        """Let more than a lease pass; a log that tells the time itself lets it
        pass while the other member polls."""
        clock.advance(seconds=LIMITS.lease_seconds + 1)

    def test_a_copy_keeps_the_time_of_its_original(self) -> None:
        log = self.make(LIMITS, ManualClock())
        at = log.clock.now() - timedelta(days=3, milliseconds=1)
        with log.writer() as writer:
            writer.append(LogTopic.POSTS, "old", b"1", at)
            writer.append(LogTopic.POSTS, "new", b"2")
        rows = {
            row.key: row.timestamp
            for part, end in log.ends(LogTopic.POSTS).items()
            for row in log.read(LogTopic.POSTS, part, 0, max(1, end))
        }
        assert abs(rows["old"] - at) < timedelta(milliseconds=1)
        assert rows["new"] - rows["old"] > timedelta(days=2)


def write_until_full(log: EventLog, writer: LogWriter) -> int:
    """Write posts until they are refused; return how many were not."""
    written = 0
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            writer.append(LogTopic.POSTS, "k", b"y" * 60)
            writer.flush()
        except StoreFullError as error:
            assert error.retry_after > 0
            return written
        written += 1
    raise AssertionError(f"{written} records were never too much")
