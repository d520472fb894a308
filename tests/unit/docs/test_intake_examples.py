"""The sender's examples of `docs/intake.md` run as they stand, over real HTTP."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from crawlers.deps import CrawlDeps
from crawlers.frontier.memory import MemoryFrontier
from crawlers.reports import ReportDesk
from domain.clock import SystemClock
from e2e.console_world import SECRET, world
from eventlog.port import LogTopic
from intake.webhook import reports_of
from ui import webhook
from ui.context import ConsoleContext, IntakeDoor
from ui.guard import SessionGuard

PAGE = Path(__file__).parents[3] / "docs" / "intake.md"


def example(language: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ConsoleContext:
    from dataclasses import replace

    made = world(tmp_path_factory.mktemp("world"), SystemClock())
    deps = CrawlDeps(
        event_log=made.log,
        evidence=made.evidence,
        frontier=MemoryFrontier(),
        clock=SystemClock(),
        pseudonym_key=b"k",
        user_agent="local",
    )
    door = IntakeDoor(
        take=ReportDesk(deps),
        secrets={"hien-truong": SECRET},
        channels=lambda: {"hien-truong": "Phản ánh hiện trường"},
    )
    return replace(made, intake=door)


@pytest.fixture(scope="module")
def address(context: ConsoleContext) -> Iterator[str]:
    app = Starlette(
        routes=webhook.routes(context),
        middleware=[Middleware(SessionGuard, context=context)],
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and time.monotonic() < end:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize(
    ("language", "words", "native"),
    [
        ("python", [sys.executable, "-c"], "PA-1"),
        ("sh", ["sh", "-c"], "PA-2"),
    ],
)
def test_the_examples_are_taken_in(
    address: str, context: ConsoleContext, language: str, words: list[str], native: str
) -> None:
    if language == "sh" and not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("no curl or openssl here")
    before = sum(context.log.ends(LogTopic.POSTS).values())
    done = subprocess.run(
        [*words, example(language)],
        env={**os.environ, "SECRET": SECRET, "SERVER": address},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    (told,) = json.loads(done.stdout)["reports"]
    assert told["id"] == native
    assert told["known"] is False
    assert sum(context.log.ends(LogTopic.POSTS).values()) == before + 1


def test_the_body_shown_is_one_that_is_taken() -> None:
    body = json.loads(example("json"))
    body["reports"][0].pop("attachments")
    (report,) = reports_of(
        json.dumps(body).encode(),
        "hien-truong",  # type: ignore[arg-type]
        "Phản ánh",
        SystemClock().now(),
    )
    assert report.native == "PA-2026-0001"


def test_the_secret_travels_in_no_line_of_the_examples() -> None:
    assert SECRET not in PAGE.read_text(encoding="utf-8")
