"""What a finding says about a known post: new, edited, moved, gone, back, recounted."""

from dataclasses import dataclass, fields, replace

from crawlers.fingerprint import changed_fields
from crawlers.found import FoundPost
from crawlers.frontier.port import Seen
from domain.events import CountsSeen, PostEvent, PostGone, PostRevised, PostSeen
from domain.labels import GoneReason
from domain.post import Counts

_PERMANENT = {301, 308}


@dataclass(frozen=True, slots=True)
class Redirected:
    """How a post's known address led to another article.

    `same`: its content is the known post's, so far as one can tell.
    """

    same: bool
    permanent: bool


def redirected(asked: Seen, found: FoundPost, digest: str) -> Redirected | None:
    """Judge an answer that came by redirects from a known post's address.

    None where it is still the known post's own address.
    """
    if not found.redirects or found.post.url == asked.url:
        return None
    changed = changed_fields(asked.content_hash, digest)
    return Redirected(
        same=not {"title", "text"} <= set(changed),
        permanent=set(found.redirects) <= _PERMANENT,
    )


def events_of(
    known: Seen | None, found: FoundPost, counts: Counts, *, moved: bool
) -> tuple[PostEvent, ...]:
    """Return the events that lead from what is known to what was found."""
    post, trace = found.post, found.trace
    if known is None:
        return (PostSeen(post=post, trace=trace),)
    events: list[PostEvent] = []
    if known.gone:
        events.append(gone(known, GoneReason.RESTORED, found))
    if moved:
        events.append(gone(known, GoneReason.MOVED, found, moved_to=post.url))
    if post.revision > known.revision:
        changed = found.corrected or changed_fields(
            known.content_hash, post.content_hash
        )
        events.append(PostRevised(post=post, changed=changed, trace=trace))
    elif counts != known.counts:
        events.append(recounted(known, counts, found))
    return tuple(events)


def gone(
    known: Seen, reason: GoneReason, found: FoundPost, moved_to: str | None = None
) -> PostGone:
    """Return what is told of a post that an answer shows removed, moved or back."""
    return PostGone(
        post_id=known.post_id,
        revision=known.revision,
        reason=reason,
        at=found.post.fetched,
        moved_to=moved_to,
        trace=found.trace,
    )


def recounted(known: Seen, counts: Counts, found: FoundPost) -> CountsSeen:
    """Return what is told of counts that changed while the content did not."""
    return CountsSeen(
        post_id=known.post_id,
        revision=known.revision,
        counts=counts,
        at=found.post.fetched,
        trace=found.trace,
    )


def latest(held: Counts, shown: Counts) -> Counts:
    """Return the counts shown, and those held where a page shows none."""
    given = {
        field.name: getattr(shown, field.name)
        for field in fields(Counts)
        if getattr(shown, field.name) is not None
    }
    return replace(held, **given)
