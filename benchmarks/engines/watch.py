"""What can be seen from outside: rates, latencies, partitions that stand still."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from benchmarks.engines.crew import wait_until
from domain.analysis import Analysis
from domain.clock import SystemClock
from domain.ids import PostId
from eventlog.codec import decode_event
from eventlog.port import EventLog, LogTopic
from searchindex.port import IndexReader, Search
from searchindex.query import AnyOf, FieldIs

LOOK_SECONDS = 0.05
"""Between looks at the index: latencies are up to this too long, and smaller takes CPU
from what is measured."""

ASKED = 100
"""Posts asked for in one search."""

LOOKED_FOR = 500
"""Posts asked for in one look, those that wait longest first: more slows the look."""

PATIENCE = 120.0


def written(log: EventLog) -> int:
    """Return how many analyses were ever written."""
    return sum(log.ends(LogTopic.ANALYSES).values())


def behind(log: EventLog, group: str, topic: LogTopic) -> int:
    """Return how many records a group has left."""
    return sum(row.behind for row in log.lag(group, [topic]))


def drained(log: EventLog) -> None:
    """Wait until worker and indexer have nothing left."""
    wait_until(lambda: not behind(log, "worker", LogTopic.POSTS), PATIENCE, "worker")
    wait_until(
        lambda: not behind(log, "indexer", LogTopic.ANALYSES), PATIENCE, "indexer"
    )


class Watcher:
    """Looks for posts in the index until all are found; notes when each was."""

    def __init__(self, reader: IndexReader, sent: Mapping[PostId, float]) -> None:
        self._reader = reader
        self._sent = sent
        self._last = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seconds: dict[PostId, float] = {}

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def finish(self) -> None:
        """Look a last time; everything is in the index when this is called."""
        self._last.set()
        self._thread.join()
        self._look()

    def _run(self) -> None:
        while not self._last.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        pending = [post for post in list(self._sent) if post not in self.seconds]
        for start in range(0, min(len(pending), LOOKED_FOR), ASKED):
            parts = tuple(FieldIs("id", p) for p in pending[start : start + ASKED])
            page = self._reader.search(Search(query=AnyOf(parts), size=ASKED))
            now = SystemClock().now().timestamp()
            for hit in page.hits:
                post = hit.document.post.id
                self.seconds[post] = now - self._sent[post]


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and maximum, in seconds."""
    if len(seconds) < 2:  # noqa: PLR2004 - no percentile of one
        return {}
    cuts = quantiles(seconds, n=20)
    return {
        "p50": round(cuts[9], 3),
        "p95": round(cuts[18], 3),
        "longest": round(max(seconds), 3),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What was analysed between two moments."""

    indexed: set[PostId]
    """Posts that belong into the index: some texts of the corpus tell of the past."""

    waits: list[float]
    """Seconds from production to the first analysis in the log, a post each."""

    twice: int
    """Analyses of posts that already had one: the price of «at least once»."""


def stretch(log: EventLog, since: Mapping[int, int]) -> Stretch:
    """Read the analyses written since these ends."""
    first: dict[PostId, float] = {}
    indexed: set[PostId] = set()
    total = 0
    for partition, end in log.ends(LogTopic.ANALYSES).items():
        offset = since.get(partition, 0)
        while offset < end:
            records = log.read(LogTopic.ANALYSES, partition, offset, 500)
            if not records:
                break
            offset = records[-1].offset + 1
            for record in records:
                event = decode_event(record.value or b"")
                if isinstance(event, Analysis):
                    total += 1
                    if event.indexed:
                        indexed.add(event.post.id)
                    wait = (record.timestamp - event.post.fetched).total_seconds()
                    known = first.get(event.post.id, wait)
                    first[event.post.id] = min(wait, known)
    return Stretch(
        indexed=indexed, waits=list(first.values()), twice=total - len(first)
    )


def moved_on(log: EventLog, patience: float) -> float:
    """Return the seconds until every partition was read beyond its present end.

    Only of use while posts keep coming.
    """
    ends = dict(log.ends(LogTopic.POSTS))

    def beyond() -> bool:
        rows = log.lag("worker", [LogTopic.POSTS])
        return all(row.committed > ends.get(row.partition, 0) for row in rows)

    return wait_until(beyond, patience, "all partitions move on")
