"""PostgreSQL is restarted, then killed, while people decide and the outbox is sent."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx
import pytest

from domain.ids import PostId
from domain.labels import Verdict
from e2e.console_world import PASSWORD
from e2e.serving import free_port
from engines.drill_support import (
    LOOK_SECONDS,
    PATIENCE,
    Engines,
    add_analyst,
    behind,
    caught_up,
    line_on,
    prove,
    running,
    said_events,
    until,
)
from integration.line_support import Line
from integration.test_line_kill import write_archive
from support_postgres.server import Server, private_server
from wiring import bootstrap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
POSTS = 60
PACE = 0.05
"""Seconds between decisions: all would be over before the database is stopped."""

VERDICTS = (Verdict.NO_ISSUE, Verdict.LEGITIMATE_CRITICISM, Verdict.INSUFFICIENT)


@pytest.fixture
def server() -> Iterator[Server]:
    with private_server() as started:
        yield started


class Analyst:
    """Decides on one post after the other over HTTP; presses again when refused."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=30)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._stopping = threading.Event()
        self.decided: dict[int, Verdict] = {}
        self.ids: list[int] = []
        self.refused: Counter[int] = Counter()

    def sign_in(self, name: str) -> None:
        self._client.get("/sign-in").raise_for_status()
        token = self._client.cookies["minhtin_form"]
        form = {"token": token, "name": name, "password": PASSWORD, "next": "/"}
        assert self._client.post("/sign-in", data=form).status_code == 303
        info = self._client.get("/api/session").raise_for_status().json()
        self._client.headers["X-CSRF-Token"] = info["csrf"]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(PATIENCE)
        self._client.close()

    def _run(self) -> None:
        for number in range(POSTS):
            while not self._decide(number, VERDICTS[number % len(VERDICTS)]):
                if self._stopping.wait(LOOK_SECONDS):
                    return
            self._stopping.wait(PACE)

    def _decide(self, number: int, verdict: Verdict) -> bool:
        wanted = {"post_id": f"thu:{number}", "revision": 1, "verdict": verdict.value}
        answer = self._client.post("/api/decisions", json=wanted)
        if answer.status_code != httpx.codes.OK:
            self.refused[answer.status_code] += 1
            return False
        self.decided[number] = verdict
        self.ids += answer.json()["ids"]
        return True


def test_decisions_outlive_restarts_of_the_database(
    tmp_path: Path, kafka_bootstrap: str, elasticsearch_url: str, server: Server
) -> None:
    engines = Engines(
        kafka=kafka_bootstrap, search=elasticsearch_url, postgres=server.url
    )
    port = free_port()
    with line_on(tmp_path, engines, PORT=port) as line:
        write_archive(line, range(POSTS))
        line.done("indexer", "--until-idle")
        casework = bootstrap.build_casework(line.settings)
        add_analyst(casework)
        casework.close()
        with (
            running(line, "console", "jobs", "indexer"),
            signed_in(f"http://127.0.0.1:{port}") as analyst,
        ):
            until(lambda: len(analyst.decided) > POSTS // 4)
            server.stop()
            until(lambda: analyst.refused)
            server.start()
            until(lambda: len(analyst.decided) > POSTS // 2)
            server.kill()
            until(lambda: said_events(line, "jobs")["job_waits"])
            server.start()
            until(lambda: len(analyst.decided) == POSTS)
            everything_is_sent(line)
            assert set(analyst.refused) == {httpx.codes.SERVICE_UNAVAILABLE}
            assert_each_decision_stands_once(line, analyst)
        assert "sound" in line.done("audit", "verify")
        prove(line, {f"thu:{number}": 1 for number in range(POSTS)})


@contextmanager
def signed_in(address: str) -> Iterator[Analyst]:
    analyst = Analyst(address)
    until(lambda: answers(address))
    analyst.sign_in("lan")
    with analyst:
        yield analyst


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def everything_is_sent(line: Line) -> None:
    casework = bootstrap.build_casework(line.settings)
    until(lambda: casework.outbox_size() == 0)
    casework.close()
    with line.log() as log:
        until(lambda: behind(log, "indexer") == 0)
    caught_up(line, steps=["indexer"])


def assert_each_decision_stands_once(line: Line, analyst: Analyst) -> None:
    """What the index shows is what was acknowledged and what casework says."""
    casework = bootstrap.build_casework(line.settings)
    index = bootstrap.build_index(line.settings)
    posts = [PostId(f"thu:{number}") for number in range(POSTS)]
    latest = casework.latest(posts)
    shown = index.reader().get(posts)
    for number, post in enumerate(posts):
        assert latest[post].verdict is analyst.decided[number]
        assert shown[post].review == latest[post]
        # A press that was refused may have been recorded; then the post has two rows,
        # and its version says so.
        assert latest[post].version == len(casework.history(post))
    kept = Counter(row.id for post in posts for row in casework.history(post))
    assert not set(analyst.ids) - set(kept)
    assert set(kept.values()) == {1}
    casework.close()
    index.close()
