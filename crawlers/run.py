"""Running crawls.

Twisted's reactor starts once per process: call `crawl` (or a function of
`crawlers.check`) once in a process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from crawlers.crawling import Crawling
from crawlers.deps import CrawlDeps, CrawlLimits
from crawlers.files import FileReport, RejectedRow, file_import
from crawlers.frontier.port import SourceRun
from crawlers.reactor import run_in_reactor
from domain.events import PostEvent
from domain.profile import SourceSpec

__all__ = [
    "CrawlDeps",
    "CrawlLimits",
    "CrawlReport",
    "FileReport",
    "RejectedRow",
    "crawl",
    "file_import",
]

Sources = Sequence[SourceSpec] | Callable[[], Sequence[SourceSpec]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """The visits made (of a long watch the last 10,000) and the files read."""

    runs: tuple[SourceRun, ...] = ()
    files: tuple[FileReport, ...] = ()

    @property
    def errors(self) -> int:
        """Failures of all visits together."""
        return sum(sum((run.errors or {}).values()) for run in self.runs)


def crawl(
    sources: Sources,
    deps: CrawlDeps,
    *,
    watch: bool = False,
    on_event: Callable[[PostEvent], None] | None = None,
) -> CrawlReport:
    """Visit the sources once, or in a watch until SIGTERM or SIGINT.

    A single visit goes to every source given, due and enabled or not, and asks for all
    known pages again. A watch visits enabled sources when they are due, and asks a
    callable for them before each look, so that sources may come and go. `on_event`
    sees each event once it is durable. Raises `ConfigurationError` for a source that
    cannot be visited at all.
    """
    listed = sources if callable(sources) else partial(tuple, sources)
    crawling = Crawling(deps, on_event, watching=watch)
    if watch:
        run_in_reactor(lambda reactor: crawling.watch(reactor, listed))
    else:
        run_in_reactor(lambda reactor: crawling.visit_all(reactor, listed()))
    return CrawlReport(runs=tuple(crawling.runs), files=tuple(crawling.files))
