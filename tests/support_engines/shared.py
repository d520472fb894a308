"""The engines that all tests share, and the file that says where they are."""

import fcntl
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from support_engines.kafka import KafkaNode
from support_engines.maven import Say, libraries
from support_engines.node import STOP_SECONDS, Node
from support_engines.postgres import PostgresNode, binaries
from support_engines.search import ElasticNode, OpenSearchNode

STATE = Path(__file__).resolve().parents[2] / "var" / "engines.json"
KINDS: tuple[type[KafkaNode | ElasticNode | OpenSearchNode | PostgresNode], ...] = (
    KafkaNode,
    ElasticNode,
    OpenSearchNode,
    PostgresNode,
)
BY_MAVEN = (KafkaNode, ElasticNode, OpenSearchNode)
PROGRAMS = {"java", "initdb", "postgres"}
State = dict[str, Any]


def get(console: Console) -> None:
    """Download everything and start nothing. Raises `UnavailableError`."""
    binaries()
    for kind in BY_MAVEN:
        with _step(console, kind.name, "is at hand") as say:
            libraries(kind.name, say)


def start(console: Console) -> State:
    """Start what does not run yet; return where all is. Raises `UnavailableError`.

    Told to end meanwhile, it leaves those that are ready and no other.
    """
    with _alone():
        get(console)
        state = read()
        state.setdefault("folder", tempfile.mkdtemp(prefix="minhtin-engines-"))
        folder = Path(state["folder"])
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        _write(state)
        for kind in KINDS:
            row = state.get(kind.name)
            if row and alive(row):
                console.print(f"{kind.name} {row['version']} runs already")
                continue
            with _step(console, kind.name, "is ready") as say:
                say("starting")
                state[kind.name] = _started(kind, folder / kind.name)
                _write(state)
        return state


def stop(console: Console) -> None:
    """Stop all and remove their data."""
    with _alone():
        state = read()
        for kind in KINDS:
            row = state.get(kind.name)
            if row and alive(row):
                _end(psutil.Process(row["pid"]), kind)
                console.print(f"{kind.name} stopped")
        if "folder" in state:
            _clear(Path(state["folder"]))
        STATE.unlink(missing_ok=True)


def read() -> State:
    """Return the state as it was written; empty where there is none."""
    try:
        found = json.loads(STATE.read_text())
    except FileNotFoundError:
        return {}
    return dict(found)


def alive(row: Mapping[str, Any]) -> bool:
    """Return whether the very process runs that was started."""
    try:
        began: float = psutil.Process(row["pid"]).create_time()
    except psutil.NoSuchProcess:
        return False
    return abs(began - float(row["started"])) < 1


def _started(kind: type[Node], folder: Path) -> State:
    _clear(folder)
    node = kind(folder, private=False).start()
    where = {
        key: getattr(node, key) for key in ("bootstrap", "url") if hasattr(node, key)
    }
    began = psutil.Process(node.pid).create_time()
    log = str(node.log_path)
    return {
        "version": node.version, **where, "pid": node.pid, "started": began, "log": log
    }  # fmt: skip


def _end(process: psutil.Process, kind: type[Node]) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(kind.stop_signal)
        try:
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()


def _clear(folder: Path) -> None:
    """Remove a folder, and what still works in it of a start that was killed."""
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            inside = Path(process.cwd()).is_relative_to(folder.resolve())
            if inside and process.name() in PROGRAMS:
                process.kill()
                left.append(process)
    psutil.wait_procs(left, STOP_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody else start or stop engines of this tree meanwhile."""
    STATE.parent.mkdir(parents=True, exist_ok=True)
    with STATE.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _step(console: Console, name: str, outcome: str) -> Iterator[Say]:
    """Show that one goes on, and say what came of it and how long it took."""
    began = time.monotonic()
    if not console.is_terminal:
        console.print(f"{name} …")
    with console.status(f"{name} …") as status:
        yield lambda text: status.update(
            f"{name}: {text} … ({time.monotonic() - began:.0f} s)"
        )
    console.print(f"{name} {outcome} ({time.monotonic() - began:.0f} s)")


def _write(state: State) -> None:
    part = STATE.with_suffix(".part")
    part.write_text(json.dumps(state, indent=1))
    part.replace(STATE)
