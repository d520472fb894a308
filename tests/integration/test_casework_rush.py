"""Many threads of several processes decide at once."""

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.model import Decision
from casework.policy import SignInPolicy
from casework.service import Casework
from domain.clock import SystemClock
from domain.errors import RetryLaterError
from domain.ids import PostId
from domain.labels import Role, Verdict
from domain.review import ReviewState

THREADS, EACH, POSTS = 20, 10, 7
TRIES = 5
PASSWORD = "suối nậm rốm trong"

PROGRAM = """
import sys
from test_casework_rush import rush
rush(sys.argv[1])
"""


def encode(state: ReviewState) -> bytes:
    return f"{state.post_id} {state.version}".encode()


def opened(url: str) -> Casework:
    policy = SignInPolicy(hash_time_cost=1, hash_memory_kib=32)
    return Casework(SqlCaseworkStore(url), SystemClock(), encode, policy)


def insist(act: Callable[[], object]) -> None:
    """Act again after a refusal, as callers must: a busy machine may take too long.

    What was refused must have left nothing behind; the counts show it.
    """
    for _ in range(TRIES - 1):
        with suppress(RetryLaterError):
            act()
            return
    act()


def rush(url: str) -> None:
    """Decide and undo on a few posts from many threads; raises what they raised."""
    office = opened(url)
    (an,) = office.accounts()
    errors: list[Exception] = []

    def work(seed: int) -> None:
        try:
            for n in range(EACH):
                post = PostId(f"p:{(seed + n) % POSTS}")
                decision = Decision(post_id=post, revision=1, verdict=Verdict.NO_ISSUE)
                insist(partial(office.look_at, an, post))
                insist(partial(office.decide, an, decision))
                if n % 5 == 4:
                    insist(partial(office.undo, an))
        except Exception as error:  # noqa: BLE001 - shown by the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.close()
    if errors:
        raise errors[0]


def test_nothing_is_lost_doubled_or_locked_out(tmp_path: Path) -> None:
    check_a_rush(f"sqlite:///{tmp_path / 'casework.sqlite'}")


def check_a_rush(url: str) -> None:
    """Let two programs rush on an empty database, then count."""
    office = opened(url)
    office.create_account(
        "cli", name="an", display="An", role=Role.ANALYST, password=PASSWORD
    )
    here = str(Path(__file__).parent)
    code = f"import sys; sys.path.insert(0, {here!r})\n{PROGRAM}"
    programs = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(2)]
    assert [program.wait(150) for program in programs] == [0, 0]

    decisions, undos = 2 * THREADS * EACH, 2 * THREADS * (EACH // 5)
    posts = [PostId(f"p:{n}") for n in range(POSTS)]
    history = [row for post in posts for row in office.history(post)]
    assert len(history) == decisions + undos
    undone = [row.undoes for row in history if row.undoes is not None]
    assert len(set(undone)) == len(undone) == undos
    versions = sum(state.version for state in office.latest(posts).values())
    assert versions == decisions + undos
    sent = [row.value for row in office.outbox(10_000)]
    assert len(set(sent)) == len(sent) == decisions + undos
    check = office.verify_audit()
    assert check.sound
    assert check.rows == 1 + decisions + undos
    office.close()
