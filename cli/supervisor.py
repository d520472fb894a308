"""Starts and watches processes: restarts what dies, stops all when told to.

A child that dies is started again after a pause that doubles up to a minute while it
keeps dying soon after its start; a child that ran for a minute is forgiven.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
FORGIVEN_AFTER = 60.0
"""Seconds of running after which a death counts as the first again."""

STOP_SECONDS = 15.0
"""Time to finish a batch. Shorter repeats it after the next start, no more."""


@dataclass(slots=True)
class Child:
    """One watched process; `arguments` go to the `minhtin` command."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = 0.0
    deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """Keeps children running until `stopping` is set or a signal comes."""

    children: Sequence[Child]
    log_folder: Path
    environment: Mapping[str, str]
    on_death: Callable[[Child, int], None] | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Start all and watch; returns after all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        self.log_folder.mkdir(parents=True, exist_ok=True)
        try:
            while not self.stopping.wait(0.2):
                for child in self.children:
                    self._look_after(child)
        finally:
            self._stop_all()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        if now - child.started > FORGIVEN_AFTER:
            child.pause = FIRST_PAUSE
        child.process = None
        child.deaths += 1
        child.start_at = now + child.pause
        structlog.get_logger().warning(
            "process_died", name=child.name, code=code, restart_in=child.pause
        )
        child.pause = min(LONGEST_PAUSE, child.pause * 2)
        if self.on_death:
            self.on_death(child, code)

    def _start(self, child: Child) -> None:
        path = self.log_folder / f"{child.name}.log"
        with path.open("ab") as out:
            child.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "cli.main", *child.arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                start_new_session=True,
            )
        child.started = time.monotonic()

    def _stop_all(self) -> None:
        running = [c.process for c in self.children if c.process is not None]
        for process in running:
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
