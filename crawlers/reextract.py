"""Stored captures read again after a fix of the extraction, as revisions of posts.

What is newest of each post in the archive is read again from its own capture; where a
field changed, a revision goes the ordinary way: log, then frontier. A post is left
alone when it is gone, erased, unknown to the frontier, newer there than in the archive,
or still on its way through the worker. So a second run writes nothing, and one that was
killed goes on: what it wrote is on its way, or reads as it should.

A site is leased while its posts are written, so that no crawler counts a revision of
the same post at the same time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

import structlog

from crawlers.deps import CrawlDeps
from crawlers.fingerprint import content_hash
from crawlers.found import FoundPost
from crawlers.frontier.port import Seen
from crawlers.holders import own_holder
from crawlers.ingest import Ingest
from crawlers.reread import Reread, parser_of, reread
from crawlers.tally import Tally
from domain.errors import NotFoundError
from domain.ids import SourceId
from domain.post import Post
from domain.profile import SourceSpec
from evidence.port import Capture
from extraction.urls import host_of, site_of
from jobs.captures import newest_posts, pending

BATCH = 200
"""Posts between two flushes. More keeps crawlers away from the sites for longer (each
takes some 20 ms), fewer costs syncs."""

LEASE_SECONDS = 60.0
"""As long as a crawler's: a batch takes 4 s; a killed run holds sites no longer."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which posts: of a source, captured since then, at these hosts (all: any)."""

    source: str = ""
    since: datetime | None = None
    hosts: tuple[str, ...] = ()

    def takes(self, post: Post) -> bool:
        host = host_of(post.url)
        return (
            self.source in {"", post.source}
            and (self.since is None or post.fetched >= self.since)
            and (
                not self.hosts
                or any(host == h or host.endswith(f".{h}") for h in self.hosts)
            )
        )


@dataclass(slots=True)
class Reextracted:
    """What came of it; `skipped` by a short code, `fields` by name."""

    read: int = 0
    changed: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


class Reextraction:
    """One run. `on_change` is told the post before and after; `dry` writes nothing."""

    def __init__(
        self,
        deps: CrawlDeps,
        sources: Mapping[SourceId, SourceSpec],
        on_change: Callable[[Post, Reread], None] = lambda *_: None,
        *,
        dry: bool = False,
    ) -> None:
        self._deps = deps
        self._sources = sources
        self._on_change = on_change
        self._dry = dry
        self._holder = own_holder()
        self.done = Reextracted()

    def run(self, choice: Choice, progress: Callable[[int], None]) -> Reextracted:
        """Go through the archive. May be interrupted at any point and run again."""
        batch: list[Post] = []
        for post in self._chosen(choice):
            batch.append(post)
            if len(batch) >= BATCH:
                self._write(batch)
                progress(len(batch))
                batch = []
        self._write(batch)
        progress(len(batch))
        return self.done

    def _chosen(self, choice: Choice) -> Iterator[Post]:
        """Yield the newest state of each chosen post that none newer follows yet."""
        log = self._deps.event_log
        if log is None:
            return
        waiting = {post.id for post in pending(log)}
        for post in newest_posts(log):
            if not choice.takes(post):
                continue
            if post.id in waiting:
                self.done.skipped["on_its_way"] += 1
            else:
                yield post

    def _write(self, posts: list[Post]) -> None:
        if not posts:
            return
        with self._leased(posts) as held:
            ingest = self._opened()
            for post in posts:
                if not self._dry and self._site(post) not in held:
                    self.done.skipped["site_at_work"] += 1
                    continue
                self._take(post, ingest)
            if ingest is not None:
                ingest.close()

    def _take(self, post: Post, ingest: Ingest | None) -> None:
        if not self._known(post):
            return
        capture = self._capture(post)
        if capture is None:
            return
        made = reread(post, capture, self._sources.get(post.source), self._deps.outlets)
        if made is None:
            self.done.skipped["nothing_found"] += 1
            return
        self.done.read += 1
        if not made.changed:
            return
        self.done.changed += 1
        self.done.fields.update(made.changed)
        self._on_change(post, made)
        if ingest is not None:
            ingest.take(
                FoundPost(
                    post=made.post,
                    trace=uuid4().hex,
                    requested=post.url,
                    corrected=made.changed,
                )
            )

    def _known(self, post: Post) -> bool:
        """Tell whether the frontier's last word on the post is this state of it."""
        seen = self._deps.frontier.seen(post.id)
        if seen is not None and seen.revision < post.revision and not self._dry:
            seen = self._catch_up(seen, post)
        if seen is None:
            erased = self._deps.frontier.erased([post.id])
            self.done.skipped["erased" if erased else "unknown"] += 1
        elif seen.gone:
            self.done.skipped["gone"] += 1
        elif seen.revision > post.revision:
            self.done.skipped["newer"] += 1
        else:
            return True
        return False

    def _catch_up(self, seen: Seen, post: Post) -> Seen:
        """Tell the frontier of a revision that was cut off before it could learn it."""
        now = replace(seen, revision=post.revision, content_hash=content_hash(post))
        self._deps.frontier.acknowledge(now, ())
        return now

    def _capture(self, post: Post) -> Capture | None:
        if not parser_of(post, self._sources.get(post.source)):
            why = "other_kind"
        elif post.evidence is None or self._deps.evidence is None:
            why = "no_capture"
        else:
            try:
                return self._deps.evidence.get(post.evidence)
            except NotFoundError:
                why = "capture_erased"
            except ValueError:
                why = "capture_damaged"
        self.done.skipped[why] += 1
        return None

    def _opened(self) -> Ingest | None:
        if self._dry:
            return None
        tally = Tally(source=SourceId("re-extract"), started=self._deps.clock.now())
        return Ingest(self._deps, tally)

    def _site(self, post: Post) -> str:
        spec = self._sources.get(post.source)
        return site_of(spec.url if spec else post.url)

    @contextmanager
    def _leased(self, posts: list[Post]) -> Iterator[set[str]]:
        """Hold the sites of the posts; those that a crawler visits stay with it."""
        frontier = self._deps.frontier
        sites = set() if self._dry else {self._site(post) for post in posts}
        held = {s for s in sites if frontier.claim(s, self._holder, LEASE_SECONDS)}
        for site in sites - held:
            _log.info("site_at_work", site=site)
        try:
            yield held
        finally:
            for site in held:
                frontier.release(site, self._holder)
