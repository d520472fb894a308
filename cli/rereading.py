"""Opens what `re-extract` works with, and shows what it finds."""

import difflib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from cli.crawling import crawl_deps, present_sources
from cli.output import emit, show
from cli.state import day_of
from crawlers.reextract import Choice, Reextracted, Reextraction
from crawlers.reread import Reread
from domain.errors import NotFoundError
from domain.post import Post
from domain.profile import Profile
from eventlog.port import LogTopic
from extraction.sites import ALL
from wiring import bootstrap
from wiring.settings import Settings

_WIDTH = 160


class Shown:
    """Prints changes: the first `samples` as differences, or each as a JSON line."""

    def __init__(self, samples: int, *, as_json: bool) -> None:
        self._samples = samples
        self._as_json = as_json

    def __call__(self, before: Post, made: Reread) -> None:
        if self._as_json:
            emit(
                {
                    "id": before.id,
                    "revision": before.revision,
                    "url": before.url,
                    "evidence": before.evidence,
                    "changed": list(made.changed),
                }
            )
        elif self._samples > 0:
            self._samples -= 1
            show(f"{before.id}, revision {before.revision}")
            for name in made.changed:
                for line in difference(name, before, made.post):
                    show(f"  {line}")


def difference(name: str, before: Post, after: Post) -> Iterator[str]:
    """Yield the lines of a field that go and come."""
    was, now = (str(getattr(post, name) or "") for post in (before, after))
    for line in difflib.ndiff(was.split("\n"), now.split("\n")):
        if line[:1] in "+-":
            text = line[2:]
            cut = "…" if len(text) > _WIDTH else ""
            yield f"{name} {line[:1]} {text[:_WIDTH]}{cut}"


@dataclass(frozen=True, slots=True)
class Run:
    """One call of the command."""

    settings: Settings
    reextraction: Reextraction
    known: frozenset[str]

    def go(
        self, progress: Callable[[int], None], *, source: str, since: str, site: str
    ) -> Reextracted:
        """Choose and read. Raises `NotFoundError` for a source or site of no name."""
        if source and source not in self.known:
            raise NotFoundError(
                f"There is no source {source!r}.", hint="See `minhtin sources list`."
            )
        choice = Choice(
            source=source, since=day_of(self.settings, since), hosts=hosts_of(site)
        )
        return self.reextraction.run(choice, progress)


def hosts_of(site: str) -> tuple[str, ...]:
    """Return the hosts of a site module, by its name or one of its hosts."""
    if not site:
        return ()
    named = {host.split(".")[0]: one.hosts for one in ALL for host in one.hosts}
    named |= {host: one.hosts for one in ALL for host in one.hosts}
    if site not in named:
        raise NotFoundError(
            f"There is no module for a site {site!r}.",
            hint=f"Known are {', '.join(sorted(n for n in named if '.' not in n))}.",
        )
    return named[site]


@contextmanager
def open_run(
    settings: Settings, profile: Profile, shown: Shown, *, dry: bool
) -> Iterator[Run]:
    """Open the stores; note in the audit what was written, however it ended."""
    # History: what was just crawled is analysed first.
    deps = crawl_deps(settings, profile, LogTopic.BACKFILL, local=True)
    with closing(bootstrap.build_casework(settings)) as casework:
        listed = present_sources(settings, profile, casework)()
        sources = {spec.id: spec for spec in listed}
        made = Reextraction(deps, sources, shown, dry=dry)
        try:
            yield Run(settings, made, frozenset(sources))
        finally:
            if made.done.changed and not dry:
                casework.record(
                    "cli", "re-extract", "all", {"posts": made.done.changed}
                )
            deps.frontier.close()
            if deps.event_log is not None:
                deps.event_log.close()
