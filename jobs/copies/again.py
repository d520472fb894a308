"""What must not come back with a copy, and what its log has not heard yet."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress

from domain.errors import QuarantineError
from domain.ids import PostId
from domain.review import ReviewState
from eventlog.codec import decode_event
from eventlog.port import EventLog, LogTopic
from pipeline.keys import post_of_key
from pipeline.replay import read_all

_NAMING = (LogTopic.POSTS, LogTopic.BACKFILL, LogTopic.REVIEWS)


def kept_of(
    log: EventLog,
    digests: Collection[str],
    digest_of: Callable[[str], str],
    decided: Callable[[Sequence[PostId]], Mapping[PostId, object]],
) -> set[PostId]:
    """Return the posts of these digests of which analyses or decisions are kept."""
    live: dict[PostId, set[str]] = {}
    for record in read_all(log, LogTopic.ANALYSES):
        post = post_of_key(record.key)
        if digest_of(post) not in digests:
            continue
        keys = live.setdefault(post, set())
        if record.value is None:
            keys.discard(record.key)
        else:
            keys.add(record.key)
    named = {
        PostId(record.key)
        for topic in _NAMING
        for record in read_all(log, topic)
        if digest_of(record.key) in digests
    }
    stated = decided(sorted(named | live.keys()))
    return {post for post, keys in live.items() if keys} | set(stated)


def heard_reviews(log: EventLog) -> dict[str, int]:
    """Return the version of each post's review state that the log holds."""
    heard: dict[str, int] = {}
    for record in read_all(log, LogTopic.REVIEWS):
        if record.value is None:
            heard.pop(record.key, None)
            continue
        with suppress(QuarantineError):
            event = decode_event(record.value)
            if isinstance(event, ReviewState):
                heard[record.key] = max(event.version, heard.get(record.key, 0))
    return heard
