"""Which captures posts were read from, and what waits to be analysed.

The archive (topic `analyses`) knows what was analysed; what the workers have not read
yet stands in `posts` and `posts.backfill` only, and rests on captures all the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from domain.errors import QuarantineError
from domain.events import PostRevised, PostSeen
from domain.ids import Digest, PostId
from domain.post import Post
from eventlog.codec import decode_event
from eventlog.port import EventLog, LogTopic, Record
from jobs.archive import READ, analysis_of, gather, records
from jobs.retention_rules import ERASED
from pipeline.keys import post_of_key

_Place = tuple[int, int, int]
"""Revision, partition, offset."""

_WORKERS = {"worker": LogTopic.POSTS, "worker.idle": LogTopic.BACKFILL}
"""The groups whose offsets say what was analysed, and what each reads."""


def captures_of(
    log: EventLog, posts: Collection[PostId]
) -> Mapping[PostId, Mapping[int, Digest]]:
    """Return the capture of each revision of the posts, oldest first.

    Reads the whole archive once. Posts without any are missing.
    """
    found: defaultdict[PostId, dict[int, Digest]] = defaultdict(dict)
    for post_id, held in gather(log, posts).items():
        for facts in held.facts.values():
            if facts.evidence is not None and not facts.erased:
                found[post_id][facts.version[0]] = facts.evidence
    for post in pending(log):
        if post.id in posts and post.evidence is not None:
            found[post.id][post.revision] = post.evidence
    return {post_id: dict(sorted(by.items())) for post_id, by in found.items()}


def pending(log: EventLog) -> Iterator[Post]:
    """Yield the posts that no worker has read yet."""
    lags = [row for group, topic in _WORKERS.items() for row in log.lag(group, [topic])]
    for row in lags:
        offset = row.committed
        while offset < row.end:
            waiting = log.read(row.topic, row.partition, offset, READ)
            if not waiting:
                break
            yield from filter(None, map(post_in, waiting))
            offset = waiting[-1].offset + 1


def post_in(record: Record) -> Post | None:
    """Return the post of a crawler's record; None for all else."""
    if record.value is None:
        return None
    try:
        event = decode_event(record.value)
    except QuarantineError:
        return None
    return event.post if isinstance(event, PostSeen | PostRevised) else None


def newest_posts(log: EventLog) -> Iterator[Post]:
    """Yield each post of the archive as it is newest there; erased ones are left out.

    Two passes: memory is a place per key (some 0.2 GB a million), no texts.
    """
    live: dict[str, _Place] = {}
    for record in records(log):
        analysis = analysis_of(record)
        if analysis is not None:
            revision = analysis.post.revision
            live[record.key] = revision, record.partition, record.offset
        elif record.value is None:
            live.pop(record.key, None)
    last: dict[PostId, _Place] = {}
    for key, place in live.items():
        post_id = post_of_key(key)
        last[post_id] = max(place, last.get(post_id, place))
    chosen = {place[1:] for place in last.values()}
    del live, last
    for record in records(log):
        if (record.partition, record.offset) in chosen:
            analysis = analysis_of(record)
            if analysis is not None and analysis.pipeline != ERASED:
                yield analysis.post
