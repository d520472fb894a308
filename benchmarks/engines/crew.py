"""Workers and indexers as real processes of the `minhtin` command."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.engines.backs import Back, cpu_seconds
from wiring.settings import PREFIX

START_SECONDS = 90.0
"""Until a process has loaded its models on a busy machine."""

STOP_SECONDS = 30.0
COUNT = re.compile(r'^minhtin_records_total\{step="\w+"\} (\S+)$', re.MULTILINE)


LOOK_SECONDS = 0.1
"""Between looks: each asks the log, and takes CPU from what is measured."""


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for a condition; return how long that took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


@dataclass(slots=True)
class Member:
    """One process; its Prometheus page says when it is ready and what it did."""

    step: str
    process: subprocess.Popen[bytes]
    metrics_port: int
    log: Path

    def page(self) -> str:
        """Return the metrics, or nothing while they cannot be had."""
        try:
            asked = http.client.HTTPConnection(
                "127.0.0.1", self.metrics_port, timeout=2
            )
            asked.request("GET", "/metrics")
            return asked.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return ""

    def records(self) -> int:
        """Return how many records it has processed and committed."""
        found = COUNT.search(self.page())
        return int(float(found.group(1))) if found else 0

    def ready(self) -> bool:
        """Whether its models are loaded. Raises when it died."""
        if self.process.poll() is not None:
            tail = self.log.read_text(encoding="utf-8")[-2000:]
            raise RuntimeError(f"{self.step} ended: {tail}")
        return bool(self.page())

    def cpu(self) -> float:
        """Return its CPU seconds so far."""
        return cpu_seconds(self.process.pid)

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(STOP_SECONDS)


@dataclass(slots=True)
class Crew:
    """The processes of one installation; all end with it."""

    back: Back
    members: list[Member] = field(default_factory=list)

    def start(self, step: str, *, wait: bool = True) -> Member:
        """Start `worker` or `indexer`."""
        port = free_port()
        log = self.back.home / f"{step}-{port}.log"
        environment = {
            **self.back.process_environment(),
            PREFIX + "METRICS_PORT": str(port),
        }
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", step],
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        member = Member(step, process, port, log)
        self.members.append(member)
        if wait:
            self.await_ready()
        return member

    def await_ready(self) -> None:
        """Wait until all have loaded."""
        for member in self.alive():
            wait_until(member.ready, START_SECONDS, f"{member.step} starts")

    def alive(self, step: str = "") -> list[Member]:
        """Return those that run."""
        return [
            member
            for member in self.members
            if member.process.poll() is None and step in {"", member.step}
        ]

    def cpu(self, step: str) -> float:
        """Return the CPU seconds of all of a step that run."""
        return sum(member.cpu() for member in self.alive(step))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for member in self.alive():
            member.process.terminate()
        for member in self.members:
            try:
                member.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                member.process.kill()
                member.process.wait(STOP_SECONDS)


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
