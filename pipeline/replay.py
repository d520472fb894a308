"""Reads the archive again: rebuild the index, judge again, re-examine the gate.

The topics `analyses` and `reviews` hold the last state of each key for ever, so the
index is a pure function of them and can be made anew without running a model.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from domain.analysis import Analysis
from domain.errors import QuarantineError
from domain.post import Post
from eventlog.codec import decode_event
from eventlog.port import EventLog, LogTopic, Record
from pipeline.indexer import put
from pipeline.stages import PASSED
from pipeline.worker import Worker
from searchindex.port import SearchIndex

BATCH = 500
"""Records per read: fewer costs transactions, more memory (200 kB each at worst)."""

AGAIN_BATCH = 64
"""Posts judged at once: more only delays the first result of a long run."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild did; `unreadable` records were skipped and stay in the log."""

    records: int
    unreadable: int
    documents: int


def read_all(log: EventLog, topic: LogTopic) -> Iterator[Record]:
    """Yield everything a topic holds now, partition by partition."""
    for partition, end in log.ends(topic).items():
        yield from rows_from(log, topic, partition, 0, end)


def rows_from(
    log: EventLog, topic: LogTopic, partition: int, offset: int, end: int
) -> Iterator[Record]:
    """Yield the records of one partition with `offset <= theirs < end`."""
    while offset < end:
        rows = log.read(topic, partition, offset, BATCH)
        if not rows:
            return
        yield from (row for row in rows if row.offset < end)
        offset = rows[-1].offset + 1


def reindex(log: EventLog, index: SearchIndex, progress: Progress) -> Rebuilt:
    """Fill a new index version from the archive and swap it in.

    The old version answers until the swap, and what arrives meanwhile goes to both.
    """
    records = unreadable = 0
    writer = index.begin_rebuild()
    for topic in (LogTopic.ANALYSES, LogTopic.REVIEWS):
        for record in read_all(log, topic):
            try:
                put(writer, record)
            except QuarantineError:
                unreadable += 1
            records += 1
            if records % BATCH == 0:
                writer.flush()
                progress(records)
    writer.flush()
    writer.close()
    index.swap()
    progress(records)
    documents = index.reader().count()
    return Rebuilt(records=records, unreadable=unreadable, documents=documents)


class Again(StrEnum):
    """Which stored posts are judged again."""

    STOPPED = "stopped"
    ALL = "all"


def judge_again(log: EventLog, worker: Worker, which: Again, progress: Progress) -> int:
    """Run the cascade on stored posts and write new analyses; return how many.

    With `STOPPED` only what the gate once stopped, and only what it now lets pass is
    written. Can be interrupted and run again: it writes in batches.
    """
    written = seen = 0
    batch: list[Post] = []
    regate = which is Again.STOPPED
    for post in _last_posts(log, which):
        batch.append(post)
        seen += 1
        if len(batch) >= AGAIN_BATCH:
            written += _write(log, worker, batch, only_passed=regate)
            batch = []
            progress(seen)
    written += _write(log, worker, batch, only_passed=regate)
    progress(seen)
    return written


def _write(
    log: EventLog, worker: Worker, posts: list[Post], *, only_passed: bool
) -> int:
    made = worker.judge_again(posts, only_passed=only_passed)
    with log.writer() as writer:
        for item in made:
            writer.append(item.topic, item.key, item.value)
    return len(made)


def _last_posts(log: EventLog, which: Again) -> Iterator[Post]:
    """Yield the post of each key's last analysis."""
    for partition, end in log.ends(LogTopic.ANALYSES).items():
        yield from _last_of_partition(log, partition, end, which)


def _last_of_partition(
    log: EventLog, partition: int, end: int, which: Again
) -> Iterator[Post]:
    # Two passes keep memory to one offset per key instead of one text per key.
    last: dict[str, int] = {}
    for record in rows_from(log, LogTopic.ANALYSES, partition, 0, end):
        last[record.key] = record.offset
    for record in rows_from(log, LogTopic.ANALYSES, partition, 0, end):
        if last[record.key] != record.offset or record.value is None:
            continue
        event = decode_event(record.value)
        if not isinstance(event, Analysis):
            continue
        if which is Again.ALL or event.about not in PASSED:
            yield event.post
