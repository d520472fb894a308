"""The event log: ordered, durable, replayable topics with consumer groups.

The contract, which `tests/contracts/event_log.py` holds every adapter to:

* A key always falls into the same partition; records of one partition have growing
  offsets and are read in that order. Offsets may have holes (compaction, trimming).
* `append` hands over; only after `flush` returns is a record durable. A writer keeps
  its own copy until then.
* A consumer belongs to a group and reads the partitions that the group gives it; two
  live members never hold the same partition. A member that was killed loses its
  partitions after the lease time, one that closes at once.
* The committed offset is that of the *next* record to read (as in Kafka). `poll`
  continues behind what this consumer already read; a new member starts at the
  committed offset, or at the beginning where there is none.
* `None` as value is a tombstone. `compact` keeps at least the last record of each
  key and drops tombstones older than the topic's delete retention.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Self


class LogTopic(StrEnum):
    """The topics; see the table in `docs/architecture.md`."""

    POSTS = "posts"
    BACKFILL = "posts.backfill"
    REJECTED = "posts.rejected"
    ANALYSES = "analyses"
    REVIEWS = "reviews"

    @property
    def compacted(self) -> bool:
        """Whether the topic keeps the last state of each key for ever."""
        return self in {LogTopic.ANALYSES, LogTopic.REVIEWS}


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read. `timestamp` is the time of the append (aware UTC)."""

    topic: LogTopic
    partition: int
    offset: int
    key: str
    value: bytes | None
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a partition: the offset of the next record to read."""

    topic: LogTopic
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a group is behind in one partition. `behind` counts offsets."""

    topic: LogTopic
    partition: int
    committed: int
    end: int

    @property
    def behind(self) -> int:
        return max(0, self.end - self.committed)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCapabilities:
    """Where logs may lawfully differ. A caller that needs a flag must ask for it.

    `exact_sizes`: `size_bytes` counts keys and values to the byte and falls at once
    when records are dropped. Without it, it is what the log takes on disk (compressed,
    with its own overhead, freed late and known some seconds late), so a size bound may
    be passed by what was written in those seconds.
    `compacts_on_demand`: `compact` drops at once and counts. Without it the log
    compacts by itself some time later, `compact` returns 0, and readers meet records
    that a later one of the same key has replaced.
    `evicts_silent_members`: a member that stops polling loses its partitions after
    the lease. Without it only closing gives them back.
    """

    exact_sizes: bool = True
    compacts_on_demand: bool = True
    evicts_silent_members: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """A topic as the engine has it. `drift` names what differs from our settings."""

    topic: LogTopic
    name: str
    partitions: int
    replication: int
    made: bool = False
    changed: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()


class LogWriter(ABC):
    """Appends records. A context manager that flushes on a clean exit."""

    @abstractmethod
    def append(
        self,
        topic: LogTopic,
        key: str,
        value: bytes | None,
        at: datetime | None = None,
    ) -> None:
        """Hand over one record; `at` is its time where it is a copy of another.

        Raises `StoreFullError` when the topic's size bound is reached, and
        `RetryLaterError` when the log is out of reach; nothing is kept then. Raises
        `QuarantineError` when the record is larger than the log can ever take. A log
        across a network holds records back up to a bound and then sends them early;
        a failure of that is raised by `flush`.
        """

    @abstractmethod
    def flush(self) -> None:
        """Return once everything appended so far is durable.

        Raises as `append`; what was handed over since the last flush is then of
        unknown fate and must be appended again (readers are idempotent).
        """

    @abstractmethod
    def close(self) -> None:
        """Give up resources; unflushed records may be lost."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self.close()


class LogReader(ABC):
    """One member of one consumer group."""

    @abstractmethod
    def poll(self, limit: int, wait_seconds: float) -> Sequence[Record]:
        """Return up to `limit` records, earliest first within each partition.

        Waits up to `wait_seconds` for the first one; an empty answer is no end. Also
        keeps the member alive in its group, so it must be called more often than
        the lease time (30 s unless configured).
        """

    @abstractmethod
    def commit(self, positions: Sequence[Position]) -> None:
        """Store the next offsets of the group durably.

        Raises `ConflictError` when a partition has since gone to another member;
        the records will be read again there.
        """

    @abstractmethod
    def seek(self, position: Position) -> None:
        """Read from `position` next; committed offsets stay."""

    @abstractmethod
    def assigned(self) -> Sequence[tuple[LogTopic, int]]:
        """Return the partitions held at present."""

    @abstractmethod
    def close(self) -> None:
        """Leave the group; partitions are free at once. Commits nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class EventLog(ABC):
    """The log as a whole."""

    capabilities: LogCapabilities = LogCapabilities()

    def ensure_topics(self) -> Sequence[TopicState]:
        """Make the topics, or bring their settings up to date; may be repeated.

        Returns an empty answer where the log makes its topics by itself. Raises
        `ConfigurationError` when that is only possible by moving keys (another number
        of partitions).
        """
        return ()

    def topic_states(self) -> Sequence[TopicState]:
        """Return how the topics are set up, changing nothing; empty as above."""
        return ()

    @abstractmethod
    def writer(self) -> LogWriter:
        """Open a writer; several processes may write at once."""

    @abstractmethod
    def reader(self, group: str, topics: Sequence[LogTopic]) -> LogReader:
        """Join `group` on `topics`."""

    @abstractmethod
    def lag(self, group: str, topics: Sequence[LogTopic]) -> Sequence[Lag]:
        """Return how far the group is behind, a row per partition."""

    @abstractmethod
    def ends(self, topic: LogTopic) -> Mapping[int, int]:
        """Return partition → offset of the next record to be appended."""

    @abstractmethod
    def read(
        self, topic: LogTopic, partition: int, offset: int, limit: int
    ) -> Sequence[Record]:
        """Read without a group, from `offset` (inclusive) on; for replays."""

    @abstractmethod
    def compact(self, topic: LogTopic) -> int:
        """Compact a compacted topic; return the number of records dropped."""

    @abstractmethod
    def trim(self, topic: LogTopic, before: datetime) -> int:
        """Drop records of a topic older than `before`; return how many.

        Records that some known group has not committed yet are kept, and for
        compacted topics nothing is dropped.
        """

    @abstractmethod
    def size_bytes(self, topic: LogTopic) -> int:
        """Return the stored size of keys and values of a topic."""

    @abstractmethod
    def close(self) -> None:
        """Close the log; readers and writers of it become unusable."""
