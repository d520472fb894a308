"""A process that a test may kill and start again on the same folder and port."""

import os
import random
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

READY_SECONDS = 120.0
STOP_SECONDS = 30.0
COMMAND_SECONDS = 120.0
TAIL = 3000
"""Characters of a log that are shown when something does not start."""

PORTS = range(20000, 32000)
"""Below those that the kernel gives to outgoing connections. From among them, another
process could take the port of a node that is down, and a client that tries it over and
over could be connected to itself."""

_STARTER = ThreadPoolExecutor(1, "engines")
"""Private nodes die with the thread that made them, so it must last as long as we."""


def free_port() -> int:
    """Return a port of loopback that nobody listens on at the moment."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def prepare(command: Sequence[str], folder: Path) -> None:
    """Run something to its end; raise with what it said when it failed."""
    ended = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=COMMAND_SECONDS, check=False,
    )  # fmt: skip
    if ended.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{ended.stdout[-TAIL:]}")


class Node(ABC):
    """One engine in one folder. `private` ones die with the process that made them."""

    name: str
    version: str
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, *, private: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log_path = folder / f"{self.name}.log"
        self._private = private
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None, f"{self.name} does not run"
        return self._process.pid

    @abstractmethod
    def command(self) -> list[str]:
        """Return what to start; called before each start."""

    @abstractmethod
    def answers(self) -> bool:
        """Return whether it does its work, and not just listens."""

    def as_owner(self) -> list[str]:
        """Return what to put before a command that must not run as root."""
        return []

    def start(self) -> Self:
        """Start and wait until it is ready; nothing runs when that fails."""
        if self._process is not None:
            return self
        self._process = _STARTER.submit(self._launch).result()
        try:
            self.wait_ready()
        except BaseException:  # Also when we are told to end meanwhile.
            self.kill()
            raise
        return self

    def _launch(self) -> subprocess.Popen[bytes]:
        # The guard comes last: the kernel forgets it when a process changes its owner.
        guard = ["setpriv", "--pdeathsig", "KILL"] if self._private else []
        with self.log_path.open("ab") as log:
            return subprocess.Popen(
                [*self.as_owner(), *guard, *self.command()],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return when it answers; raise with the end of its log when it does not."""
        process = self._process
        assert process is not None
        end = time.monotonic() + seconds
        while not self.answers():
            if process.poll() is not None or time.monotonic() > end:
                said = self.log_path.read_text(errors="replace")[-TAIL:]
                raise RuntimeError(f"{self.name} did not start:\n{said}")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL, as when the machine loses power."""
        self._end(subprocess.Popen.kill)

    def stop(self) -> None:
        """Stop in order; kill when that takes too long."""
        self._end(lambda process: process.send_signal(self.stop_signal))

    def restart(self) -> None:
        """Stop in order and start again."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: Callable[[subprocess.Popen[bytes]], None]) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        how(process)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
