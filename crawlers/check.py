"""Looking at a source without writing anything, and finding one at an address."""

from dataclasses import dataclass, replace
from datetime import datetime

from twisted.internet.base import ReactorBase

from crawlers.candidates import Candidates
from crawlers.crawling import SPIDERS, Crawling
from crawlers.deps import CrawlDeps
from crawlers.frontier.manners import HostRest
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import Frontier, SourceRun
from crawlers.problems import in_words
from crawlers.reactor import run_in_reactor
from crawlers.spiders.probe import ProbeSpider
from domain.errors import NotFoundError
from domain.events import PostEvent, PostSeen
from domain.ids import SourceId
from domain.post import Post
from domain.profile import SourceSpec

_SAMPLE = 5
"""Posts looked at in a check: enough to see a layout, few for the site."""
TRIED = 8
"""Proposals visited in a discovery. More is no longer a short visit to the site."""
_FEW_MAPS = 5
"""Maps opened in a check: an index names none of the articles itself."""
_UNDATED = {"page"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What a visit would find. `sound`: posts came, each with title, date and text."""

    spec: SourceSpec
    run: SourceRun
    posts: tuple[Post, ...]

    @property
    def sound(self) -> bool:
        run = self.run
        dated = run.pages if self.spec.kind in _UNDATED else run.with_date
        whole = min(run.with_title, dated, run.with_text)
        return bool(self.posts) and whole == run.pages and not run.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A source that was found: how much it names, and what a short visit brought.

    `trial` is None for what was not tried any more.
    """

    spec: SourceSpec
    named: int
    trial: SourceRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What is at a site, the best first, and what a person may follow up."""

    proposals: tuple[Proposal, ...]
    hints: tuple[str, ...]
    requests: int


def check_source(spec: SourceSpec, deps: CrawlDeps) -> SourceCheck:
    """Visit a source for a few posts; nothing is written. Once per process."""
    crawling, events = _dry(deps)
    run_in_reactor(lambda reactor: crawling.visit_all(reactor, [_short(spec)]))
    posts = tuple(event.post for event in events if isinstance(event, PostSeen))
    return SourceCheck(spec=spec, run=crawling.runs[0], posts=posts)


def propose_source(url: str, deps: CrawlDeps) -> SourceSpec:
    """Return a source for the address. Once per process.

    It is a feed, a map, the feed that a page names, a forum, or a list.

    Raises `NotFoundError` where none of them is there, with what stood in the way.
    """
    crawling, _ = _dry(deps)
    candidates = Candidates()
    probe = probe_source(crawling, url, candidates, thorough=False)
    run_in_reactor(lambda reactor: crawling.visit_all(reactor, [probe]))
    if found := candidates.ordered():
        return found[0].spec
    raise nothing_there(url, crawling.runs[0])


def discover_sources(url: str, deps: CrawlDeps, *, tried: int = TRIED) -> Discovery:
    """Return the sources of the site at the address. Once per process.

    The first `tried` are visited for five posts each; nothing is written. Raises
    `NotFoundError` where there is none.
    """
    frontier = _ForgetfulFrontier(deps.frontier)
    crawling, _ = _dry(deps, frontier)
    candidates = Candidates()
    probe = probe_source(crawling, url, candidates, thorough=True)
    trials: dict[str, SourceRun] = {}

    async def look(reactor: ReactorBase) -> None:
        await crawling.visit_all(reactor, [probe])
        first = [c.spec for c in candidates.ordered()[:tried]]
        for spec in first:
            frontier.forget()
            await crawling.visit_all(reactor, [_short(spec)])
            trials[spec.url] = crawling.runs[-1]

    run_in_reactor(look)
    found = candidates.ordered()
    if not found and not candidates.hints:
        raise nothing_there(url, crawling.runs[0])
    return Discovery(
        proposals=tuple(
            Proposal(spec=c.spec, named=c.named, trial=trials.get(c.spec.url))
            for c in found
        ),
        hints=tuple(candidates.hints),
        requests=sum(run.requests for run in crawling.runs),
    )


def probe_source(
    crawling: Crawling, url: str, candidates: Candidates, *, thorough: bool
) -> SourceSpec:
    """Teach the crawl to look at an address, and return what it is to visit."""
    said = {"candidates": candidates, "thorough": thorough}
    probe = type("Probe", (ProbeSpider,), said)
    crawling.spiders = {**SPIDERS, ProbeSpider.name: probe}
    return SourceSpec(id=SourceId("proposed"), name="", kind=ProbeSpider.name, url=url)


def nothing_there(url: str, run: SourceRun) -> NotFoundError:
    """Return the error that says what stood in the way."""
    said = in_words(run.errors) if run.errors else run.message
    why = said or "no feed, map, forum or list"
    return NotFoundError(
        f"No source was found at {url}: {why}.",
        hint="Give the address of a feed, or write the selectors by hand.",
    )


class _DryFrontier(MemoryFrontier):
    """Knows no page, but what hosts are owed; forgets what it learns of pages."""

    def __init__(self, real: Frontier) -> None:
        super().__init__()
        self._real = real

    def host_rest(self, host: str) -> HostRest | None:
        return self._real.host_rest(host)

    def rest_host(self, host: str, until: datetime, failures: int) -> None:
        self._real.rest_host(host, until, failures)

    def spend(self, budget: str, day: str, units: int, most: int) -> bool:
        return self._real.spend(budget, day, units, most)


class _ForgetfulFrontier(_DryFrontier):
    """Lets each trial fetch its pages itself: known ones would say nothing of it."""

    def forget(self) -> None:
        """Know no page any more, nor what waits."""
        super().__init__(self._real)


def _dry(
    deps: CrawlDeps, frontier: Frontier | None = None
) -> tuple[Crawling, list[PostEvent]]:
    events: list[PostEvent] = []
    frontier = frontier or _DryFrontier(deps.frontier)
    bare = replace(deps, event_log=None, evidence=None, frontier=frontier)
    return Crawling(bare, events.append, max_posts=_SAMPLE), events


def _short(spec: SourceSpec) -> SourceSpec:
    return replace(spec, max_pages=_FEW_MAPS if spec.kind == "sitemap" else 1)
