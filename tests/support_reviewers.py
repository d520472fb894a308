"""Reviewers in several processes who clear one queue, each post once or it is seen."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.assignment import Offer
from casework.model import Account, Decision
from casework.policy import SignInPolicy
from casework.service import Casework
from domain.clock import SystemClock
from domain.errors import MinhTinError
from domain.ids import PostId
from domain.labels import Role, Verdict
from domain.review import ReviewState

WINDOW = 60
"""Posts offered at once, as the desk does; all start at the head of one queue."""

PLACES = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
PROGRAM = f"""
import sys
sys.path[:0] = {PLACES!r}
from support_reviewers import shift
shift(*sys.argv[1:])
"""


def encode(state: ReviewState) -> bytes:
    return f"{state.post_id} {state.version}".encode()


def opened(url: str) -> Casework:
    policy = SignInPolicy(hash_time_cost=1, hash_memory_kib=32)
    return Casework(SqlCaseworkStore(url), SystemClock(), encode, policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """How a queue was cleared: what was given to two, lost or refused; seconds."""

    decided: int
    collisions: int
    lost: int
    errors: tuple[str, ...]
    audit_sound: bool
    seconds: float


class Reviewer:
    """One person: claims, decides on what was claimed, until nothing waits."""

    def __init__(self, office: Casework, account: Account, posts: int) -> None:
        self._office, self._account = office, account
        self._left = [PostId(f"p:{n}") for n in range(posts)]
        self.given: list[PostId] = []
        self.errors: list[str] = []

    def work(self) -> None:
        rest = threading.Event()
        while self._left and not self.errors:
            try:
                if not self._one():
                    rest.wait(0.01)
            except MinhTinError as error:
                self.errors.append(f"{type(error).__name__}: {error}")

    def _one(self) -> bool:
        offers = [Offer(post_id=post, revision=1) for post in self._left[:WINDOW]]
        made = self._office.claim(self._account, offers)
        for post in made.settled:
            self._left.remove(post)
        if made.post_id is None:
            return False
        self.given.append(made.post_id)
        decision = Decision(post_id=made.post_id, revision=1, verdict=Verdict.NO_ISSUE)
        self._office.decide(self._account, decision, seen=0)
        self._left.remove(made.post_id)
        return True


def shift(url: str, names: str, posts: str) -> None:
    """Let the named reviewers work in threads of this process; print what happened."""
    office = opened(url)
    accounts = {account.name: account for account in office.accounts()}
    reviewers = [
        Reviewer(office, accounts[name], int(posts)) for name in names.split(",")
    ]
    threads = [threading.Thread(target=one.work) for one in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.close()
    told = {
        "given": [post for one in reviewers for post in one.given],
        "errors": [error for one in reviewers for error in one.errors],
    }
    sys.stdout.write(json.dumps(told))


def clear(url: str, *, reviewers: int, posts: int, processes: int = 2) -> Cleared:
    """Clear a queue of an empty database by that many people at once."""
    office = opened(url)
    names = [f"can-bo-{n}" for n in range(reviewers)]
    for name in names:
        office.create_account(
            "cli", name=name, display=name, role=Role.ANALYST,
            password="suối nậm rốm trong",
        )  # fmt: skip
    started = time.monotonic()
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, url, ",".join(names[n::processes]),
             str(posts)],
            stdout=subprocess.PIPE,
        )
        for n in range(processes)
    ]  # fmt: skip
    told = [json.loads(program.communicate()[0]) for program in programs]
    seconds = time.monotonic() - started
    given = Counter(post for one in told for post in one["given"])
    kept = Counter(
        row.decision.post_id
        for row in office.decisions_since(datetime(2000, 1, 1, tzinfo=UTC))
    )
    sound = office.verify_audit().sound
    office.close()
    wanted = {f"p:{n}" for n in range(posts)}
    return Cleared(
        decided=len(kept),
        collisions=sum(n - 1 for n in (given | kept).values()),
        lost=len(wanted - set(kept)),
        errors=tuple(error for one in told for error in one["errors"]),
        audit_sound=sound,
        seconds=seconds,
    )
