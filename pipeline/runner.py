"""Reads, processes, flushes, commits: at least once, whatever happens.

The order is the whole point: what a step made is durable before the offsets of what it
was made from are committed. A kill between the two repeats a batch, and every step is
idempotent by post id and revision, so repeating is harmless.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog

from domain.clock import Clock
from domain.errors import (
    ConflictError,
    NotLetInError,
    QuarantineError,
    RetryLaterError,
)
from domain.events import Rejected
from eventlog.codec import encode_event
from eventlog.port import EventLog, LogReader, LogTopic, LogWriter, Position, Record
from pipeline.metrics import StepMetrics

T = TypeVar("T")

MAX_BACKOFF = 30.0
"""Seconds. Longer keeps an office waiting after an outage has ended."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record that a step wants written."""

    topic: LogTopic
    key: str
    value: bytes | None


@dataclass(slots=True)
class Outcome:
    """What a step made of a batch: records to write, and inputs to put aside."""

    outgoing: list[Outgoing] = field(default_factory=list)
    rejected: list[tuple[Record, QuarantineError]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        """Take in what was made of another part of the batch."""
        self.outgoing += other.outgoing
        self.rejected += other.rejected
        for name, count in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count


class Stopped(Exception):  # noqa: N818 - no error: the way out of a wait when told to stop
    """The runner was told to stop while it waited; nothing was committed."""


class Step(ABC):
    """What differs between worker and indexer."""

    name: str
    live: tuple[LogTopic, ...]
    idle: tuple[LogTopic, ...] = ()
    """Read only while everything of `live` is read."""

    @abstractmethod
    def process(self, records: Sequence[Record]) -> Outcome:
        """Make of a batch what is to be written; flush own sinks before returning.

        Raises `RetryLaterError` to have the same batch again later, `NotLetInError` to
        end the program. Whatever else it raises, the runner tries the records one by
        one and puts aside those at fault.
        """


@dataclass(slots=True)
class Runner:
    """Runs one step until told to stop. `progress` is called after each commit."""

    step: Step
    log: EventLog
    clock: Clock
    batch_size: int = 64
    metrics: StepMetrics | None = None
    progress: Callable[[int, Outcome], None] | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, *, until_idle: bool = False) -> int:
        """Work until `stopping` is set, or until nothing is left; return the count."""
        done = 0
        wait = 0.0 if until_idle else 1.0
        writer = self.log.writer()
        readers = [self.log.reader(self.step.name, self.step.live)]
        if self.step.idle:
            readers.append(self.log.reader(f"{self.step.name}.idle", self.step.idle))
        try:
            while not self.stopping.is_set():
                count = self._turn(readers, writer, wait)
                done += count
                if until_idle and not count and self._caught_up():
                    break
        except Stopped:
            structlog.get_logger().info("stopped", step=self.step.name)
        finally:
            for reader in readers:
                reader.close()
            writer.close()
        return done

    def _turn(
        self, readers: Sequence[LogReader], writer: LogWriter, wait: float
    ) -> int:
        # While there is nothing, it is the live topics that are waited for.
        live, *idle = readers
        turns = [(live, wait)]
        if idle:
            turns = [(live, 0.0), *((reader, 0.0) for reader in idle), (live, wait)]
        for reader, pause in turns:
            records = self._patiently(partial(reader.poll, self.batch_size, pause))
            if records:
                self._batch(reader, writer, records)
                return len(records)
        return 0

    def _caught_up(self) -> bool:
        lags = list(self.log.lag(self.step.name, self.step.live))
        if self.step.idle:
            lags += self.log.lag(f"{self.step.name}.idle", self.step.idle)
        return not any(lag.behind for lag in lags)

    def _batch(
        self, reader: LogReader, writer: LogWriter, records: Sequence[Record]
    ) -> None:
        started = time.monotonic()
        outcome = self._patiently(partial(self._process, records))
        outcome = self._deliver(writer, records, outcome)
        try:
            self._patiently(partial(reader.commit, positions_after(records)))
        except ConflictError:
            # The partition moved on; its new owner reads these records again.
            structlog.get_logger().info("partition_moved", step=self.step.name)
            return
        if self.metrics:
            self.metrics.batch(len(records), outcome.counts, time.monotonic() - started)
        if self.progress:
            self.progress(len(records), outcome)

    def _process(self, records: Sequence[Record]) -> Outcome:
        try:
            return self.step.process(records)
        except (RetryLaterError, NotLetInError):
            raise
        except Exception as error:  # noqa: BLE001 - one bad record must not stop the rest
            if len(records) == 1:
                return failed(records[0], error)
        whole = Outcome()
        for record in records:
            whole.add(self._process([record]))
        return whole

    def _deliver(
        self, writer: LogWriter, records: Sequence[Record], outcome: Outcome
    ) -> Outcome:
        """Write what a batch became; where the log refuses some of it, part by part."""
        try:
            self._patiently(partial(self._write, writer, outcome))
        except QuarantineError as error:
            if len(records) > 1:
                return self._deliver_singly(writer, records)
            outcome = failed(records[0], error)
            self._patiently(partial(self._write, writer, outcome))
        return outcome

    def _deliver_singly(self, writer: LogWriter, records: Sequence[Record]) -> Outcome:
        whole = Outcome()
        for record in records:
            part = self._patiently(partial(self._process, [record]))
            whole.add(self._deliver(writer, [record], part))
        return whole

    def _write(self, writer: LogWriter, outcome: Outcome) -> None:
        for item in outcome.outgoing:
            writer.append(item.topic, item.key, item.value)
        for record, error in outcome.rejected:
            value = encode_event(self._rejection(record, error))
            writer.append(LogTopic.REJECTED, record.key, value)
        writer.flush()

    def _rejection(self, record: Record, error: QuarantineError) -> Rejected:
        structlog.get_logger().warning(
            "rejected",
            step=self.step.name,
            key=record.key,
            reason=error.reason,
            detail=str(error)[:300],
        )
        return Rejected(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=_writable(record.key),
            value=record.value,
            stage=self.step.name,
            reason=error.reason,
            detail=_writable(str(error)[:2000]),
            at=self.clock.now(),
        )

    def _patiently(self, act: Callable[[], T]) -> T:
        """Do it again with growing pauses while it says «later».

        Raises `Stopped` when the runner is told to stop meanwhile.
        """
        pause = 0.0
        while True:
            try:
                return act()
            except RetryLaterError as error:
                pause = min(MAX_BACKOFF, max(error.retry_after, pause * 2))
                structlog.get_logger().warning(
                    "waiting", step=self.step.name, why=str(error), seconds=pause
                )
                if self.metrics:
                    self.metrics.waiting()
                if self.stopping.wait(pause):
                    raise Stopped from error


def _writable(text: str) -> str:
    """Escape halves of surrogate pairs, which no event can hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def positions_after(records: Sequence[Record]) -> list[Position]:
    """Return the position behind the last record of each partition."""
    ends: dict[tuple[LogTopic, int], int] = {}
    for record in records:
        ends[record.topic, record.partition] = record.offset + 1
    return [Position(*place, offset) for place, offset in ends.items()]


def failed(record: Record, error: Exception) -> Outcome:
    """Put aside a record whose processing raised."""
    if not isinstance(error, QuarantineError):
        structlog.get_logger().exception("step_failed", key=record.key)
        text = f"{type(error).__name__}: {error}"
        error = QuarantineError(text, reason="error")
    return Outcome(rejected=[(record, error)])
