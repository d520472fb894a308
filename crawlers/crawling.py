"""Visits to sources: one queue per site, several sites at once, once or for ever."""

import asyncio
import re
import signal
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from twisted.internet.base import ReactorBase

from crawlers.addresses import GuardedResolver, networks_of
from crawlers.deps import CrawlDeps
from crawlers.files import FileReport, file_import, is_local, local_path
from crawlers.frontier.port import SourceRun
from crawlers.frontier.queue import WaitingPage
from crawlers.holders import own_holder
from crawlers.lease import SiteLease
from crawlers.pace import Pace
from crawlers.rechecking import Rechecking
from crawlers.schedule import Schedule
from crawlers.settings import scrapy_settings
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.fetched import FetchedSpider
from crawlers.spiders.file import FileSpider
from crawlers.spiders.forum import ForumSpider
from crawlers.spiders.json_api import JsonApiSpider
from crawlers.spiders.listing import ListingSpider
from crawlers.spiders.page import PageSpider
from crawlers.spiders.sitemap import SitemapSpider
from crawlers.spiders.youtube import YoutubeSpider
from crawlers.tally import Tally
from crawlers.urgent import errand_spec, fetched_spec
from crawlers.visit import Purpose, Visit
from domain.errors import ConfigurationError, MinhTinError, RetryLaterError
from domain.events import PostEvent
from domain.profile import SourceSpec
from extraction.urls import site_of

_Call = tuple[SourceSpec, Purpose]
_log = structlog.get_logger(__name__)
_TICK = 1.0
"""Seconds between two looks at what is due; a source's interval is in minutes."""
LEASE_SECONDS = 60.0
"""How long a site waits for another crawler when its own was killed. Shorter, and a
crawler that was only held up loses its sites; longer, and they lie idle."""
_RENEWALS = 4
"""Renewals a lease: three may fail before it ends."""
_CONTACT = re.compile(r"\(\+[^()\s]+\)")
_DNS_SECONDS = 10
_URGENT_TICK = 0.5
"""Seconds between two looks for sites with pages that are asked for now."""
SPIDERS: dict[str, type[Spider]] = {
    "feed": FeedSpider,
    "sitemap": SitemapSpider,
    "listing": ListingSpider,
    "json_api": JsonApiSpider,
    "page": PageSpider,
    "forum": ForumSpider,
    "file": FileSpider,
    "youtube": YoutubeSpider,
    "fetched": FetchedSpider,
}


def check_contact(user_agent: str) -> None:
    """Refuse an agent that does not say in `(+…)` whom a site's owner may ask."""
    if not _CONTACT.search(user_agent):
        raise ConfigurationError(
            "The user agent names no contact, so no site is visited.",
            hint="Put an address or e-mail into crawl_contact (minhtin.toml).",
        )


class Crawling:
    """State of one run; lives inside the reactor."""

    def __init__(
        self,
        deps: CrawlDeps,
        on_event: Callable[[PostEvent], None] | None = None,
        *,
        watching: bool = False,
        max_posts: int = 0,
    ) -> None:
        self._deps = deps
        self._on_event = on_event
        self._watching = watching
        self._max_posts = max_posts
        self._pace = Pace()
        self._networks = networks_of(deps.allowed_networks)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._errands: dict[str, asyncio.Task[None]] = {}
        self._visitors: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._specs: dict[str, SourceSpec] = {}
        self._leases: dict[str, SiteLease] = {}
        self._at_work: dict[str, Crawler] = {}
        self._lost: set[str] = set()
        self._holder = own_holder()
        self._schedule = Schedule(deps)
        self._rechecking = Rechecking(deps, self._schedule)
        self.spiders = SPIDERS
        self.runs: list[SourceRun] = []
        self.files: list[FileReport] = []

    async def visit_all(
        self, reactor: ReactorBase, sources: Sequence[SourceSpec]
    ) -> None:
        """Visit each source once."""
        self._open(reactor)
        self._specs = {spec.id: spec for spec in sources}
        for site, specs in self._queues(sources).items():
            self._begin(site, specs)
        await self._wait()

    async def watch(
        self, reactor: ReactorBase, sources: Callable[[], Sequence[SourceSpec]]
    ) -> None:
        """Visit what is due until told to stop; one visit per site at a time."""
        self._open(reactor)
        self._minding = asyncio.ensure_future(self._mind_urgent())
        while not self._stopped.is_set():
            try:
                self._begin_due(sources())
            except (RetryLaterError, ConfigurationError) as error:
                _log.warning("sources_not_read", problem=str(error))
            await self._tick()
        self._minding.cancel()
        await self._wait()

    async def _mind_urgent(self) -> None:
        """Send somebody at once where a page is asked for now and nobody is."""
        while True:
            try:
                sites = self._deps.frontier.urgent(self._deps.clock.now())
            except MinhTinError as error:
                _log.warning("urgent_pages_not_read", problem=str(error))
                sites = frozenset()
            for site in sites - self._errands.keys():
                if not self._visitors[site].locked():
                    task = asyncio.ensure_future(self._run_errand(site))
                    self._errands[site] = task
            await asyncio.sleep(_URGENT_TICK)

    async def _run_errand(self, site: str) -> None:
        """Fetch what is asked for now, beside the queue of sites that wait for room."""
        try:
            if self._claim(site, LEASE_SECONDS):
                spec = errand_spec(site, self._specs.values())
                await self._visit_leased(site, [spec], Purpose.ERRAND)
        finally:
            self._errands.pop(site, None)

    def _begin_due(self, sources: Sequence[SourceSpec]) -> None:
        queues = self._queues(sources)
        specs = [s for q in queues.values() for s in q]
        self._specs = {spec.id: spec for spec in specs}
        idle = {site: q for site, q in queues.items() if site not in self._busy}
        calls = self._due([spec for queue in idle.values() for spec in queue])
        due = {spec.id for spec, _ in calls}
        for site, specs in idle.items():
            now_due = [spec for spec in specs if spec.id in due]
            if now_due:
                self._begin(site, now_due)

    def _due(self, specs: Sequence[SourceSpec]) -> list[_Call]:
        """Return who is to be polled, then who has only pages that are due."""
        names = [spec.id for spec in specs]
        due = self._deps.frontier.due_among(names, self._deps.clock.now())
        polls = [s for s in specs if s.id in due and not self._schedule.quiet(s)]
        others = self._rechecking.due([s for s in specs if s.id not in due])
        return [
            *((spec, Purpose.POLL) for spec in polls),
            *((spec, Purpose.WAITING) for spec in others),
        ]

    def stop(self) -> None:
        """End all visits; what is in flight is still handed over."""
        if not self._stopped.is_set():
            _log.info("crawl_stops")
            self._stopped.set()
            self._pace.closing = True
            self._stopping = asyncio.ensure_future(self._runner.stop())

    def _open(self, reactor: ReactorBase) -> None:
        check_contact(self._deps.user_agent)
        self._stopped = asyncio.Event()
        self._room = asyncio.Semaphore(self._deps.limits.sites_at_once)
        self._runner = AsyncCrawlerRunner(
            scrapy_settings(self._deps.user_agent, self._deps.limits)
        )
        self._resolver = GuardedResolver(reactor, self._networks, _DNS_SECONDS)
        self._resolver.install_on_reactor()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)

    def _queues(self, sources: Sequence[SourceSpec]) -> dict[str, list[SourceSpec]]:
        queues: dict[str, list[SourceSpec]] = {}
        for spec in sources:
            if spec.kind not in self.spiders:
                raise ConfigurationError(
                    f"Source {spec.id} is of unknown kind {spec.kind!r}.",
                    hint=f"Known kinds: {', '.join(SPIDERS)}.",
                )
            if spec.enabled or not self._watching:
                queues.setdefault(site_of(spec.url), []).append(spec)
        return queues

    def _begin(self, site: str, specs: list[SourceSpec]) -> None:
        task = asyncio.ensure_future(self._visit_site(site, specs))
        self._busy[site] = task
        task.add_done_callback(lambda _: self._busy.pop(site, None))

    async def _visit_site(self, site: str, specs: list[SourceSpec]) -> None:
        """Visit when no other crawler does; a watch leaves the site to them."""
        waited = False
        while not self._stopped.is_set():
            async with self._room:
                if self._claim(site, LEASE_SECONDS):
                    await self._visit_leased(site, specs)
                    return
            if self._watching:
                return
            if not waited:
                _log.warning("waits_for_another_crawler", site=site)
                waited = True
            await self._tick()

    async def _visit_leased(
        self, site: str, specs: list[SourceSpec], purpose: Purpose = Purpose.POLL
    ) -> None:
        async with self._visitors[site]:
            await self._visit_alone(site, specs, purpose)

    async def _visit_alone(
        self, site: str, specs: list[SourceSpec], purpose: Purpose
    ) -> None:
        self._lost.discard(site)
        if not self._claim(site, LEASE_SECONDS):
            return
        keeper = asyncio.ensure_future(self._keep(site))
        try:
            for spec, what in self._calls(specs, purpose):
                if self._stopped.is_set() or site in self._lost:
                    return
                tally = await self._visit(spec, site, what)
                self._record(spec, tally, what)
        except MinhTinError as error:
            _log.warning("site_not_visited", site=site, problem=str(error))
        finally:
            keeper.cancel()
            self._release(site)

    def _calls(self, specs: list[SourceSpec], purpose: Purpose) -> list[_Call]:
        if self._watching and purpose is Purpose.POLL:
            # Another crawler may have been there since this one looked.
            return self._due(specs)
        return [(spec, purpose) for spec in specs]

    async def _keep(self, site: str) -> None:
        """Renew the lease; when another crawler has it by now, end the visit."""
        while True:
            await asyncio.sleep(LEASE_SECONDS / _RENEWALS)
            if not self._claim(site, LEASE_SECONDS, unsure=True):
                _log.warning("site_lost_to_another_crawler", site=site)
                self._lost.add(site)
                if site in self._at_work:
                    await self._at_work[site].stop_async()
                return

    def _claim(self, site: str, seconds: float, *, unsure: bool = False) -> bool:
        """Take or renew a lease; `unsure` is the answer when nobody can be asked."""
        try:
            return self._lease(site).take(seconds)
        except MinhTinError as error:
            _log.warning("site_not_claimed", site=site, problem=str(error))
            return unsure

    def _lease(self, site: str) -> SiteLease:
        if site not in self._leases:
            claim = partial(self._deps.frontier.claim, site, self._holder)
            self._leases[site] = SiteLease(claim, LEASE_SECONDS)
        return self._leases[site]

    def _release(self, site: str) -> None:
        try:
            self._deps.frontier.release(site, self._holder)
        except MinhTinError as error:
            _log.warning("site_not_released", site=site, problem=str(error))

    async def _visit(self, spec: SourceSpec, site: str, purpose: Purpose) -> Tally:
        tally = Tally(source=spec.id, started=self._deps.clock.now())
        try:
            if spec.kind == "file" and is_local(spec.url):
                # Nothing renews the lease meanwhile: a file is read in one go.
                self._claim(site, self._deps.limits.visit_seconds)
                path = local_path(spec.url)
                self.files.append(
                    file_import(path, spec, self._deps, self._on_event, tally)
                )
            else:
                crawler = self._runner.create_crawler(self.spiders[spec.kind])
                self._at_work[site] = crawler
                about = replace(self._about(spec, tally), purpose=purpose)
                await self._runner.crawl(crawler, visit=about)
        except Exception as error:  # noqa: BLE001 - one source's fault is not the others'
            _log.exception("visit_failed", source=spec.id)
            tally.fail("failure")
            tally.message = str(error)
        finally:
            self._at_work.pop(site, None)
        return tally

    def _about(self, spec: SourceSpec, tally: Tally) -> Visit:
        site = site_of(spec.url)
        return Visit(
            site=site,
            holder=self._holder,
            lease=self._lease(site),
            spec_of=self._spec_of,
            spiders=self.spiders,
            spec=spec,
            deps=self._deps,
            tally=tally,
            pace=self._pace,
            networks=self._networks,
            resolver=self._resolver,
            watch=self._watching,
            max_posts=self._max_posts,
            on_event=self._on_event,
            files=self.files,
        )

    def _spec_of(self, page: WaitingPage) -> SourceSpec:
        return self._specs.get(page.source) or fetched_spec(page)

    def _record(self, spec: SourceSpec, tally: Tally, purpose: Purpose) -> None:
        polled = purpose is Purpose.POLL
        run = replace(tally.run(self._deps.clock.now()), polled=polled)
        if purpose is Purpose.WAITING:
            self._rechecking.over(spec, tally)
        if purpose is Purpose.ERRAND or not (polled or run.requests or run.errors):
            return
        try:
            next_visit = None
            if polled:
                run, next_visit = self._schedule.after(spec, run, tally)
            self._deps.frontier.record_run(run, next_visit)
        except RetryLaterError as error:
            _log.warning("visit_not_recorded", source=spec.id, problem=str(error))
        self.runs.append(run)
        del self.runs[:-10_000]
        _log.info(
            "source_visited",
            source=spec.id,
            polled=polled,
            requests=run.requests,
            new=run.new,
            revised=run.revised,
            gone=run.gone,
            errors=dict(run.errors or {}),
        )

    async def _tick(self) -> None:
        try:
            await asyncio.wait_for(self._stopped.wait(), _TICK)
        except TimeoutError:
            return

    async def _wait(self) -> None:
        while tasks := [*self._busy.values(), *self._errands.values()]:
            await asyncio.wait(tasks)
