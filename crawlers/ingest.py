"""What was found becomes events: evidence first, then the log, then the frontier.

A kill between any two of these steps loses nothing: what is not acknowledged in the
frontier is found again, and handing the same revision over twice is harmless.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog

from crawlers.deps import CrawlDeps
from crawlers.fingerprint import content_hash
from crawlers.found import (
    Found,
    FoundCounts,
    FoundGone,
    FoundNothing,
    FoundPage,
    FoundPost,
    FoundUnchanged,
)
from crawlers.frontier.port import Seen
from crawlers.frontier.queue import Finished, WaitingPage
from crawlers.returning import Returning
from crawlers.revisions import Redirected, events_of, gone, latest, redirected
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
from eventlog.codec import encode_event
from eventlog.port import LogWriter

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One step to acknowledge: the events to append first, and what is then known.

    `page` is the waiting page that it finishes.
    """

    events: tuple[PostEvent, ...]
    seen: Seen
    aliases: tuple[str, ...] = ()
    requested: str = ""
    validators: dict[str, str] = field(default_factory=dict)
    page: WaitingPage | None = None


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
        self._returning = Returning(deps)

    def take(self, found: Found) -> None:
        """Take one finding; flushes when the batch is full.

        A post that was erased on request is left out, and so is all that it came with.
        """
        match found:
            case FoundPost():
                self._take_post(found)
            case FoundGone():
                self._take_gone(found)
            case FoundUnchanged():
                self._take_unchanged(found)
            case FoundCounts():
                self._take_counts(found)
            case FoundNothing():
                self._returning.after_failure(found.page, found.problem, found.at)
            case FoundPage():
                self._take_page(found)
        if len(self._batch) >= self._deps.limits.batch:
            self.flush()

    def flush(self) -> None:
        """Append and flush all events, then acknowledge them."""
        self._drop_erased()
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
        if self._deps.frontier.erased([found.post.id, found.post.url]):
            self._leave_out(found)
        else:
            self._take_wanted(found)

    def _leave_out(self, found: FoundPost) -> None:
        """Forget an erased post once more, and the address that led to it this time."""
        self._tally.fail("erased")
        frontier, names = self._deps.frontier, {found.post.url, found.requested}
        if names - frontier.erased(names):
            frontier.erase([found.post.id], names)
        if found.page is not None:
            frontier.finish(Finished(url=found.page.url))

    def _drop_erased(self) -> None:
        """Leave out what was erased since it was taken."""
        ids = {entry.seen.post_id for entry in self._batch}
        gone = self._deps.frontier.erased(ids) if ids else frozenset()
        if gone:
            self._batch = [e for e in self._batch if e.seen.post_id not in gone]

    def _take_wanted(self, found: FoundPost) -> None:
        post = found.post
        digest = content_hash(post)
        asked = self._known_at(found.requested) if found.redirects else None
        way = redirected(asked, found, digest) if asked else None
        if asked and way and self._leads_elsewhere(asked, way, found):
            self._add(self._left(asked, way, found))
            found = replace(found, requested=post.url)
            way = None
        addresses = tuple(dict.fromkeys([post.url, found.requested, *post.aliases]))
        post_id = self._resolve(post.id, addresses)
        known = self._seen(post_id)
        self._tally.read(post)
        counts = latest(known.counts, post.counts) if known else post.counts
        moved = known is not None and way is not None and way.permanent
        if known and not known.gone and not moved and self._same(known, digest, found):
            self._tally.unchanged += 1
            seen = replace(known, checked=post.fetched, counts=counts)
            events = events_of(known, _as_known(found, known), counts, moved=False)
            self._add(_entry(found, seen, addresses, events))
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
            counts=counts,
        )
        seen = Seen(
            post_id=post_id,
            revision=revision,
            content_hash=digest,
            url=post.url,
            checked=max(post.fetched, known.checked) if known else post.fetched,
            source=post.source,
            counts=counts,
        )
        events = events_of(known, replace(found, post=post), counts, moved=moved)
        self._count(events)
        self._add(_entry(found, seen, addresses, events))

    def _leads_elsewhere(self, asked: Seen, way: Redirected, found: FoundPost) -> bool:
        """Tell whether the answer is about another post than the one asked for."""
        there = self._known_at(found.post.url)
        return not way.same or (there is not None and there.post_id != asked.post_id)

    def _left(self, asked: Seen, way: Redirected, found: FoundPost) -> _Entry:
        """Return what becomes of a post whose address leads to another one now."""
        if asked.gone:
            return _Entry((), replace(asked, checked=found.post.fetched))
        moved = way.same and way.permanent
        reason = GoneReason.MOVED if moved else GoneReason.DELETED
        event = gone(asked, reason, found, found.post.url if moved else None)
        self._tally.gone += 1
        seen = replace(asked, gone=True, checked=found.post.fetched)
        return _Entry((event,), seen)

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
            problem = "soft_404" if found.soft else "http_404"
            self._tally.fail(problem)
            if found.page is not None:
                self._returning.after_failure(found.page, problem, found.at)
            return
        seen = replace(known, gone=True, checked=found.at)
        if known.gone:
            self._tally.unchanged += 1
            self._add(_Entry((), seen, page=found.page))
            return
        self._tally.gone += 1
        event = PostGone(
            post_id=known.post_id,
            revision=known.revision,
            reason=GoneReason.DELETED,
            at=found.at,
            trace=found.trace,
        )
        self._add(_Entry((event,), seen, page=found.page))

    def _take_unchanged(self, found: FoundUnchanged) -> None:
        self._tally.unchanged += 1
        known = self._known_at(found.url)
        if known is not None:
            self._add(_Entry((), replace(known, checked=found.at), page=found.page))
        elif found.page is not None:
            self._returning.finish(found.page, found.at)

    def _take_counts(self, found: FoundCounts) -> None:
        known = self._known_at(found.url)
        counts = latest(known.counts, found.counts) if known else found.counts
        if known is None or known.gone or counts == known.counts:
            return
        event = CountsSeen(
            post_id=known.post_id,
            revision=known.revision,
            counts=counts,
            at=found.at,
            trace=found.trace,
        )
        self._add(_Entry((event,), replace(known, counts=counts)))

    def _take_page(self, found: FoundPage) -> None:
        if not found.at_once:
            self._pages.append(found)
            return
        self.flush()
        self._deps.frontier.remember_validators(found.url, found.validators)

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
        page = entry.page
        finished = None
        if page is not None:
            finished = self._returning.finished(page, entry.seen, entry.aliases)
        frontier.acknowledge(entry.seen, entry.aliases, finished)
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
        page=found.page,
    )


def _as_known(found: FoundPost, known: Seen) -> FoundPost:
    """Return the finding under the revision that it repeats."""
    same = replace(found.post, revision=known.revision, content_hash=known.content_hash)
    return replace(found, post=same)
