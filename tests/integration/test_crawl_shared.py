"""Two crawlers on one frontier: a site has one visitor at a time."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from support_crawl.hamlet import Answer, Hamlet, article, hamlet, rss
from support_crawl.jobs import JOB, environment

ARTICLES = [f"/bai-{n}.html" for n in range(1, 5)]
LEASE = 6.0


class Crawler:
    """A watching crawler in a process of its own."""

    def __init__(self, job: dict[str, Any], folder: Path) -> None:
        self.agent = job["agent"].split()[0]
        self._out = folder / f"{self.agent}.jsonl"
        self._err = folder / f"{self.agent}.log"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.program = subprocess.Popen(
                [sys.executable, str(JOB)], stdin=subprocess.PIPE, stdout=out,
                stderr=err, env=environment(),
            )  # fmt: skip
        assert self.program.stdin is not None
        self.program.stdin.write(json.dumps(job).encode())
        self.program.stdin.close()

    def seen(self) -> list[str]:
        lines = [json.loads(line) for line in self._out.read_text().splitlines()]
        return [line["url"] for line in lines if line["say"] == "seen"]

    def log(self) -> str:
        return self._err.read_text()

    def end(self) -> int:
        self.program.send_signal(signal.SIGTERM)
        return self.program.wait(30)


def slowly(body: bytes) -> Callable[[int], Answer]:
    """Return an answer that takes its time, so that two visits would overlap."""

    def answer(_: int) -> Answer:
        threading.Event().wait(0.1)
        return 200, {"Content-Type": "text/html; charset=utf-8"}, body

    return answer


@contextmanager
def sites() -> Iterator[list[Hamlet]]:
    with ExitStack() as stack:
        found = [
            stack.enter_context(hamlet(f"127.0.0.{host}")) for host in (41, 42, 43)
        ]
        for site in found:
            site.pages["/rss"] = slowly(rss(*(site.base + path for path in ARTICLES)))
            for number, path in enumerate(ARTICLES):
                site.pages[path] = slowly(article(number, site.base))
        yield found


def visits(site: Hamlet) -> list[list[tuple[str, str]]]:
    """Return requests as (agent, path), cut where a visit begins: at the list.

    The rules are left out: a crawler asks for them once an hour, not once a visit.
    """
    made: list[list[tuple[str, str]]] = []
    for path, _, headers in list(site.asked):
        if path == "/robots.txt":
            continue
        if path == "/rss":
            made.append([])
        made[-1].append((headers["User-Agent"].split()[0], path))
    return made


def wait_for(true: Callable[[], object], *crawlers: Crawler) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "\n".join(c.log() for c in crawlers)
        threading.Event().wait(0.05)


def check_two_crawlers(frontier: str, folder: Path) -> None:
    """Let two crawlers watch three sites, kill one, and look at who asked what."""
    with sites() as found:
        sources = [
            {
                "id": f"{name}{number}", "name": name, "kind": "feed",
                "url": site.base + "/rss", "interval_minutes": 0.01,
                "interval_fixed": True,
            }
            for number, site in enumerate(found)
            for name in ("nhanh", "cham")
        ]  # fmt: skip

        def start(agent: str) -> Crawler:
            home = folder / agent
            home.mkdir()
            job = {
                "home": str(home), "frontier": frontier, "agent": f"{agent} (+x@a.vn)",
                "sources": sources, "watch": True, "lease": LEASE,
                "limits": {"sites_at_once": 1},
            }  # fmt: skip
            return Crawler(job, folder)

        one, two = start("one"), start("two")
        try:
            for crawler in (one, two):
                wait_for(lambda c=crawler: asked_by(found, c) >= 12, one, two)
            both = one.seen() + two.seen()
            assert Counter(both) == Counter(
                site.base + path for site in found for path in ARTICLES
            )
            one.program.kill()
            one.program.wait()
            made = [len(visits(site)) for site in found]
            for site, before in zip(found, made, strict=True):
                wait_for(lambda s=site, b=before: len(visits(s)) > b + 2, two)
            assert two.end() == 0, two.log()
        finally:
            for crawler in (one, two):
                crawler.program.kill()
                crawler.program.wait()
        for site in found:
            for visit in visits(site):
                assert len({agent for agent, _ in visit}) == 1, visit
            agents = [visit[0][0] for visit in visits(site)]
            assert agents[-1] == "two"


def asked_by(found: list[Hamlet], crawler: Crawler) -> int:
    return sum(visit[0][0] == crawler.agent for s in found for visit in visits(s))


@pytest.mark.slow
def test_a_site_has_one_visitor_at_a_time(tmp_path: Path) -> None:
    check_two_crawlers(str(tmp_path / "frontier.sqlite"), tmp_path)
