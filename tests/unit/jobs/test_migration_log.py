"""A log is copied record by record, however often the copy is cut off."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import ManualClock
from domain.errors import ConfigurationError, RetryLaterError
from eventlog.adapters.memory import MemoryEventLog
from eventlog.limits import LogLimits
from eventlog.port import LogTopic, LogWriter, Position, Record
from jobs.migration import copy as copying
from jobs.migration.compare import compare_logs
from jobs.migration.copy import commit_groups, copy_log
from jobs.migration.journal import Journal, alone
from jobs.migration.places import compare_places

GROUPS = {"worker": (LogTopic.POSTS,), "indexer": (LogTopic.ANALYSES,)}
TOPICS = [topic for topics in GROUPS.values() for topic in topics]


class Killed(Exception):  # noqa: N818 - stands for SIGKILL
    pass


class MortalLog(MemoryEventLog):
    """Dies after so many flushes or reads of its ends."""

    def __init__(self, partitions: int, lives: int = 1_000_000) -> None:
        super().__init__(LogLimits(partitions=partitions), ManualClock())
        self.lives = lives

    def _age(self) -> None:
        self.lives -= 1
        if self.lives < 0:
            raise Killed

    def ends(self, topic: LogTopic):
        self._age()
        return super().ends(topic)

    def writer(self) -> LogWriter:
        writer = super().writer()
        flush = writer.flush

        def mortal() -> None:
            flush()
            self._age()

        writer.flush = mortal  # type: ignore[method-assign]
        return writer


def filled(partitions: int, keys: list[int], read: int) -> MemoryEventLog:
    """Return a log with a record per key, of which groups have read some."""
    clock = ManualClock()
    log = MemoryEventLog(LogLimits(partitions=partitions), clock)
    with log.writer() as writer:
        for number, key in enumerate(keys):
            clock.advance(seconds=1)
            value = None if number % 5 == 4 else f"{number}".encode()
            for topic in TOPICS:
                writer.append(topic, f"k{key}", value, clock.now())
            if number % 7 == 0:
                writer.append(LogTopic.REJECTED, f"k{key}", b"\xff\x00")
    for group, topics in GROUPS.items():
        with log.reader(group, topics) as reader:
            rows = reader.poll(read, 0) if read else []
            ends = {(r.topic, r.partition): r.offset + 1 for r in rows}
            reader.commit([Position(*place, end) for place, end in ends.items()])
    return log


def unread(log: MemoryEventLog, group: str) -> list[tuple[str, bytes | None]]:
    with log.reader(group, GROUPS[group]) as reader:
        found: list[Record] = []
        while rows := reader.poll(1000, 0):
            found.extend(rows)
        return sorted((row.key, row.value or b"") for row in found)


def move(source, target, path: Path) -> Journal:
    journal = Journal(path, "there")
    copy_log(source, target, GROUPS, journal, lambda _: None)
    commit_groups(target, GROUPS, journal)
    return journal


@settings(deadline=None)  # Each move syncs its file: on a busy disk that takes long.
@given(
    keys=st.lists(st.integers(0, 12), max_size=60),
    here=st.integers(1, 4),
    there=st.integers(1, 5),
    read=st.integers(0, 60),
    deaths=st.lists(st.integers(0, 25), max_size=4),
    batch=st.integers(1, 9),
)
def test_every_record_goes_over_once_and_no_group_misses_one(
    tmp_path_factory, keys, here, there, read, deaths, batch
) -> None:
    path = tmp_path_factory.mktemp("move") / "migration.json"
    source, target = filled(here, keys, read), MortalLog(there)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copying, "BATCH", batch)
        for lives in deaths:
            target.lives = lives
            try:
                move(source, target, path)
            except Killed:
                target.members.clear()
        target.lives = 1_000_000
        move(source, target, path)
    rows = list(compare_logs(source, target))
    assert [row.part for row in rows if not row.same] == []
    assert sum(row.source.count for row in rows if row.part == "posts") == len(keys)
    for group in GROUPS:
        before, after = unread(source, group), unread(target, group)
        assert not [row for row in before if before.count(row) > after.count(row)]
        if here == there:
            assert before == after
    assert all(row.same for row in compare_places(source, target, GROUPS))


def test_a_log_that_holds_something_else_is_refused(tmp_path) -> None:
    source, target = filled(2, [1, 2, 3], 0), MortalLog(2)
    with target.writer() as writer:
        writer.append(LogTopic.POSTS, "k1", b"of another installation")
    with pytest.raises(ConfigurationError, match="not of this copy"):
        move(source, target, tmp_path / "m.json")


def test_a_log_that_is_in_use_already_is_refused(tmp_path) -> None:
    source, target = filled(2, [1, 2, 3], 0), MortalLog(2)
    move(source, target, tmp_path / "m.json")
    with target.writer() as writer:
        writer.append(LogTopic.POSTS, "k9", b"new")
    with pytest.raises(ConfigurationError, match="not of this copy"):
        move(source, target, tmp_path / "m.json")


def test_what_came_in_meanwhile_goes_over_in_a_second_run(tmp_path) -> None:
    source, target = filled(3, [1, 2, 3], 9), MortalLog(2)
    move(source, target, tmp_path / "m.json")
    with source.writer() as writer:
        writer.append(LogTopic.POSTS, "k1", b"late")
    assert not all(row.same for row in compare_logs(source, target))
    move(source, target, tmp_path / "m.json")
    assert all(row.same for row in compare_logs(source, target))
    assert ("k1", b"late") in unread(target, "worker")


@pytest.mark.parametrize("there", [1, 2, 5])
def test_a_group_that_would_skip_something_is_seen(tmp_path, there) -> None:
    source, target = filled(2, [1, 2, 3], 0), MortalLog(there)
    move(source, target, tmp_path / "m.json")
    with target.reader("worker", [LogTopic.POSTS]) as reader:
        (*_, last) = reader.poll(100, 0)
        reader.commit([Position(last.topic, last.partition, last.offset + 1)])
    rows = list(compare_places(source, target, GROUPS))
    assert [row.part for row in rows if not row.same] == ["unread of posts by worker"]
    (row,) = (row for row in rows if not row.same)
    assert row.target.count < row.source.count == 3


def test_what_is_read_once_more_is_named_and_lawful(tmp_path) -> None:
    source, target = filled(3, list(range(12)), 0), MortalLog(1)
    with source.reader("worker", [LogTopic.POSTS]) as reader:
        (*_, last) = reader.poll(100, 0)
        reader.commit([Position(last.topic, last.partition, last.offset + 1)])
    move(source, target, tmp_path / "m.json")
    rows = list(compare_places(source, target, GROUPS))
    assert all(row.same for row in rows)
    assert any("once more" in row.part for row in rows)


@pytest.mark.parametrize("topic", [LogTopic.POSTS, LogTopic.ANALYSES])
def test_a_changed_record_is_seen(tmp_path, topic) -> None:
    source, target = filled(2, [1, 2, 3], 0), MortalLog(2)
    move(source, target, tmp_path / "m.json")
    place = next(p for p in target.records if p[0] is topic and target.records[p])
    row = target.records[place][-1]
    for other in (
        Record(*place, row.offset, row.key, b"changed", row.timestamp),
        Record(*place, row.offset, "another", row.value, row.timestamp),
        Record(
            *place, row.offset, row.key, row.value, row.timestamp + timedelta(seconds=1)
        ),
    ):
        target.records[place][-1] = other
        assert [r.part for r in compare_logs(source, target) if not r.same] == [topic]


def test_a_move_to_elsewhere_is_not_mistaken_for_this_one(tmp_path) -> None:
    Journal(tmp_path / "m.json", "there").save()
    with pytest.raises(ConfigurationError, match="was begun: there"):
        Journal(tmp_path / "m.json", "elsewhere")
    (tmp_path / "m.json").write_bytes(b"{")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Journal(tmp_path / "m.json", "there")


def test_a_second_run_that_is_cut_off_leaves_groups_and_index_to_do(tmp_path) -> None:
    source, target = filled(3, [1, 2, 3], 9), MortalLog(2)
    move(source, target, tmp_path / "m.json")
    journal = Journal(tmp_path / "m.json", "there")
    journal.state.committed = journal.state.index = True
    copy_log(source, target, GROUPS, journal, lambda _: None)
    assert journal.state.committed
    with source.writer() as writer:
        writer.append(LogTopic.POSTS, "k1", b"late")
    copy_log(source, target, GROUPS, journal, lambda _: None)
    after = Journal(tmp_path / "m.json", "there").state
    assert (after.committed, after.index) == (False, False)


def test_two_moves_at_once_are_refused(tmp_path) -> None:
    lock = tmp_path / "home" / "migration.lock"
    with (
        alone(lock),
        pytest.raises(RetryLaterError, match="another process"),
        alone(lock),
    ):
        pass
    with alone(lock):
        pass
