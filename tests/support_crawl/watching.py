"""A crawler that watches, in a process of its own that a test may stop or kill."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from support_crawl.jobs import JOB, Said, environment


class Watch:
    """Runs from `with` to its end; what it says is read from a file."""

    def __init__(self, job: dict[str, Any], out: Path) -> None:
        self._job, self._out = {**job, "watch": True}, out

    def __enter__(self) -> Self:
        with (
            self._out.open("ab") as out,
            self._out.with_suffix(".log").open("ab") as err,
        ):
            self.program = subprocess.Popen(
                [sys.executable, str(JOB)], stdin=subprocess.PIPE, stdout=out,
                stderr=err, env=environment(),
            )  # fmt: skip
        assert self.program.stdin is not None
        self.program.stdin.write(json.dumps(self._job).encode())
        self.program.stdin.close()
        return self

    def __exit__(self, *_: object) -> None:
        self.program.kill()
        self.program.wait()

    def said(self, kind: str) -> Said:
        """Return the whole lines of a kind; a kill may leave a half one."""
        found = []
        for line in self._out.read_text(encoding="utf-8").split("\n"):
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return [line for line in found if line["say"] == kind]

    def log(self) -> str:
        return self._out.with_suffix(".log").read_text(encoding="utf-8")

    def until(self, true: Callable[[], object], seconds: float = 60) -> float:
        """Wait for something; return how long it took."""
        started = time.monotonic()
        while not true():
            waited = time.monotonic() - started
            assert waited < seconds, self.log()[-4000:]
            threading.Event().wait(0.02)
        return time.monotonic() - started

    def end(self) -> int:
        self.program.send_signal(signal.SIGTERM)
        return self.program.wait(30)
