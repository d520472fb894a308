"""Measures searching: `python -m benchmarks.search [--posts 1000000] [--folder X]`.

Makes posts up (a syllable's frequency falls with its rank, as in running text), puts
them into a SQLite index in batches as the indexer does, and asks each question many
times. Prints a table and, as the last line, JSON. With `--folder` the index is kept
and used again.
"""

import argparse
import json
import random
import tempfile
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from rich.console import Console
from rich.table import Table

from domain.analysis import Analysis, Judgement, LabelScore
from domain.clock import SystemClock
from domain.ids import PostId, SourceId
from domain.labels import About, PostKind, Queue
from domain.post import Post
from nlp.fingerprint import bands
from searchindex.adapters.sqlite import SqliteSearchIndex
from searchindex.parse import parse
from searchindex.port import IndexReader, Order, Search, SearchIndex

START = datetime(2025, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BATCH = 500
SIGNATURE = 64
ONSETS = [
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "gi",
    "h",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "nh",
    "ph",
    "qu",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
]
RHYMES = [
    "a",
    "á",
    "à",
    "ả",
    "ạ",
    "an",
    "ang",
    "anh",
    "ao",
    "ay",
    "âm",
    "ân",
    "âu",
    "ăn",
    "e",
    "ê",
    "em",
    "êu",
    "i",
    "iên",
    "in",
    "o",
    "oan",
    "ô",
    "ôi",
    "ơ",
    "ơn",
]
SYLLABLES = [onset + rhyme for onset in ONSETS for rhyme in RHYMES]
WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(len(SYLLABLES))))
COMMON = ("Mường", "Ảng")
RARE = "zephyr"
"""`COMMON` stands in two of three posts side by side, as the province's name does;
`RARE` in one of five thousand."""

QUESTIONS: dict[str, tuple[str, Order, tuple[str, ...]]] = {
    "newest, nothing typed": ("", Order.NEWEST, ()),
    "newest, common term": ("mường", Order.NEWEST, ()),
    "newest, two common terms": ("mường bá", Order.NEWEST, ()),
    "newest, rare term": (RARE, Order.NEWEST, ()),
    "newest, common phrase": ('"mường ảng"', Order.NEWEST, ()),
    "newest, rare with common": (f"{RARE} mường -bá", Order.NEWEST, ()),
    "newest, queue and status": ("queue:harmful status:open", Order.NEWEST, ()),
    "urgent, queue and status": ("queue:harmful status:open", Order.URGENT, ()),
    "newest, term in a week": ("mường published:7d", Order.NEWEST, ()),
    "newest, range in OR": ("mường OR revision:2", Order.NEWEST, ()),
    "best, common term": ("mường ảng", Order.BEST, ()),
    "best, common without marks": ("muong ang", Order.BEST, ()),
    "best, rare term": (RARE, Order.BEST, ()),
    "facets, nothing typed": ("", Order.NEWEST, ("queue", "outlet", "kind")),
    "facets, common term": ("mường", Order.NEWEST, ("queue", "outlet", "kind")),
    "facets, rare term": (RARE, Order.NEWEST, ("queue", "outlet", "kind")),
}


def made_up(number: int, chance: random.Random, posts: int) -> Analysis:
    """Return a post of about sixty words with its analysis."""
    total = WEIGHTS[-1]
    picks = (bisect(WEIGHTS, chance.random() * total) for _ in range(60))
    words = [SYLLABLES[at] for at in picks]
    if chance.random() < 2 / 3:
        at = chance.randrange(len(words))
        words[at:at] = COMMON
    if chance.random() < 1 / 5000:
        words.append(RARE)
    when = START + timedelta(days=690) * (number / posts)
    probability = chance.random()
    queues = [queue for queue in Queue if chance.random() < 0.1]  # noqa: PLR2004 - a share
    return Analysis(
        post=Post(
            id=PostId(f"made:{number}"),
            revision=2 if chance.random() < 0.01 else 1,  # noqa: PLR2004 - a share
            source=SourceId(f"source-{number % 40}"),
            kind=chance.choice(list(PostKind)),
            url=f"https://example.vn/{number}",
            fetched=when,
            published=when,
            title=" ".join(words[:8]),
            text=" ".join(words[8:]),
            outlet=f"Báo {number % 40}",
        ),
        about=About.PROVINCE,
        analysed_at=when,
        queues=tuple(queues),
        judgement=Judgement(
            labels=(
                LabelScore(
                    name="panic",
                    probability=probability,
                    threshold=0.9,
                    flagged=probability > 0.9,  # noqa: PLR2004 - the threshold above
                ),
            )
        ),
        fingerprint=tuple(chance.getrandbits(32) for _ in range(SIGNATURE)),
    )


def fill(index: SearchIndex, posts: int) -> float:
    """Put the posts in; return posts a second."""
    chance = random.Random(1)
    began = perf_counter()
    with index.writer() as writer:
        for number in range(posts):
            writer.put_analysis(made_up(number, chance, posts))
            if number % BATCH == BATCH - 1:
                writer.flush()
    return posts / (perf_counter() - began)


def measured(ask: Callable[[], object], seconds: float) -> tuple[float, float, int]:
    """Return median and 95th percentile in milliseconds, and how often it was asked."""
    ask()
    times: list[float] = []
    end = perf_counter() + seconds
    while len(times) < 5 or (perf_counter() < end and len(times) < 300):  # noqa: PLR2004 - enough for a percentile
        began = perf_counter()
        ask()
        times.append((perf_counter() - began) * 1000)
    return median(times), quantiles(times, n=20)[-1], len(times)


def answers(reader: IndexReader, seconds: float) -> Iterator[dict[str, object]]:
    """Ask every question."""
    for name, (typed, order, facets) in QUESTIONS.items():
        node = parse(typed, today=TODAY).node
        search = Search(query=node, order=order, facets=facets)
        page = reader.search(search)
        p50, p95, times = measured(partial(reader.search, search), seconds)
        yield row(name, p50, p95, times) | {"total": page.total}
    chance = random.Random(2)
    prints = [made_up(number, chance, 64).fingerprint for number in range(64)]
    wanted = [bands(signature) for signature in prints]
    look = measured(lambda: reader.near_copy_candidates(wanted, 20), seconds)
    yield row("near-copies of 64 posts", *look)
    since = START + timedelta(days=660)
    days = measured(
        lambda: reader.histogram(
            None, since=since, until=since + timedelta(days=30), utc_offset="+07:00"
        ),
        seconds,
    )
    yield row("histogram of 30 days", *days)


def row(name: str, p50: float, p95: float, times: int) -> dict[str, object]:
    """Return one line of the table."""
    return {"name": name, "p50": round(p50, 2), "p95": round(p95, 2), "times": times}


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--posts", type=int, default=100_000)
    reading.add_argument("--seconds", type=float, default=1.0, help="per question")
    reading.add_argument("--folder", type=Path, help="keep the index here")
    given = reading.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        index = SqliteSearchIndex(given.folder or Path(temporary))
        held = index.reader().count()
        rate = fill(index, given.posts) if held == 0 else None
        report(index, list(answers(index.reader(), given.seconds)), rate)
        index.close()


def report(
    index: SqliteSearchIndex, rows: list[dict[str, object]], rate: float | None
) -> None:
    """Print the table, then the same as one line of JSON."""
    size = sum(path.stat().st_size for path in index.folder.iterdir()) / 1e6
    posts = index.reader().count()
    written = f", {rate:.0f} posts/s written" if rate else ""
    table = Table(title=f"{posts} posts, {size:.0f} MB{written} (milliseconds)")
    for name in ("question", "p50", "p95", "asked", "found"):
        table.add_column(name, justify="left" if name == "question" else "right")
    for line in rows:
        table.add_row(*(str(value) for value in line.values()))
    Console(width=100).print(table)
    at = SystemClock().now().isoformat()
    figures = {"at": at, "posts": posts, "megabytes": round(size), "rate": rate}
    print(json.dumps({**figures, "questions": rows}, ensure_ascii=False))


if __name__ == "__main__":
    main()
