"""Reads topic `analyses` for what it holds of posts, in bounded memory.

The keys of one post lie in several partitions, so its state is known only after the
whole topic was read. `candidates` finds a bounded number of posts to look at and says
where to go on; `gather` then reads all that is held of those.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from domain.analysis import Analysis
from domain.errors import QuarantineError
from domain.ids import Digest, PostId
from eventlog.codec import decode_event
from eventlog.port import EventLog, LogTopic, Record
from jobs.retention_rules import PostFacts
from pipeline.keys import post_of_key

READ = 500
"""Records per read: fewer costs transactions, more memory (200 kB each at worst)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading goes on; the topic's beginning unless told."""

    partition: int = 0
    offset: int = 0


@dataclass(slots=True)
class Held:
    """What the topic holds of one post: live keys, newest facts, captures."""

    keys: set[str] = field(default_factory=set)
    facts: dict[str, PostFacts] = field(default_factory=dict)

    @property
    def evidence(self) -> set[Digest]:
        """The captures that the post's revisions were taken from."""
        named = {facts.evidence for facts in self.facts.values()}
        return {digest for digest in named if digest is not None}

    @property
    def newest(self) -> PostFacts | None:
        """The facts of the highest version, None when no analysis is left."""
        return max(self.facts.values(), key=lambda f: f.version, default=None)


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, and where to go on when there were more than the limit."""

    posts: frozenset[PostId]
    more: Place | None


def candidates(
    log: EventLog, ripe: Callable[[PostFacts], bool], start: Place, limit: int
) -> Found:
    """Return up to `limit` posts of which some analysis is ripe."""
    posts: set[PostId] = set()
    for record in records(log, start):
        if len(posts) >= limit:
            return Found(frozenset(posts), Place(record.partition, record.offset))
        analysis = analysis_of(record)
        if analysis is not None and ripe(PostFacts.of(analysis)):
            posts.add(analysis.post.id)
    return Found(frozenset(posts), None)


def gather(log: EventLog, posts: Collection[PostId]) -> dict[PostId, Held]:
    """Return what is held of the posts; those with nothing left are missing."""
    wanted = frozenset(posts)
    held: dict[PostId, Held] = {}
    for record in records(log):
        post = post_of_key(record.key)
        if post in wanted:
            _note(held.setdefault(post, Held()), record)
    return {post: one for post, one in held.items() if one.keys}


def _note(held: Held, record: Record) -> None:
    if record.value is None:
        held.keys.discard(record.key)
        held.facts.pop(record.key, None)
        return
    held.keys.add(record.key)
    analysis = analysis_of(record)
    if analysis is not None:
        held.facts[record.key] = PostFacts.of(analysis)


def used_elsewhere(
    log: EventLog, digests: Collection[Digest], besides: Collection[PostId]
) -> set[Digest]:
    """Return which of the digests some other post's analysis names."""
    used: set[Digest] = set()
    for record in records(log):
        if post_of_key(record.key) in besides:
            continue
        analysis = analysis_of(record)
        digest = analysis.post.evidence if analysis is not None else None
        if digest is not None and digest in digests:
            used.add(digest)
    return used


def records(log: EventLog, start: Place | None = None) -> Iterator[Record]:
    """Yield the topic's records in order of partition and offset."""
    begin = start or Place()
    for partition, end in sorted(log.ends(LogTopic.ANALYSES).items()):
        if partition >= begin.partition:
            offset = begin.offset if partition == begin.partition else 0
            yield from _of_partition(log, partition, offset, end)


def _of_partition(
    log: EventLog, partition: int, offset: int, end: int
) -> Iterator[Record]:
    while offset < end:
        rows = log.read(LogTopic.ANALYSES, partition, offset, READ)
        yield from (row for row in rows if row.offset < end)
        offset = rows[-1].offset + 1 if rows else end


def analysis_of(record: Record) -> Analysis | None:
    """Return the record's analysis; None for all else, also what cannot be read."""
    if record.value is None:
        return None
    try:
        event = decode_event(record.value)
    except QuarantineError:
        return None
    return event if isinstance(event, Analysis) else None
