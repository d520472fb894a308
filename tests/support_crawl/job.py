"""One crawl in a process of its own: a job as JSON on stdin, JSON lines on stdout.

Twisted's reactor starts once per process, so tests cannot crawl twice in theirs.
"""

import json
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from crawlers import addresses, crawling
from crawlers.check import check_source, discover_sources, propose_source
from crawlers.deps import Budget
from crawlers.frontier.port import Frontier
from crawlers.frontier.sqlite import SqliteFrontier
from crawlers.holders import is_gone
from crawlers.run import CrawlDeps, CrawlLimits, crawl
from domain.clock import SystemClock
from domain.events import PostEvent, PostGone, PostRevised, PostSeen
from domain.profile import SourceSpec
from eventlog.adapters.sqlite import SqliteEventLog
from evidence.adapters.file import FileEvidence
from evidence.port import EvidenceStore


@dataclass(frozen=True, slots=True)
class FileClock:
    """Says what stands in a file, which a test replaces to let hours pass."""

    path: Path

    def now(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text(encoding="utf-8"))


def peak_megabytes() -> int:
    """Return this program's own peak.

    `ru_maxrss` would not do: it outlives exec, so it holds the peak of the test run
    that started this process as well.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(part for part in status.split("\n") if part.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    job = json.load(sys.stdin)
    home = Path(job["home"])
    crawling.LEASE_SECONDS = job.get("lease", crawling.LEASE_SECONDS)
    if "names" in job:
        socket.gethostbyname = name_server(job["names"])
        addresses.NAME_SECONDS = 0.0
    deps = CrawlDeps(
        event_log=SqliteEventLog(home / "log.sqlite"),
        evidence=evidence_of(job, home),
        frontier=frontier_of(job.get("frontier", home / "frontier.sqlite")),
        clock=FileClock(Path(job["clock"])) if "clock" in job else SystemClock(),
        pseudonym_key=b"test key",
        user_agent=job.get("agent", "MinhTin/0.1 (+mailto:crawl@example.vn)"),
        allowed_networks=tuple(job.get("allowed", ["127.0.0.0/8"])),
        default_delay=job.get("delay", 0.0),
        limits=CrawlLimits(**job.get("limits", {})),
        youtube_key=job.get("youtube_key", ""),
        youtube_units_a_day=job.get("youtube_units_a_day", 10_000),
        budget=Budget(**job.get("budget", {})),
    )
    specs = [SourceSpec(**spec) for spec in job["sources"]]
    match job.get("do", "crawl"):
        case "check":
            say("check", asdict(check_source(specs[0], deps)))
        case "propose":
            say("propose", asdict(propose_source(specs[0].url, deps)))
        case "discover":
            tried = job.get("tried", 8)
            found = discover_sources(specs[0].url, deps, tried=tried)
            say("discover", asdict(found))
        case _:
            report = crawl(specs, deps, watch=job.get("watch", False), on_event=told)
            for run in report.runs:
                say("run", asdict(run))
            for file in report.files:
                say("file", asdict(file))
    say("peak", {"megabytes": peak_megabytes()})


def evidence_of(job: dict[str, Any], home: Path) -> EvidenceStore:
    """Open the folder, or the bucket that the job names."""
    if "bucket" not in job:
        return FileEvidence(home / "evidence")
    from evidence.adapters.s3 import S3Evidence
    from evidence.adapters.s3_options import S3Options

    return S3Evidence(S3Options(**job["bucket"]))


def name_server(names: dict[str, list[str]]) -> Callable[[str], str]:
    """Resolve names by a table: each answers in turn, the last one for ever."""

    def resolve(name: str) -> str:
        answers = names.get(name)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    return resolve


def frontier_of(place: str | Path) -> Frontier:
    """Open the frontier at a path, or at an address of PostgreSQL."""
    if not str(place).startswith("postgres"):
        return SqliteFrontier(Path(place), is_gone=is_gone)
    from crawlers.frontier.postgres import PostgresFrontier

    return PostgresFrontier(str(place))


def told(event: PostEvent) -> None:
    match event:
        case PostSeen(post=post):
            say("seen", asdict(post))
        case PostRevised(post=post, changed=changed):
            say("revised", {**asdict(post), "changed": changed})
        case PostGone():
            say("gone", asdict(event))
        case _:
            say("other", asdict(event))


def say(kind: str, facts: dict[str, object]) -> None:
    line = json.dumps({"say": kind, **facts}, default=str, ensure_ascii=False)
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
