"""What a measurement runs on: embedded stores, or the engines of `var/engines.json`.

Each run has its own home, topic prefix and index prefix, and removes them.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from eventlog.port import EventLog
from searchindex.port import SearchIndex
from wiring import bootstrap
from wiring.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ROOT / "var" / "engines.json"
PARTITIONS = 4
LEASE_SECONDS = 10
"""Session time of a killed worker: 6 s is the least that Kafka allows by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """One set of stores; `environment` is what every process of it is started with."""

    name: str
    home: Path
    environment: dict[str, str]
    pids: dict[str, int] = field(default_factory=dict)
    """Processes of the engines by role (`log`, `search`), to know what they cost."""

    def settings(self) -> Settings:
        """Return the settings that the processes have."""
        return load_settings(self.environment, home=self.home)

    def log(self) -> EventLog:
        """Open the log."""
        return bootstrap.build_log(self.settings())

    def index(self) -> SearchIndex:
        """Open the search index."""
        return bootstrap.build_index(self.settings())

    def process_environment(self) -> dict[str, str]:
        """Return the environment of a child process, without settings of others."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
        return {**own, **self.environment, PREFIX + "HOME": str(self.home)}

    def engine_cpu(self) -> dict[str, float]:
        """Return the CPU seconds that each engine has used so far."""
        return {role: cpu_seconds(pid) for role, pid in self.pids.items()}


def cpu_seconds(pid: int) -> float:
    """Return user and system seconds of a process; 0 when it is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


COMMON = {
    PREFIX + "LOG_PARTITIONS": str(PARTITIONS),
    PREFIX + "LEASE_SECONDS": str(LEASE_SECONDS),
    PREFIX + "LOG_LEVEL": "WARNING",
}


@contextmanager
def embedded() -> Iterator[Back]:
    """SQLite for log and search, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="minhtin-bench-") as folder:
        yield Back(name="SQLite", home=Path(folder), environment=dict(COMMON))


def engines(path: Path) -> dict[str, Any]:
    """Return what the launcher wrote down; empty when nothing runs."""
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@contextmanager
def on_engines(path: Path, search: str = "elasticsearch") -> Iterator[Back]:
    """Kafka for the log and `search` for the index; the engines must run."""
    known = engines(path)
    kafka, chosen = known["kafka"], known[search]
    mark = uuid4().hex[:8]
    settings = {
        "LOG_URL": f"kafka://{kafka['bootstrap']}",
        "LOG_TOPIC_PREFIX": f"bench-{mark}.",
        "LOG_REPLICATION": "1",
        "SEARCH_URL": chosen["url"],
        "SEARCH_ENGINE": search,
        "SEARCH_PREFIX": f"bench-{mark}",
        "SEARCH_SHARDS": "1",
        "SEARCH_REPLICAS": "0",
    }
    name = f"Kafka {kafka['version']} and {search.capitalize()} {chosen['version']}"
    roles = {"log": kafka.get("pid"), "search": chosen.get("pid")}
    with tempfile.TemporaryDirectory(prefix="minhtin-bench-") as folder:
        back = Back(
            name=name,
            home=Path(folder),
            environment={**COMMON, **{PREFIX + k: v for k, v in settings.items()}},
            pids={role: int(pid) for role, pid in roles.items() if pid},
        )
        try:
            log = back.log()
            log.ensure_topics()
            log.close()
            yield back
        finally:
            remove_topics(kafka["bootstrap"], f"bench-{mark}.")
            remove_indices(chosen["url"], f"bench-{mark}")


def remove_topics(bootstrap_server: str, prefix: str) -> None:
    """Delete the topics of a run."""
    from kafka.admin import KafkaAdminClient

    admin = KafkaAdminClient(bootstrap_servers=bootstrap_server)
    try:
        ours = [name for name in admin.list_topics() if name.startswith(prefix)]
        if ours:
            admin.delete_topics(ours)
    finally:
        admin.close()


Opening = Callable[[], AbstractContextManager[Back]]


def options(description: str | None, out: Path) -> argparse.ArgumentParser:
    """Return the options that every measurement on these stores has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--only", choices=("embedded", "engines"))
    parser.add_argument("--engines", type=Path, default=ENGINES, help="the launcher's")
    parser.add_argument("--out", type=Path, default=out)
    return parser


def openings(given: argparse.Namespace) -> dict[str, Opening]:
    """Return the stores to measure: embedded, then the engines where they run."""
    found: dict[str, Opening] = {"embedded": embedded}
    if engines(given.engines):
        found["engines"] = partial(on_engines, given.engines)
    elif given.only != "embedded":
        print(f"No engines are named in {given.engines}: `make engines` starts them.")
    return {name: how for name, how in found.items() if given.only in {None, name}}


def write(report: Mapping[str, object], out: Path) -> None:
    """Write figures; what was not measured this time stays as it was."""
    known = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**known, **report}, indent=1)
    out.write_text(text + "\n", encoding="utf-8")


def index_bytes(back: Back) -> int:
    """Return the bytes of the index on disk, without copies."""
    settings = back.settings()
    if not settings.search_url:
        files = settings.index_folder.rglob("*")
        return sum(path.stat().st_size for path in files if path.is_file())
    import httpx

    found = httpx.get(f"{settings.search_url}/{settings.search_prefix}*/_stats/store")
    return int(found.json()["_all"]["primaries"]["store"]["size_in_bytes"])


def remove_indices(url: str, prefix: str) -> None:
    """Delete the indices of a run."""
    import httpx

    # Named one by one: clusters may refuse to delete by pattern.
    found = httpx.get(f"{url}/_cat/indices/{prefix}*?format=json&h=index").json()
    for row in found:
        httpx.delete(f"{url}/{row['index']}")
