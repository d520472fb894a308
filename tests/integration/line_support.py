"""An installation in a folder of its own, driven by the real command."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from classifier.artefact import load
from domain.errors import ConfigurationError
from domain.events import PostRevised, PostSeen
from domain.ids import PostId, SourceId
from domain.labels import PostKind
from domain.post import Post
from domain.profile import SourceSpec
from eventlog.codec import decode_event, encode_event
from eventlog.port import EventLog, LogTopic, Record
from wiring import bootstrap
from wiring.settings import Settings, default_models_dir, load_settings
from wiring.sources import save_source

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "cli.main")
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SMALL_WORDS = """
đường chợ mưa nắng trường học cầu suối nương lúa ngô trâu xe buýt hội hoa ban khách
bản làng điện nước sóng giá rau cơm thuốc thầy cô bạn trẻ già xuân hè
"""
Rows = list[dict[str, Any]]


def live_models(folder: Path) -> Path:
    """Return the installation's model, or one trained into `folder`."""
    shipped = default_models_dir() / "dien-bien"
    try:
        load(shipped)
    except ConfigurationError:
        line = Line(folder / "home")
        line.done("train", "--out", str(folder / "models"), seconds=170)
        return folder / "models"
    return shipped


@dataclass
class Line:
    """Runs commands on one home; `extra` are settings without their prefix.

    What started commands say is kept in files of `logs`, where that is given.
    """

    home: Path
    extra: dict[str, str] = field(default_factory=dict)
    logs: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        # Whether a post is drawn for a second review hangs on its id: a port, here.
        ours = {"HOME": str(self.home), "SECRET_KEY": "khoa thu"}
        ours |= {"SECOND_REVIEW_SHARE": "0", **self.extra}
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MINHTIN_")}
        named = {f"MINHTIN_{name}": value for name, value in ours.items()}
        return {**clean, "PYTHONPATH": str(ROOT), **named}

    @property
    def settings(self) -> Settings:
        return load_settings(self.environment)

    def run(
        self, *arguments: str, said: str = "", seconds: float = 90
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever it ends with."""
        return subprocess.run(
            [*COMMAND, *arguments],
            input=said,
            capture_output=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
            env=self.environment,
        )

    def done(self, *arguments: str, seconds: float = 90) -> str:
        """Run a command that must succeed; return its standard output."""
        ended = self.run(*arguments, seconds=seconds)
        assert ended.returncode == 0, ended.stderr[-4000:]
        return ended.stdout

    def settle(self) -> None:
        """Bring what is in the log through to the index."""
        self.done("worker", "--until-idle")
        self.done("indexer", "--until-idle")

    @contextmanager
    def log(self) -> Iterator[EventLog]:
        self.home.mkdir(parents=True, exist_ok=True)
        log = bootstrap.build_log(self.settings)
        try:
            yield log
        finally:
            log.close()

    def put(self, events: Sequence[PostSeen | PostRevised]) -> None:
        """Write post events as a crawler would."""
        with self.log() as log, log.writer() as writer:
            for event in events:
                writer.append(LogTopic.POSTS, event.post.id, encode_event(event))

    def read(self, topic: LogTopic) -> list[Any]:
        """Return all events of a topic, without tombstones."""
        with self.log() as log:
            return [decode_event(row.value) for row in records(log, topic) if row.value]

    def found(self, query: str = "") -> Rows:
        """Return everything that a search finds, page after page."""
        rows: Rows = []
        after = ""
        while True:
            ended = self.run(
                *("search", query, "--json", "--order", "newest"),
                *("--size", "1000", "--after", after),
            )
            assert ended.returncode == 0, ended.stderr
            rows += lines_of(ended.stdout)
            _, mark, after = ended.stderr.partition("next page: --after ")
            if not mark:
                return rows
            after = after.strip()

    def add_source(self, name: str, kind: str, url: str, **more: Any) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        spec = SourceSpec(id=SourceId(name), name=name, kind=kind, url=url, **more)
        save_source(bootstrap.build_casework(self.settings), "test", spec)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        """Start a command and go on without it."""
        return self.start_program(COMMAND, *arguments, **environment)

    def start_program(
        self, program: Sequence[str], *arguments: str, **environment: str
    ) -> "subprocess.Popen[bytes]":
        """Start another program with the installation's settings."""
        path = os.devnull if self.logs is None else self.logs / f"{arguments[0]}.log"
        with Path(path).open("ab") as said:
            return subprocess.Popen(
                [*program, *arguments],
                env=self.environment | environment,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    def said(self, name: str) -> str:
        """Return what commands of that name have said so far."""
        if self.logs is None or not (self.logs / f"{name}.log").exists():
            return ""
        return (self.logs / f"{name}.log").read_text(encoding="utf-8")

    def kill(
        self, arguments: Sequence[str], ripe: Callable[[], bool], later: float
    ) -> None:
        """Start a command and kill it `later` seconds after `ripe`, or it ends."""
        kill_when(self.start(*arguments), ripe, later)


def kill_when(
    process: "subprocess.Popen[bytes]", ripe: Callable[[], bool], later: float
) -> None:
    """Send SIGKILL `later` seconds after `ripe`."""
    try:
        until(lambda: process.poll() is not None or ripe(), 60)
        with suppress(subprocess.TimeoutExpired):
            process.wait(later)
    finally:
        process.kill()
        process.wait()


def records(log: EventLog, topic: LogTopic) -> Iterator[Record]:
    for partition, end in log.ends(topic).items():
        offset = 0
        while offset < end and (rows := log.read(topic, partition, offset, 500)):
            yield from rows
            offset = rows[-1].offset + 1


def until(true: Callable[[], object], seconds: float, every: float = 0.005) -> None:
    """Look again and again until it is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(every)


def lines_of(text: str) -> Rows:
    return [json.loads(line) for line in text.split("\n") if line]


def local_post(number: int, revision: int = 1) -> Post:
    """Return a short post about the province; its text tells its revision."""
    rng = random.Random(number * 10 + revision)
    words = rng.sample(SMALL_WORDS.split(), 6)
    return Post(
        id=PostId(f"thu:{number}"),
        revision=revision,
        source=SourceId("thu"),
        kind=PostKind.POST,
        url=f"http://127.0.0.1/{number}",
        fetched=START + timedelta(seconds=number),
        published=START + timedelta(seconds=number),
        title=f"Chuyện số {number}",
        text=f"Ở tỉnh Điện Biên, lần {revision}: {' '.join(words)} {number}.",
    )


def events_of(count: int, revised_each: int) -> list[PostSeen | PostRevised]:
    """Return `count` new posts, each `revised_each`-th of them revised later."""
    made: list[PostSeen | PostRevised] = []
    for number in range(count):
        made.append(PostSeen(post=local_post(number), trace=f"t{number}"))
        if number % revised_each == 0:
            again = local_post(number, revision=2)
            made.append(PostRevised(post=again, changed=("text",), trace=f"t{number}"))
    return made
