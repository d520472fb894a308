"""The engines that all tests share, and the file that says where they are."""

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from support_engines.kafka import KafkaNode
from support_engines.maven import UnavailableError, libraries
from support_engines.search import ElasticNode, OpenSearchNode
from support_postgres.server import BINARIES, Server

STATE = Path(__file__).resolve().parents[2] / "var" / "engines.json"
STOP_SECONDS = 30.0
State = dict[str, Any]


def start(console: Console) -> State:
    """Start what does not run yet; return where all is. Raises `UnavailableError`."""
    state = read()
    folder = Path(state.get("folder") or tempfile.mkdtemp(prefix="minhtin-engines-"))
    folder.chmod(0o755)
    state["folder"] = str(folder)
    for name, make in _MAKERS.items():
        if name in state and alive(state[name]):
            console.print(f"{name} {state[name]['version']} runs already")
            continue
        began = time.monotonic()
        with console.status(f"{name}: getting and starting it …"):
            shutil.rmtree(folder / name, ignore_errors=True)
            state[name] = make(folder / name)
            _write(state)
        took = time.monotonic() - began
        console.print(f"{name} {state[name]['version']} is ready ({took:.0f} s)")
    return state


def get(console: Console) -> None:
    """Download everything and start nothing. Raises `UnavailableError`."""
    for engine in ("kafka", "elasticsearch", "opensearch"):
        with console.status(f"{engine}: getting it …"):
            libraries(engine)


def stop(console: Console) -> None:
    """Stop all and remove their data."""
    state = read()
    for name in _MAKERS:
        if name in state and alive(state[name]):
            _end(name, state[name]["pid"])
            console.print(f"{name} stopped")
    if "folder" in state:
        shutil.rmtree(state["folder"], ignore_errors=True)
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
        return abs(psutil.Process(row["pid"]).create_time() - row["started"]) < 1
    except psutil.NoSuchProcess:
        return False


def _write(state: State) -> None:
    STATE.parent.mkdir(parents=True, exist_ok=True)
    part = STATE.with_suffix(".part")
    part.write_text(json.dumps(state, indent=1))
    part.replace(STATE)


def _row(pid: int, log: Path, **more: str) -> State:
    started = psutil.Process(pid).create_time()
    return {**more, "pid": pid, "started": started, "log": str(log)}


def _kafka(folder: Path) -> State:
    node = KafkaNode(folder, private=False).start()
    return _row(node.pid, node.log_path, version=node.version, bootstrap=node.bootstrap)


def _elasticsearch(folder: Path) -> State:
    node = ElasticNode(folder, private=False).start()
    return _row(node.pid, node.log_path, version=node.version, url=node.url)


def _opensearch(folder: Path) -> State:
    node = OpenSearchNode(folder, private=False).start()
    return _row(node.pid, node.log_path, version=node.version, url=node.url)


def _postgres(folder: Path) -> State:
    if not (BINARIES / "postgres").exists():
        raise UnavailableError("PostgreSQL 15 is missing (Debian's package postgresql)")
    server = Server(folder)
    server.start()
    pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    return _row(pid, folder / "server.log", version="15", url=server.url)


def _end(name: str, pid: int) -> None:
    # To PostgreSQL, SIGINT means: end the sessions and stop in order.
    number = signal.SIGINT if name == "postgres" else signal.SIGTERM
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    try:
        psutil.Process(pid).wait(STOP_SECONDS)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        os.kill(pid, signal.SIGKILL)


_MAKERS: Mapping[str, Callable[[Path], State]] = {
    "kafka": _kafka,
    "elasticsearch": _elasticsearch,
    "opensearch": _opensearch,
    "postgres": _postgres,
}
