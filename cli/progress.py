"""Progress of long work on stderr: a live line at a terminal, else a line a minute."""

import sys
import time
from types import TracebackType
from typing import Self

import structlog
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipeline.runner import Outcome

EVERY_SECONDS = 60.0


class Rates:
    """Counts records and says how many a second."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._done = 0
        self._started = time.monotonic()
        self._said = self._started
        self._said_at = 0
        self._bar: Progress | None = None
        if sys.stderr.isatty():
            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task(name)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def batch(self, count: int, _: Outcome) -> None:
        """Count a committed batch."""
        self.add(count)

    def total(self, done: int) -> None:
        """Set the count to `done`."""
        self.add(done - self._done)

    def add(self, count: int) -> None:
        """Count records done."""
        self._done += count
        now = time.monotonic()
        if self._bar:
            rate = self._done / max(0.001, now - self._started)
            text = f"{self._name}: {self._done:,} ({rate:,.0f}/s)"
            self._bar.update(self._task, description=text)
        elif now - self._said >= EVERY_SECONDS:
            rate = (self._done - self._said_at) / (now - self._said)
            structlog.get_logger().info(
                "progress", step=self._name, done=self._done, per_second=round(rate, 1)
            )
            self._said, self._said_at = now, self._done
