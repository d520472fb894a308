import threading

import pytest

from domain.clock import ManualClock
from domain.errors import (
    ConflictError,
    NotLetInError,
    QuarantineError,
    RetryLaterError,
    StoreFullError,
)
from eventlog.adapters.memory import MemoryEventLog, MemoryReader, MemoryWriter
from eventlog.port import LogTopic
from pipeline.runner import Outcome, Outgoing, Runner, Step


class Copy(Step):
    """Copies posts to analyses; `trouble` is raised that many times first."""

    name = "copy"
    live = (LogTopic.POSTS,)

    def __init__(self, *trouble):
        self.trouble = list(trouble)
        self.seen = []

    def process(self, records):
        if self.trouble:
            raise self.trouble.pop()
        self.seen += [r.key for r in records]
        rows = [Outgoing(LogTopic.ANALYSES, r.key, r.value) for r in records]
        return Outcome(outgoing=rows, counts={"copied": len(rows)})


class FlakyLog(MemoryEventLog):
    """Flushes or commits fail some times before they work."""

    def __init__(self, flushes=0, commits=(), clock=None):
        super().__init__(clock=clock)
        self.flushes = flushes
        self.commit_errors = list(commits)

    def writer(self):
        return FlakyWriter(self)

    def reader(self, group, topics):
        return FlakyReader(self, group, tuple(topics))


class FlakyWriter(MemoryWriter):
    def flush(self):
        if self._log.flushes:
            self._log.flushes -= 1
            self._pending.clear()
            raise StoreFullError("full", retry_after=0.01)
        super().flush()


class FlakyReader(MemoryReader):
    def commit(self, positions):
        super().commit(positions)
        if self._log.commit_errors:
            # The new owner was quicker: it committed, and we are refused.
            raise self._log.commit_errors.pop()


def fill(log, count):
    writer = MemoryWriter(log)
    for n in range(count):
        writer.append(LogTopic.POSTS, f"k{n}", b"x")
    writer.flush()


def run(step, log):
    return Runner(step, log, ManualClock(), batch_size=3).run(until_idle=True)


def written(log):
    rows = [
        row
        for part, end in log.ends(LogTopic.ANALYSES).items()
        for row in log.read(LogTopic.ANALYSES, part, 0, end)
    ]
    return sorted(row.key for row in rows)


def test_everything_is_copied_once_and_committed():
    log = MemoryEventLog()
    fill(log, 20)
    assert run(Copy(), log) == 20
    assert len(written(log)) == 20
    assert not any(row.behind for row in log.lag("copy", [LogTopic.POSTS]))
    assert run(Copy(), log) == 0


def test_later_is_waited_for_and_nothing_is_lost():
    log = MemoryEventLog()
    fill(log, 5)
    step = Copy(RetryLaterError("down", retry_after=0.01))
    assert run(step, log) == 5
    assert len(written(log)) == 5


def test_what_a_failed_flush_lost_is_written_again():
    log = FlakyLog(flushes=3)
    fill(log, 5)
    assert run(Copy(), log) == 5
    assert len(written(log)) == 5


def test_a_lost_partition_is_left_to_its_new_owner():
    log = FlakyLog(commits=[ConflictError("moved")])
    fill(log, 2)
    assert run(Copy(), log) >= 2
    assert set(written(log)) == {"k0", "k1"}


def test_a_fault_in_one_record_stops_only_that_record():
    class Picky(Copy):
        def process(self, records):
            if any(r.key == "k3" for r in records):
                raise ValueError("k3 is at fault")
            return super().process(records)

    log = MemoryEventLog()
    fill(log, 8)
    assert run(Picky(), log) == 8
    assert written(log) == sorted(f"k{n}" for n in range(8) if n != 3)
    assert sum(log.ends(LogTopic.REJECTED).values()) == 1


def test_what_the_log_cannot_take_puts_only_its_record_aside():
    class NarrowWriter(MemoryWriter):
        def append(self, topic, key, value):
            if topic is LogTopic.ANALYSES and key == "k3":
                raise QuarantineError("far too long", reason="too_large")
            super().append(topic, key, value)

    class NarrowLog(MemoryEventLog):
        def writer(self):
            return NarrowWriter(self)

    log = NarrowLog()
    fill(log, 8)
    assert run(Copy(), log) == 8
    assert set(written(log)) == {f"k{n}" for n in range(8) if n != 3}
    assert sum(log.ends(LogTopic.REJECTED).values()) == 1
    assert not any(row.behind for row in log.lag("copy", [LogTopic.POSTS]))


def test_a_stop_while_waiting_commits_nothing():
    log = MemoryEventLog()
    fill(log, 2)
    stopping = threading.Event()

    class Stuck(Copy):
        def process(self, records):
            stopping.set()
            raise RetryLaterError("down", retry_after=60)

    runner = Runner(Stuck(), log, ManualClock(), stopping=stopping)
    assert runner.run() == 0
    assert sum(row.behind for row in log.lag("copy", [LogTopic.POSTS])) == 2


@pytest.mark.parametrize("batch", [1, 7, 64])
def test_progress_counts_what_was_committed(batch):
    log = MemoryEventLog()
    fill(log, 20)
    counts = []
    runner = Runner(Copy(), log, ManualClock(), batch_size=batch)
    runner.progress = lambda count, outcome: counts.append(outcome.counts["copied"])
    runner.run(until_idle=True)
    assert sum(counts) == 20


class WatchedLog(MemoryEventLog):
    """Notes which topics are waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = []

    def reader(self, group, topics):
        return WatchedReader(self, group, tuple(topics))


class WatchedReader(MemoryReader):
    def poll(self, limit, wait_seconds):
        if wait_seconds:
            self._log.waited.append(self.topics)
        return super().poll(limit, wait_seconds)


def test_while_idle_the_live_topics_are_waited_for_and_not_the_backfill():
    class Both(Copy):
        idle = (LogTopic.BACKFILL,)

    log, step = WatchedLog(), Both()
    runner = Runner(step, log, ManualClock())
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        for number in range(3):
            writer = MemoryWriter(log)
            topic = LogTopic.BACKFILL if number == 1 else LogTopic.POSTS
            writer.append(topic, f"k{number}", b"x")
            writer.flush()
            with log.changed:
                done = log.changed.wait_for(lambda n=number: len(step.seen) > n, 10)
            assert done
    finally:
        runner.stopping.set()
        thread.join()
    assert step.seen == ["k0", "k1", "k2"]
    assert set(log.waited) == {Both.live}


def test_a_store_that_lets_nobody_in_ends_the_run_and_puts_no_post_aside():
    log = MemoryEventLog()
    fill(log, 3)
    step = Copy(NotLetInError("The search engine is not trusted."))
    with pytest.raises(NotLetInError):
        Runner(step=step, log=log, clock=ManualClock()).run(until_idle=True)
    # Mended, the next run finds all of them.
    assert Runner(step=step, log=log, clock=ManualClock()).run(until_idle=True) == 3
    assert log.lag("copy", [LogTopic.REJECTED])[0].behind == 0
