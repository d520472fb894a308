"""Pages that somebody asks for now: put first in the queue, fetched by any crawler."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.addresses import Networks, is_allowed
from crawlers.frontier.port import Frontier
from crawlers.frontier.queue import Lane, WaitingPage
from domain.clock import Clock
from domain.errors import QuarantineError
from domain.ids import PostId, SourceId
from domain.profile import SourceSpec
from extraction.forum import is_thread
from extraction.urls import canonical_url, host_of, site_of

FETCHED = SourceId("fetched")
"""The source of pages that were asked for on sites that are no source."""
_ARTICLES = {"feed", "listing", "sitemap"}
"""Kinds of source whose pages are read as articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a page: a post and its revision, or the code of a problem."""

    post_id: PostId | None = None
    revision: int = 0
    gone: bool = False
    problem: str = ""


class PageDesk:
    """Takes addresses, and tells what became of them."""

    def __init__(
        self,
        frontier: Frontier,
        sources: Sequence[SourceSpec],
        networks: Networks,
        clock: Clock,
    ) -> None:
        self._frontier, self._sources = frontier, sources
        self._networks, self._clock = networks, clock

    def ask(self, url: str) -> WaitingPage:
        """Put a page first in the queue, in its one spelling.

        Raises `QuarantineError` for an address that no crawler may ask, and for one of
        an erased post; names are judged by the crawler, after it resolved them.
        """
        address = canonical_url(url)
        if not address or not self._may_ask(urlsplit(address).hostname or ""):
            raise QuarantineError(
                "This address is not fetched.",
                reason="address_refused",
                hint="Give a public address that begins with http:// or https://.",
            )
        if self._frontier.erased([address]):
            raise QuarantineError(
                "What was at this address was erased on request.",
                reason="erased",
                hint="It is not collected again.",
            )
        page = WaitingPage(
            url=address,
            site=site_of(address),
            source=self._source_of(address),
            lane=Lane.NOW,
            due=self._clock.now(),
        )
        self._frontier.enqueue([page])
        return page

    def outcome(self, url: str, since: datetime) -> Outcome | None:
        """Tell what became of a page that was asked for then; None while it waits."""
        held = self._frontier.waiting_page(url)
        if held is not None and held.lane is Lane.NOW:
            return None
        if held is not None and held.tried is not None and held.tried >= since:
            return Outcome(problem=held.problem)
        post_id = self._frontier.resolve(url)
        seen = self._frontier.seen(post_id) if post_id else None
        if seen is None or seen.checked < since:
            return Outcome(problem="no_post")
        return Outcome(post_id=seen.post_id, revision=seen.revision, gone=seen.gone)

    def _may_ask(self, host: str) -> bool:
        try:
            return is_allowed(host, self._networks)
        except ValueError:
            return bool(host)

    def _source_of(self, url: str) -> SourceId:
        post_id = self._frontier.resolve(url)
        seen = self._frontier.seen(post_id) if post_id else None
        if seen is not None and any(s.id == seen.source for s in self._sources):
            return seen.source
        kinds = {"forum"} if is_thread(url) else _ARTICLES
        site = site_of(url)
        there = (s for s in self._sources if site_of(s.url) == site)
        return next((s.id for s in there if s.kind in kinds), FETCHED)


def fetched_spec(page: WaitingPage) -> SourceSpec:
    """Return the rules for a page of no source, or of one that is no more."""
    host = host_of(page.url)
    return SourceSpec(id=page.source, name=host, kind=FETCHED, url=page.url)


def errand_spec(site: str, specs: Iterable[SourceSpec]) -> SourceSpec:
    """Return a visit to a site for what is asked for now, at its sources' manners."""
    there = [spec for spec in specs if site_of(spec.url) == site]
    spec = there[0] if there else None
    host = f"[{site}]" if ":" in site else site
    return SourceSpec(
        id=FETCHED,
        name=site,
        kind=FETCHED,
        url=spec.url if spec else f"https://{host}/",
        delay_seconds=max((s.delay_seconds for s in there), default=0.0),
        quiet_hours=next((s.quiet_hours for s in there if s.quiet_hours), ""),
    )
