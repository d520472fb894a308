"""What the drills share: a line on engines, somebody who writes, somebody who looks."""

import json
import secrets
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from casework.model import Account
from casework.service import Casework
from domain.errors import MinhTinError, NotFoundError, RetryLaterError
from domain.events import PostRevised, PostSeen
from domain.labels import Role
from e2e.console_world import PASSWORD
from eventlog.codec import encode_event
from eventlog.port import EventLog, LogTopic, LogWriter
from integration.line_support import ROOT, Line, lines_of, local_post
from integration.line_support import until as until_often
from searchindex.port import Order, Search
from support_postgres.places import database
from support_search import drop, options
from wiring import bootstrap

LEASE_SECONDS = 6
"""The least that brokers allow unless they are set up for less."""

PATIENCE = 120.0
LOOK_SECONDS = 0.25
"""Between looks at stores and logs: more often takes the processor from the line."""

LARGEST_PAGE = 1000
STEPS = (
    ("worker", (LogTopic.POSTS,)),
    ("indexer", (LogTopic.ANALYSES, LogTopic.REVIEWS)),
)
PATH = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
Event = PostSeen | PostRevised


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Addresses; an empty one stands for the embedded store."""

    kafka: str = ""
    search: str = ""
    search_engine: str = "elasticsearch"
    postgres: str = ""


@contextmanager
def line_on(home: Path, engines: Engines, **extra: object) -> Iterator[Line]:
    """Give an installation on engines; what it made there is removed afterwards."""
    name = f"t{secrets.token_hex(6)}"
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as afterwards:
        settings: dict[str, object] = {"BATCH_SIZE": 8, "LEASE_SECONDS": LEASE_SECONDS}
        if engines.kafka:
            settings |= {
                "LOG_URL": f"kafka://{engines.kafka}",
                "LOG_TOPIC_PREFIX": f"{name}.",
                "LOG_REPLICATION": 1,
                "LOG_PARTITIONS": 2,
            }
            afterwards.callback(_drop_topics, engines.kafka, f"{name}.")
        if engines.search:
            settings |= {
                "SEARCH_URL": engines.search,
                "SEARCH_ENGINE": engines.search_engine,
                "SEARCH_PREFIX": name,
                "SEARCH_REPLICAS": 0,
                "SEARCH_TIMEOUT_SECONDS": 5,
            }
            of = options(engines.search, engines.search_engine, name)
            afterwards.callback(_calmly, drop, of)
        if engines.postgres:
            url = afterwards.enter_context(database(engines.postgres))
            settings["DATABASE_URL"] = url
        given = {key: str(value) for key, value in (settings | extra).items()}
        line = Line(home, given, logs=home)
        if engines.kafka:
            line.done("topics", "ensure")
        yield line


def _drop_topics(address: str, prefix: str) -> None:
    from kafka import KafkaAdminClient

    def drop_all() -> None:
        admin = KafkaAdminClient(bootstrap_servers=[address])
        admin.delete_topics([f"{prefix}{topic}" for topic in LogTopic])
        admin.close()

    _calmly(drop_all)


def _calmly(act: Callable[..., object], *arguments: object) -> None:
    """Clear up, unless the engine has gone: then its data goes with it."""
    with suppress(Exception):
        act(*arguments)


class Writer:
    """Writes post events as a crawler does: the same again until acknowledged.

    Some seconds of `events` at `rate` a second, from a thread of its own.
    """

    def __init__(self, line: Line, events: Sequence[Event], rate: float) -> None:
        self._events = events
        self._log = bootstrap.build_log(line.settings)
        self._pause = 1 / rate
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.waited = 0
        self.written = 0
        self.fault = ""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(PATIENCE)
        self._log.close()

    def finished(self) -> bool:
        """Whether every event was acknowledged."""
        assert not self.fault, self.fault
        return self.written == len(self._events)

    def _run(self) -> None:
        try:
            with self._log.writer() as writer:
                for event in self._events:
                    while not self._acknowledged(writer, event):
                        self.waited += 1
                        if self._stopping.wait(0.2):
                            return
                    self.written += 1
                    self._stopping.wait(self._pause)
        except MinhTinError as error:
            self.fault = f"{type(error).__name__}: {error}"

    def _acknowledged(self, writer: LogWriter, event: Event) -> bool:
        try:
            writer.append(LogTopic.POSTS, event.post.id, encode_event(event))
            writer.flush()
        except RetryLaterError:
            return False
        return True


class Watch:
    """Looks at the index all the time and notes what must never be seen.

    That is a revision older than one seen before, a post twice, and a post gone that
    was there before. An index that does not answer is no fault.
    """

    def __init__(self, line: Line) -> None:
        self._index = bootstrap.build_index(line.settings)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen: dict[str, int] = {}
        self.faults: list[str] = []
        self.looks = 0
        self.unanswered = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(PATIENCE)
        self._index.close()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self._look()
            except (RetryLaterError, NotFoundError):
                self.unanswered += 1
            except Exception as error:  # noqa: BLE001 - a thread's error must reach the test
                self.faults.append(f"{type(error).__name__}: {error}")
                return

    def _look(self) -> None:
        search = Search(order=Order.NEWEST, size=LARGEST_PAGE)
        hits = self._index.reader().search(search).hits
        posts = [
            (str(hit.document.post.id), hit.document.post.revision) for hit in hits
        ]
        shown = dict(posts)
        if len(shown) < len(posts):
            self.faults.append("a post was found twice")
        for post, revision in self.seen.items():
            if shown.get(post, 0) < revision:
                self.faults.append(f"{post}: {revision}, then {shown.get(post)}")
        self.seen |= shown
        self.looks += 1


@contextmanager
def running(
    line: Line, *names: str, **environment: str
) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    """Run commands; they must live until they are told to stop, and then end well."""
    started = {name: line.start(name, **environment) for name in names}
    try:
        yield started
        dead = [name for name, process in started.items() if process.poll() is not None]
        assert not dead, f"{dead} ended: {line.said(dead[0])[-3000:]}"
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        for name, process in started.items():
            # The console's server ends by the signal that it was told to end by.
            assert process.wait(60) in {0, -signal.SIGTERM}, line.said(name)[-3000:]
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def doomed(
    line: Line, command: str, point: str, count: int
) -> "subprocess.Popen[bytes]":
    """Start a command that kills itself at the `count`-th meeting with `point`."""
    program = (sys.executable, "-m", "engines.doomed", point, str(count))
    return line.start_program(program, command, **PATH)


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until it is true, without looking too often."""
    until_often(true, seconds, LOOK_SECONDS)


def add_analyst(casework: Casework, name: str = "lan") -> Account:
    """Make an account that may decide; its password is the console tests'."""
    return casework.create_account(
        "cli",
        name=name,
        display="Lò Thị Lan",
        role=Role.ANALYST,
        password=PASSWORD,
        must_change=False,
    )


def behind(log: EventLog, step: str) -> int:
    """Return how far a step is behind; while the log does not answer, very far."""
    topics = dict(STEPS)[step]
    try:
        return sum(lag.behind for lag in log.lag(step, topics))
    except RetryLaterError:
        return sys.maxsize


def caught_up(line: Line, *, steps: Sequence[str] = ("worker", "indexer")) -> None:
    """Wait until steps that run have read everything."""
    with line.log() as log:
        for step in steps:
            until(lambda step=step: behind(log, step) == 0)


def last_revisions(events: Sequence[Event]) -> dict[str, int]:
    """Return what must be found: each post with its last revision."""
    wanted: dict[str, int] = {}
    for event in events:
        wanted[event.post.id] = max(event.post.revision, wanted.get(event.post.id, 0))
    return wanted


def prove(line: Line, wanted: Mapping[str, int], watch: Watch | None = None) -> None:
    """Every post is found exactly once, in its last revision, and nothing waits."""
    found = line.found()
    times, once = Counter(row["id"] for row in found), Counter(list(wanted))
    assert times == once, f"missing {once - times}, too many {times - once}"
    for row in found:
        number = int(row["id"].removeprefix("thu:"))
        last = local_post(number, wanted[row["id"]])
        assert (row["revision"], row["text"]) == (last.revision, last.text)
    assert lines_of(line.done("rejected", "list", "--json")) == []
    assert all(row["behind"] == 0 for row in lines_of(line.done("lag", "--json")))
    if watch is not None:
        assert watch.faults == []
        assert watch.looks > 0


def said_events(line: Line, name: str) -> Counter[str]:
    """Count the structured log's events of a command."""
    counted: Counter[str] = Counter()
    for text in line.said(name).splitlines():
        with suppress(json.JSONDecodeError):
            counted[json.loads(text)["event"]] += 1
    return counted
