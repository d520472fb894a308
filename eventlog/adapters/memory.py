"""The log in memory: the reference for tests, and for trying things out."""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from domain.clock import Clock, SystemClock
from domain.errors import ConflictError, StoreFullError
from eventlog.limits import LogLimits
from eventlog.partition import partition_of
from eventlog.port import (
    EventLog,
    Lag,
    LogCapabilities,
    LogReader,
    LogTopic,
    LogWriter,
    Position,
    Record,
)

Place = tuple[LogTopic, int]


class MemoryEventLog(EventLog):
    """All topics in lists; members share partitions by their order of joining."""

    # Members live in this process and cannot fall silent without it.
    capabilities = LogCapabilities(evicts_silent_members=False)

    def __init__(
        self, limits: LogLimits | None = None, clock: Clock | None = None
    ) -> None:
        self.limits = limits or LogLimits()
        self.clock = clock or SystemClock()
        self.changed = threading.Condition(threading.RLock())
        self.records: dict[Place, list[Record]] = defaultdict(list)
        self.next_offset: dict[Place, int] = defaultdict(int)
        self.committed: dict[tuple[str, Place], int] = {}
        self.members: dict[str, list[MemoryReader]] = defaultdict(list)
        self.sizes: dict[LogTopic, int] = defaultdict(int)

    def writer(self) -> LogWriter:
        return MemoryWriter(self)

    def reader(self, group: str, topics: Sequence[LogTopic]) -> LogReader:
        return MemoryReader(self, group, tuple(topics))

    def places(self, topics: Sequence[LogTopic]) -> list[Place]:
        """Return all partitions of the topics, in a fixed order."""
        return [(topic, n) for topic in topics for n in range(self.limits.partitions)]

    def lag(self, group: str, topics: Sequence[LogTopic]) -> Sequence[Lag]:
        with self.changed:
            return [
                Lag(*place, self.committed.get((group, place), 0), self._end(place))
                for place in self.places(topics)
            ]

    def ends(self, topic: LogTopic) -> Mapping[int, int]:
        with self.changed:
            return {n: self._end((t, n)) for t, n in self.places([topic])}

    def _end(self, place: Place) -> int:
        return self.next_offset[place]

    def read(
        self, topic: LogTopic, partition: int, offset: int, limit: int
    ) -> Sequence[Record]:
        with self.changed:
            rows = self.records[topic, partition]
            return [row for row in rows if row.offset >= offset][:limit]

    def compact(self, topic: LogTopic) -> int:
        if not topic.compacted:
            return 0
        oldest = self.clock.now() - timedelta(seconds=self.limits.tombstone_seconds)
        with self.changed:
            dropped = sum(self._compact(p, oldest) for p in self.places([topic]))
            self._measure(topic)
        return dropped

    def _compact(self, place: Place, oldest: datetime) -> int:
        rows = self.records[place]
        last = {row.key: row.offset for row in rows}
        kept = [
            row
            for row in rows
            if row.offset == last[row.key]
            and (row.value is not None or row.timestamp >= oldest)
        ]
        self.records[place] = kept
        return len(rows) - len(kept)

    def trim(self, topic: LogTopic, before: datetime) -> int:
        if topic.compacted:
            return 0
        dropped = 0
        with self.changed:
            for place in self.places([topic]):
                safe = [n for (_, at), n in self.committed.items() if at == place]
                bound = min(safe, default=self._end(place))
                rows = self.records[place]
                kept = [r for r in rows if r.timestamp >= before or r.offset >= bound]
                self.records[place] = kept
                dropped += len(rows) - len(kept)
            self._measure(topic)
        return dropped

    def size_bytes(self, topic: LogTopic) -> int:
        return self.sizes[topic]

    def _measure(self, topic: LogTopic) -> None:
        places = self.places([topic])
        rows = (row for place in places for row in self.records[place])
        self.sizes[topic] = sum(size_of(row.key, row.value) for row in rows)

    def close(self) -> None:
        with self.changed:
            self.members.clear()


def size_of(key: str, value: bytes | None) -> int:
    """Return the bytes that a record counts for."""
    return len(key.encode("utf-8", "surrogatepass")) + len(value or b"")


class MemoryWriter(LogWriter):
    def __init__(self, log: MemoryEventLog) -> None:
        self._log = log
        self._pending: list[tuple[LogTopic, str, bytes | None, datetime | None]] = []
        self._pending_bytes: dict[LogTopic, int] = defaultdict(int)

    def append(
        self,
        topic: LogTopic,
        key: str,
        value: bytes | None,
        at: datetime | None = None,
    ) -> None:
        size = size_of(key, value)
        held = self._log.size_bytes(topic) + self._pending_bytes[topic]
        if held + size > self._log.limits.max_topic_bytes:
            raise StoreFullError(f"Topic {topic} is full.", retry_after=30)
        self._pending.append((topic, key, value, at))
        self._pending_bytes[topic] += size

    def flush(self) -> None:
        log = self._log
        with log.changed:
            for topic, key, value, at in self._pending:
                place = topic, partition_of(key, log.limits.partitions)
                offset, time = log.next_offset[place], at or log.clock.now()
                row = Record(*place, offset, key, value, time)
                log.records[place].append(row)
                log.next_offset[place] += 1
                log.sizes[topic] += size_of(key, value)
            self._pending.clear()
            self._pending_bytes.clear()
            log.changed.notify_all()

    def close(self) -> None:
        self._pending.clear()


class MemoryReader(LogReader):
    def __init__(
        self, log: MemoryEventLog, group: str, topics: tuple[LogTopic, ...]
    ) -> None:
        self._log = log
        self.group = group
        self.topics = topics
        self._next: dict[Place, int] = {}
        with log.changed:
            log.members[group].append(self)

    def assigned(self) -> Sequence[Place]:
        with self._log.changed:
            members = self._log.members[self.group]
            if self not in members:
                return []
            places = self._log.places(self.topics)
            return places[members.index(self) :: len(members)]

    def poll(self, limit: int, wait_seconds: float) -> Sequence[Record]:
        found: list[Record] = []

        def fill() -> bool:
            found.extend(self._ready(limit))
            return bool(found)

        with self._log.changed:
            self._log.changed.wait_for(fill, timeout=wait_seconds)
        return found

    def _ready(self, limit: int) -> list[Record]:
        held = self.assigned()
        self._next = {place: n for place, n in self._next.items() if place in held}
        found: list[Record] = []
        for place in held:
            start = self._next.get(place)
            if start is None:
                start = self._log.committed.get((self.group, place), 0)
            rows = self._log.read(*place, start, limit - len(found))
            if rows:
                self._next[place] = rows[-1].offset + 1
                found.extend(rows)
            if len(found) >= limit:
                break
        return found

    def commit(self, positions: Sequence[Position]) -> None:
        with self._log.changed:
            held = set(self.assigned())
            if any((p.topic, p.partition) not in held for p in positions):
                for p in positions:
                    self._next.pop((p.topic, p.partition), None)
                raise ConflictError("A partition went to another member of the group.")
            for p in positions:
                self._log.committed[self.group, (p.topic, p.partition)] = p.offset

    def seek(self, position: Position) -> None:
        self._next[position.topic, position.partition] = position.offset

    def close(self) -> None:
        with self._log.changed:
            members = self._log.members[self.group]
            if self in members:
                members.remove(self)
            self._log.changed.notify_all()
