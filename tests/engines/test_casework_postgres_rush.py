"""Many people at once on PostgreSQL, also while the server falls and rises."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework.model import Account, Decision
from casework.service import Casework
from domain.errors import RetryLaterError
from domain.ids import PostId
from domain.labels import Role, Verdict
from integration import test_casework_rush, test_claims_rush, test_jobs_processes
from support_postgres.places import ask, database, on, until
from support_postgres.server import Server, private_server

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.slow


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with database(postgres_url) as url:
        yield url


@pytest.fixture
def server() -> Iterator[Server]:
    with private_server() as server:
        yield server


def test_nothing_is_lost_or_doubled_in_a_rush(url: str) -> None:
    test_casework_rush.check_a_rush(url)


def test_no_post_goes_to_two_reviewers(url: str) -> None:
    test_claims_rush.check_a_queue(url)


def test_two_schedulers_one_killed(url: str, tmp_path: Path) -> None:
    test_jobs_processes.check_two_schedulers(url, tmp_path)


class Rush:
    """Threads that decide, each attempt on a post of its own, whatever comes back."""

    def __init__(self, office: Casework, an: Account, threads: int = 8) -> None:
        self._office, self._an = office, an
        self._stopping = threading.Event()
        self.acknowledged: list[PostId] = []
        self.refused: list[PostId] = []
        self.other: list[Exception] = []
        self._threads = [
            threading.Thread(target=self._work, args=(n,)) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def _work(self, seed: int) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            post = PostId(f"p:{seed}-{number}")
            decision = Decision(post_id=post, revision=1, verdict=Verdict.NO_ISSUE)
            try:
                self._office.decide(self._an, decision)
            except RetryLaterError:
                self.refused.append(post)
                self._stopping.wait(0.05)
            except Exception as error:  # noqa: BLE001 - shown by the test
                self.other.append(error)
            else:
                self.acknowledged.append(post)

    def goes_on(self) -> None:
        """Wait for twenty more decisions."""
        now = len(self.acknowledged)
        until(lambda: len(self.acknowledged) >= now + 20 or self.other, 60)

    def end(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.parametrize("fall", ["kill", "stop"])
def test_every_acknowledged_decision_outlives_a_restart(
    server: Server, fall: str
) -> None:
    ask(server.url, "CREATE DATABASE office")
    url = on(server.url, "office")
    office = test_casework_rush.opened(url)
    an = office.create_account(
        "cli", name="an", display="An", role=Role.ANALYST, password="suối nậm rốm trong"
    )
    rush = Rush(office, an)
    try:
        for _ in range(2):
            rush.goes_on()
            getattr(server, fall)()
            until(lambda: rush.refused or rush.other, 30)
            server.start()
            rush.goes_on()
    finally:
        rush.end()
    assert rush.other == []
    kept = Counter(row.decision.post_id for row in office.decisions_since(LONG_AGO))
    assert set(kept.values()) == {1}
    assert set(rush.acknowledged) <= set(kept)
    # The answer to a commit may be lost with the server; nothing else may be there.
    assert set(kept) - set(rush.acknowledged) <= set(rush.refused)
    assert office.outbox_size() == len(kept)
    check = office.verify_audit()
    assert check.sound
    assert check.rows == 1 + len(kept)
    office.close()


FROZEN = """
import sys
from casework.adapters.sqlalchemy import SqlCaseworkStore
url = sys.argv[1] + "?options=-c%20idle_in_transaction_session_timeout%3D500"
with SqlCaseworkStore(url).write():
    print("in", flush=True)
    sys.stdin.read()
"""


def test_a_frozen_program_gives_the_turn_back(url: str) -> None:
    office = test_casework_rush.opened(url)
    program = subprocess.Popen(
        [sys.executable, "-c", FROZEN, url], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdout.readline() == b"in\n"
    program.send_signal(signal.SIGSTOP)
    try:
        office.record("cli", "x", "y", {})
    finally:
        program.kill()
        program.communicate()
    assert office.verify_audit().sound
    office.close()
