"""Two scheduler processes on one casework database; one is killed."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jobs.schedule import Every

PROGRAM = """
import os, signal, sys, threading
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from domain.clock import SystemClock
from eventlog.codec import encode_event
from jobs.schedule import CatchUp, Every, Job, Schedule
from jobs.scheduler import Scheduler

class Beat(Job):
    name = "beat"
    schedule = Schedule(
        when=Every(0.5), catch_up=CatchUp.EACH, lease_seconds=3, repeat_seconds=None
    )

    def run(self, now):
        out = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(out, f"{now.isoformat()} {sys.argv[3]}\\n".encode())
        os.close(out)
        return "beat"

stopping = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopping.set())
clock = SystemClock()
casework = Casework(SqlCaseworkStore(sys.argv[1]), clock, encode_event)
Scheduler([Beat()], casework, clock, sys.argv[3]).run(stopping)
casework.close()
"""

PATIENCE = 60.0
BEAT = timedelta(seconds=0.5)


def beats(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def wait_for(path: Path, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(beats(path)) < count:
        assert time.monotonic() < deadline, beats(path)
        threading.Event().wait(0.05)


@pytest.mark.slow
def test_each_due_time_runs_once_though_one_of_two_is_killed(tmp_path):
    check_two_schedulers(f"sqlite:///{tmp_path / 'casework.sqlite'}", tmp_path)


def check_two_schedulers(url: str, folder: Path) -> None:
    """Let two schedulers run on one database, kill the first, and count."""
    out = folder / "beats"

    def start(holder: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", PROGRAM, url, str(out), holder])

    first = start("a")
    wait_for(out, 1)
    second = start("b")
    wait_for(out, 12)
    first.send_signal(signal.SIGKILL)
    first.wait()
    at_kill = len(beats(out))
    wait_for(out, at_kill + 10)
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=PATIENCE) == 0

    dues = [line.split()[0] for line in beats(out)]
    twice = [due for due, count in Counter(dues).items() if count > 1]
    # Only the run that the kill cut short may be made again.
    assert len(twice) <= 1
    assert all(line.endswith(" b") for line in beats(out)[at_kill:])
    ran = sorted({datetime.fromisoformat(due) for due in dues})
    assert ran == list(Every(0.5).between(ran[0] - BEAT, ran[-1]))
