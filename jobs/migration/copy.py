"""Copies a log into an empty one, record by record, and translates the offsets.

The order in which records go over is fixed by the source alone. So after a kill the
records that the journal does not know yet are exactly the first ones of the next
batch, partition by partition of the new log; they are compared and left out.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from domain.errors import ConfigurationError, RetryLaterError
from eventlog.partition import partition_of
from eventlog.port import EventLog, LogReader, LogTopic, Position, Record
from jobs.migration.journal import Journal, TopicProgress

BATCH = 500
"""Records per append and sync: fewer cost syncs, more memory (200 kB each at worst).
Part of the journal's meaning: a batch that was cut off is read again with this."""

JOIN_SECONDS = 60.0
"""How long a log may take to hand all partitions of a group to us: longer than the
lease of a reader that was killed."""

Place = tuple[LogTopic, int]
Groups = Mapping[str, Sequence[LogTopic]]
Progress = Callable[[int], None]


def copy_log(
    source: EventLog,
    target: EventLog,
    groups: Groups,
    journal: Journal,
    progress: Progress,
) -> int:
    """Bring over what the journal does not know yet; return how many records.

    Raises `ConfigurationError` when the new log holds what is not of this copy.
    """
    target.ensure_topics()
    copied = 0
    for topic in LogTopic:
        copied += _Topic(source, target, groups, journal, topic).copy(progress)
    return copied


class _Topic:
    def __init__(
        self,
        source: EventLog,
        target: EventLog,
        groups: Groups,
        journal: Journal,
        topic: LogTopic,
    ) -> None:
        self._source, self._target, self._journal = source, target, journal
        self._topic = topic
        self._known = journal.state.topics.setdefault(topic.value, TopicProgress())
        self._partitions = len(target.ends(topic))
        self._committed = {
            group: {row.partition: row.committed for row in source.lag(group, [topic])}
            for group, topics in groups.items()
            if topic in topics
        }

    def copy(self, progress: Progress) -> int:
        copied = 0
        arrived = self._arrived()
        with self._target.writer() as writer:
            for part, end in sorted(self._source.ends(self._topic).items()):
                while rows := self._next_rows(part, end):
                    rest = self._left_out(rows, arrived)
                    for row in rest:
                        writer.append(self._topic, row.key, row.value, row.timestamp)
                    writer.flush()
                    self._note(part, rows)
                    copied += len(rows)
                    progress(len(rows))
        if any(arrived.values()):
            raise self._foreign()
        return copied

    def _next_rows(self, part: int, end: int) -> list[Record]:
        offset = self._known.read.get(part, 0)
        if offset >= end:
            return []
        rows = self._source.read(self._topic, part, offset, BATCH)
        return [row for row in rows if row.offset < end]

    def _arrived(self) -> dict[int, list[Record]]:
        """Return what the new log holds beyond what the journal knows."""
        found: dict[int, list[Record]] = {}
        for part, end in self._target.ends(self._topic).items():
            known = self._known.ends.get(part, 0)
            if end - known > BATCH or end < known:
                raise self._foreign()
            rows = self._target.read(self._topic, part, known, BATCH) if end else ()
            found[part] = list(rows)
            if len(rows) != end - known:
                raise self._foreign()
        return found

    def _left_out(
        self, rows: Sequence[Record], arrived: dict[int, list[Record]]
    ) -> list[Record]:
        """Return the rows that are not there yet."""
        rest = []
        for row in rows:
            there = arrived[partition_of(row.key, self._partitions)]
            if not there:
                rest.append(row)
                continue
            first = there.pop(0)
            if (first.key, first.value) != (row.key, row.value):
                raise self._foreign()
        return rest

    def _note(self, part: int, rows: Sequence[Record]) -> None:
        known = self._known
        for row in rows:
            place = partition_of(row.key, self._partitions)
            offset = known.ends.get(place, 0)
            known.ends[place] = offset + 1
            for group, committed in self._committed.items():
                if row.offset >= committed.get(part, 0):
                    known.waiting.setdefault(group, {}).setdefault(place, offset)
        known.read[part] = rows[-1].offset + 1
        if any(known.ends.get(p, 0) > e for p, e in self._ends().items()):
            raise self._foreign()
        # Whatever came after them, groups and index do not know of these records.
        self._journal.state.committed = self._journal.state.index = False
        self._journal.save()

    def _ends(self) -> Mapping[int, int]:
        return self._target.ends(self._topic)

    def _foreign(self) -> ConfigurationError:
        return ConfigurationError(
            f"The new log's topic {self._topic} holds records that are not of this "
            "copy.",
            hint="Nothing may run on the new stores before the move is done. Empty "
            f"them, remove {self._journal.path}, and begin again.",
        )


def commit_groups(target: EventLog, groups: Groups, journal: Journal) -> None:
    """Let each group go on in the new log where it stands in the old one.

    Where partitions are divided otherwise, it begins at the first record that it has
    not read, and so may read some again, but misses none.
    """
    for group, topics in groups.items():
        positions = [
            Position(topic, part, _waiting(journal, group, topic).get(part, end))
            for topic in topics
            for part, end in target.ends(topic).items()
        ]
        with target.reader(group, topics) as reader:
            _await_all(reader, {(at.topic, at.partition) for at in positions}, group)
            for position in positions:
                reader.seek(position)
            reader.commit(positions)


def _await_all(reader: LogReader, wanted: set[Place], group: str) -> None:
    """Wait until nobody else holds a partition of the group."""
    deadline = time.monotonic() + JOIN_SECONDS
    while set(reader.assigned()) != wanted:
        if time.monotonic() > deadline:
            raise RetryLaterError(
                f"Another process reads the log as {group}.",
                hint="Stop all processes of both installations, then run this again.",
            )
        reader.poll(1, 0.2)


def refuse_running(log: EventLog, groups: Groups) -> None:
    """Raise `RetryLaterError` while a worker or an indexer reads the log.

    A killed one counts until its lease ends. Who only writes (crawlers, console) is
    not seen here; the comparison at the end notices what they wrote.
    """
    for group, topics in groups.items():
        wanted = {(topic, part) for topic in topics for part in log.ends(topic)}
        with log.reader(group, topics) as reader:
            _await_all(reader, wanted, group)


def _waiting(journal: Journal, group: str, topic: LogTopic) -> Mapping[int, int]:
    known = journal.state.topics.get(topic.value, TopicProgress())
    return known.waiting.get(group, {})
