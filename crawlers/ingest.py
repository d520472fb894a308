"""What was found becomes events: evidence first, then the log, then the frontier.

A kill between any two of these steps loses nothing: what is not acknowledged in the
frontier is found again, and handing the same revision over twice is harmless.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog

from crawlers.deps import CrawlDeps
from crawlers.fingerprint import changed_fields, content_hash
from crawlers.found import Found, FoundGone, FoundPage, FoundPost, FoundUnchanged
from crawlers.frontier.port import Seen
from crawlers.tally import Tally
from domain.events import (
    CountsSeen,
    PostEvent,
    PostGone,
    PostRevised,
    PostSeen,
    post_id_of,
)
from domain.ids import Digest, PostId
from domain.labels import GoneReason
from domain.post import Counts
from eventlog.codec import encode_event
from eventlog.port import LogWriter

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One step to acknowledge: the events to append first, and what is then known."""

    events: tuple[PostEvent, ...]
    seen: Seen
    aliases: tuple[str, ...] = ()
    requested: str = ""
    validators: dict[str, str] = field(default_factory=dict)


class Ingest:
    """Takes findings, hands events over in batches. Not for several threads.

    `take` raises `StoreFullError` or `RetryLaterError` and may then be called again
    with the same finding; so may `flush`.
    """

    def __init__(
        self,
        deps: CrawlDeps,
        tally: Tally,
        on_event: Callable[[PostEvent], None] | None = None,
    ) -> None:
        self._deps = deps
        self._tally = tally
        self._on_event = on_event
        self._writer: LogWriter | None = None
        self._batch: list[_Entry] = []
        self._known: dict[PostId, Seen] = {}
        self._urls: dict[str, PostId] = {}
        self._pages: list[FoundPage] = []

    def take(self, found: Found) -> None:
        """Take one finding; flushes when the batch is full."""
        match found:
            case FoundPost():
                self._take_post(found)
            case FoundGone():
                self._take_gone(found)
            case FoundUnchanged():
                self._take_unchanged(found)
            case FoundPage():
                self._pages.append(found)
        if len(self._batch) >= self._deps.limits.batch:
            self.flush()

    def flush(self) -> None:
        """Append and flush all events, then acknowledge them."""
        events = [event for entry in self._batch for event in entry.events]
        if events and self._deps.event_log is not None:
            if self._writer is None:
                self._writer = self._deps.event_log.writer()
            for event in events:
                key = post_id_of(event)
                self._writer.append(self._deps.topic, key, encode_event(event))
            self._writer.flush()
        while self._batch:
            self._acknowledge(self._batch[0])
            self._batch.pop(0)
        self._known.clear()
        self._urls.clear()

    def close(self) -> None:
        """Flush, remember the leading pages if all went well, give up the writer."""
        try:
            self.flush()
            if self._tally.whole:
                for page in self._pages:
                    self._deps.frontier.remember_validators(page.url, page.validators)
        finally:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _take_post(self, found: FoundPost) -> None:
        post = found.post
        addresses = tuple(dict.fromkeys([post.url, found.requested, *post.aliases]))
        post_id = self._resolve(post.id, addresses)
        known = self._seen(post_id)
        digest = content_hash(post)
        self._tally.read(post)
        if known and not known.gone and self._same(known, digest, found):
            self._tally.unchanged += 1
            self._add(_unchanged(known, found, addresses))
            return
        edited = known is None or known.content_hash != digest or bool(found.corrected)
        revision = (known.revision if known else 0) + edited
        post = replace(
            post,
            id=post_id,
            revision=revision,
            content_hash=digest,
            aliases=tuple(a for a in addresses if a != post.url),
            evidence=self._keep(found),
        )
        seen = Seen(
            post_id=post_id,
            revision=revision,
            content_hash=digest,
            url=post.url,
            checked=max(post.fetched, known.checked) if known else post.fetched,
            source=post.source,
            counts=post.counts,
        )
        events = tuple(_events(known, replace(found, post=post)))
        self._count(events)
        self._add(_entry(found, seen, addresses, events))

    def _same(self, known: Seen, digest: str, found: FoundPost) -> bool:
        if found.corrected:
            return False
        if known.content_hash == digest:
            return True
        if found.partial:
            self._tally.fail("broken_off")
        return found.partial

    def _take_gone(self, found: FoundGone) -> None:
        known = self._known_at(found.url)
        if known is None:
            self._tally.fail("http_404")
            return
        if known.gone:
            self._tally.unchanged += 1
            self._add(_Entry((), replace(known, checked=found.at)))
            return
        self._tally.gone += 1
        event = PostGone(
            post_id=known.post_id,
            revision=known.revision,
            reason=GoneReason.DELETED,
            at=found.at,
            trace=found.trace,
        )
        self._add(_Entry((event,), replace(known, gone=True, checked=found.at)))

    def _take_unchanged(self, found: FoundUnchanged) -> None:
        self._tally.unchanged += 1
        known = self._known_at(found.url)
        if known is not None:
            self._add(_Entry((), replace(known, checked=found.at)))

    def _keep(self, found: FoundPost) -> Digest | None:
        if found.corrected:
            return found.post.evidence
        if self._deps.evidence is None or found.capture is None:
            return None
        return self._deps.evidence.put(found.capture)

    def _count(self, events: tuple[PostEvent, ...]) -> None:
        for event in events:
            self._tally.new += isinstance(event, PostSeen)
            self._tally.revised += isinstance(event, PostRevised)

    def _add(self, entry: _Entry) -> None:
        self._batch.append(entry)
        self._known[entry.seen.post_id] = entry.seen
        for url in (entry.seen.url, *entry.aliases):
            self._urls.setdefault(url, entry.seen.post_id)

    def _seen(self, post_id: PostId) -> Seen | None:
        return self._known.get(post_id) or self._deps.frontier.seen(post_id)

    def _known_at(self, url: str) -> Seen | None:
        post_id = self._urls.get(url) or self._deps.frontier.resolve(url)
        return self._seen(post_id) if post_id else None

    def _resolve(self, post_id: PostId, addresses: tuple[str, ...]) -> PostId:
        """Return the id under which the post is known, whatever its address now."""
        if self._seen(post_id) or not post_id.startswith("url:"):
            return post_id
        known = (self._known_at(url) for url in addresses)
        return next((seen.post_id for seen in known if seen), post_id)

    def _acknowledge(self, entry: _Entry) -> None:
        frontier = self._deps.frontier
        frontier.acknowledge(entry.seen, entry.aliases)
        if entry.validators:
            frontier.remember_validators(entry.requested, entry.validators)
        for event in entry.events:
            _log.info(
                "handed_over",
                kind=type(event).__name__,
                post=post_id_of(event),
                source=entry.seen.source,
                trace=event.trace,
            )
            if self._on_event is not None:
                self._on_event(event)


def _entry(
    found: FoundPost,
    seen: Seen,
    addresses: tuple[str, ...],
    events: tuple[PostEvent, ...] = (),
) -> _Entry:
    return _Entry(
        events=events,
        seen=seen,
        aliases=addresses,
        requested=found.requested,
        validators={} if found.partial else dict(found.validators),
    )


def _unchanged(known: Seen, found: FoundPost, addresses: tuple[str, ...]) -> _Entry:
    """Return the step for a post whose text is known: its counts may be new."""
    post = found.post
    seen = replace(known, checked=post.fetched)
    if post.counts in {Counts(), known.counts}:
        return _entry(found, seen, addresses)
    counted = CountsSeen(
        post_id=known.post_id,
        revision=known.revision,
        counts=post.counts,
        at=post.fetched,
        trace=found.trace,
    )
    return _entry(found, replace(seen, counts=post.counts), addresses, (counted,))


def _events(known: Seen | None, found: FoundPost) -> list[PostEvent]:
    post, trace = found.post, found.trace
    if known is None:
        return [PostSeen(post=post, trace=trace)]
    events: list[PostEvent] = []
    if known.gone:
        events.append(
            PostGone(
                post_id=post.id,
                revision=known.revision,
                reason=GoneReason.RESTORED,
                at=post.fetched,
                trace=trace,
            )
        )
    if post.revision > known.revision:
        changed = found.corrected or changed_fields(
            known.content_hash, post.content_hash
        )
        events.append(PostRevised(post=post, changed=changed, trace=trace))
    return events
