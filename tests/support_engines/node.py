"""A process that a test may kill and start again on the same folder and port."""

import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

READY_SECONDS = 120.0
STOP_SECONDS = 30.0


def free_port() -> int:
    """Return a port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Node(ABC):
    """One engine in one folder. `private` ones die with the process that made them."""

    name: str
    version: str

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

    def start(self) -> Self:
        """Start and wait until it is ready."""
        if self._process is not None:
            return self
        guard = ["setpriv", "--pdeathsig", "KILL"] if self._private else []
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*guard, *self.command()],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_ready()
        return self

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return when it answers; raise with the end of its log when it does not."""
        process = self._process
        assert process is not None
        end = time.monotonic() + seconds
        while not self.answers():
            if process.poll() is not None or time.monotonic() > end:
                self.kill()
                said = self.log_path.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"{self.name} did not start:\n{said}")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL, as when the machine loses power."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop in order; kill when that takes too long."""
        self._end(signal.SIGTERM)

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

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
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
