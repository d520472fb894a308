"""The frontier on disk with many known URLs: operations a second, and memory.

All are queued in batches as a spider does, then a share is taken one after the other
and acknowledged as a crawler does, with the queue as long as it then is.

    python -m benchmarks.frontier [--urls N] [--share N]
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from crawlers.frontier.port import Frontier, Seen
from crawlers.frontier.queue import Finished, Lane, WaitingPage
from crawlers.frontier.sqlite import SqliteFrontier
from domain.ids import PostId, SourceId

BATCH = 500
SOURCE = SourceId("bao")
SITE = "bao.example.vn"
NOW = datetime(2026, 3, 7, tzinfo=UTC)


def url(number: int) -> str:
    return f"https://{SITE}/thoi-su/mot-bai-viet-ve-xa-vung-cao-{number}.html"


def pages(count: int) -> Iterator[WaitingPage]:
    """Yield pages of a large sitemap."""
    for number in range(count):
        yield WaitingPage(
            url=url(number),
            site=SITE,
            source=SOURCE,
            lane=Lane.BACKLOG,
            due=NOW + timedelta(milliseconds=number),
        )


def fill(frontier: Frontier, count: int) -> float:
    """Queue all; return pages a second."""
    started = time.perf_counter()
    waiting = pages(count)
    while batch := list(islice(waiting, BATCH)):
        frontier.enqueue(batch)
    return count / (time.perf_counter() - started)


def fetch(frontier: Frontier, share: int) -> dict[str, float]:
    """Take, acknowledge and look up pages one by one; return each a second."""
    by = NOW + timedelta(days=1)
    spent = dict.fromkeys(("take", "acknowledge", "resolve"), 0.0)
    for _ in range(share):
        begun = time.perf_counter()
        (page,) = frontier.take(
            SITE, "bench", source=SOURCE, by=by, limit=1, seconds=900
        )
        taken = time.perf_counter()
        seen = Seen(
            post_id=PostId(f"url:{page.url}"),
            revision=1,
            content_hash="a.b.c",
            url=page.url,
            checked=NOW,
            source=SOURCE,
        )
        done = Finished(url=page.url, recheck_at=by + timedelta(hours=1))
        frontier.acknowledge(seen, (), done)
        acknowledged = time.perf_counter()
        if frontier.resolve(page.url) != seen.post_id:
            raise AssertionError(page.url)
        spent["take"] += taken - begun
        spent["acknowledge"] += acknowledged - taken
        spent["resolve"] += time.perf_counter() - acknowledged
    return {name: share / seconds for name, seconds in spent.items()}


def peak_megabytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(part for part in status.split("\n") if part.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line per operation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", type=int, default=1_000_000)
    parser.add_argument("--share", type=int, default=10_000)
    given = parser.parse_args(arguments)
    begin = peak_megabytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "frontier.sqlite")
        with closing(SqliteFrontier(path)) as frontier:
            print(f"{'enqueue':12} {fill(frontier, given.urls):10,.0f} /s")
            for name, speed in fetch(frontier, min(given.share, given.urls)).items():
                print(f"{name:12} {speed:10,.0f} /s")
            started = time.perf_counter()
            frontier.urgent(NOW)
            print(f"{'urgent':12} {1000 * (time.perf_counter() - started):10.2f} ms")
            size = sum(f.stat().st_size for f in Path(folder).iterdir()) // 2**20
    print(f"{given.urls:,} URLs: {size} MB on disk, peak memory {peak_megabytes()} MB")
    print(f"(of which {begin} MB before the first URL)")


if __name__ == "__main__":
    main()
