"""Runs a command of `minhtin` that kills itself at a given point of a batch.

    python -m engines.doomed POINT COUNT COMMAND …

It is the real command on the real stores: only the log that the wiring hands out is
wrapped, by one that sends SIGKILL to its own process when it meets POINT for the
COUNT-th time. A kill from outside could only be aimed at a time, not at a line.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cli.main import main
from eventlog.port import (
    EventLog,
    Lag,
    LogReader,
    LogTopic,
    LogWriter,
    Position,
    Record,
)
from wiring import bootstrap
from wiring.settings import Settings


class Point(StrEnum):
    """Where in a batch, in the order in which a runner passes them.

    An indexer has written its bulk when it is `APPENDED`.
    """

    POLLED = "polled"
    APPENDED = "appended"
    FLUSHED = "flushed"
    COMMITTED = "committed"


@dataclass(slots=True)
class Fate:
    """Ends the process at the `left`-th meeting with `point`."""

    point: Point
    left: int

    def meet(self, point: Point) -> None:
        if point is not self.point:
            return
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


class DoomedReader(LogReader):
    def __init__(self, real: LogReader, fate: Fate) -> None:
        self._real = real
        self._fate = fate

    def poll(self, limit: int, wait_seconds: float) -> Sequence[Record]:
        rows = self._real.poll(limit, wait_seconds)
        if rows:
            self._fate.meet(Point.POLLED)
        return rows

    def commit(self, positions: Sequence[Position]) -> None:
        self._fate.meet(Point.FLUSHED)
        self._real.commit(positions)
        self._fate.meet(Point.COMMITTED)

    def seek(self, position: Position) -> None:
        self._real.seek(position)

    def assigned(self) -> Sequence[tuple[LogTopic, int]]:
        return self._real.assigned()

    def close(self) -> None:
        self._real.close()


class DoomedWriter(LogWriter):
    def __init__(self, real: LogWriter, fate: Fate) -> None:
        self._real = real
        self._fate = fate

    def append(
        self,
        topic: LogTopic,
        key: str,
        value: bytes | None,
        at: datetime | None = None,
    ) -> None:
        self._real.append(topic, key, value, at)

    def flush(self) -> None:
        self._fate.meet(Point.APPENDED)
        self._real.flush()

    def close(self) -> None:
        self._real.close()


class DoomedLog(EventLog):
    def __init__(self, real: EventLog, fate: Fate) -> None:
        self._real = real
        self._fate = fate
        self.capabilities = real.capabilities

    def writer(self) -> LogWriter:
        return DoomedWriter(self._real.writer(), self._fate)

    def reader(self, group: str, topics: Sequence[LogTopic]) -> LogReader:
        return DoomedReader(self._real.reader(group, topics), self._fate)

    def lag(self, group: str, topics: Sequence[LogTopic]) -> Sequence[Lag]:
        return self._real.lag(group, topics)

    def ends(self, topic: LogTopic) -> Mapping[int, int]:
        return self._real.ends(topic)

    def read(
        self, topic: LogTopic, partition: int, offset: int, limit: int
    ) -> Sequence[Record]:
        return self._real.read(topic, partition, offset, limit)

    def compact(self, topic: LogTopic) -> int:
        return self._real.compact(topic)

    def trim(self, topic: LogTopic, before: datetime) -> int:
        return self._real.trim(topic, before)

    def size_bytes(self, topic: LogTopic) -> int:
        return self._real.size_bytes(topic)

    def close(self) -> None:
        self._real.close()


def run(point: Point, count: int, command: Sequence[str]) -> None:
    """Run the command; it is dead afterwards, or never came to the point."""
    fate = Fate(point, count)
    build = bootstrap.build_log

    def build_doomed(settings: Settings) -> EventLog:
        return DoomedLog(build(settings), fate)

    bootstrap.build_log = build_doomed
    sys.argv = ["minhtin", *command]
    main()


if __name__ == "__main__":
    run(Point(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
