"""What crawls are made of: the sources in force, and what the spiders are given."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from casework.service import Casework
from crawlers.frontier.port import Frontier
from domain.errors import ConfigurationError, NotFoundError
from domain.profile import INTAKE, Profile, SourceSpec
from eventlog.port import LogTopic
from wiring.settings import Mode, Settings

if TYPE_CHECKING:
    from crawlers.deps import CrawlDeps


def present_sources(
    settings: Settings, profile: Profile, casework: Casework | None = None
) -> Callable[[], Sequence[SourceSpec]]:
    """Return a reader of the sources in force; in sample mode the newsroom's.

    Programs that have casework open hand it in: each store takes connections.
    """
    from wiring import bootstrap

    base = base_sources(settings, profile)
    kept = casework or bootstrap.build_casework(settings)
    return bootstrap.build_sources(replace(profile, sources=tuple(base())), kept)


def base_sources(
    settings: Settings, profile: Profile
) -> Callable[[], Sequence[SourceSpec]]:
    """Return a reader of the sources before any edit: the profile's or newsroom's."""
    if settings.mode is not Mode.SAMPLE:
        return lambda: profile.sources
    from cli.newsroom.server import open_newsroom
    from wiring import bootstrap

    return open_newsroom(profile, bootstrap.build_clock().now()).sources


def choose(listed: Sequence[SourceSpec], names: Sequence[str]) -> list[SourceSpec]:
    """Return the named sources, or all that are enabled, of those that are visited."""
    if not names:
        return [s for s in listed if s.enabled and s.kind != INTAKE]
    known = {str(source.id): source for source in listed}
    if unknown := [name for name in names if name not in known]:
        raise NotFoundError(
            f"There is no source {', '.join(unknown)}.",
            hint="See `minhtin sources list`.",
        )
    if sent := [name for name in names if known[name].kind == INTAKE]:
        raise ConfigurationError(
            f"{', '.join(sent)} is a channel of reports: nobody visits it.",
            hint="Reports come by themselves; see docs/intake.md.",
        )
    return [known[name] for name in names]


def crawl_deps(
    settings: Settings, profile: Profile, topic: LogTopic, *, local: bool = False
) -> "CrawlDeps":
    """Put together what crawls work with; `local` ones visit no site."""
    from crawlers.deps import Budget, CrawlDeps
    from wiring import bootstrap
    from wiring.secret_files import youtube_key

    return CrawlDeps(
        event_log=bootstrap.build_log(settings),
        evidence=bootstrap.build_evidence(settings),
        frontier=open_frontier(settings),
        clock=bootstrap.build_clock(),
        pseudonym_key=bootstrap.secret_key(settings),
        user_agent="local" if local else user_agent(settings, profile),
        allowed_networks=allowed_networks(settings),
        default_delay=settings.crawl_delay,
        budget=Budget(
            a_minute=settings.crawl_requests_a_minute,
            a_day=settings.crawl_requests_a_day,
        ),
        zone=ZoneInfo(profile.timezone),
        outlets=profile.outlets,
        topic=topic,
        youtube_key="" if local else youtube_key(settings),
        youtube_units_a_day=settings.youtube_units_a_day,
    )


def allowed_networks(settings: Settings) -> tuple[str, ...]:
    """Return the private networks that may be asked; the newsroom's in a sample."""
    networks = settings.allowed_networks
    return (*networks, "127.0.0.0/8") if settings.mode is Mode.SAMPLE else networks


def user_agent(settings: Settings, profile: Profile) -> str:
    """Return the agent with a contact; without one no real site is visited."""
    contact = settings.crawl_contact
    if not contact and not profile.contact_is_placeholder:
        contact = profile.contact
    if not contact:
        if settings.mode is Mode.SAMPLE:
            contact = "sample"
        else:
            raise ConfigurationError(
                "No contact is set, so no site is visited.",
                hint="Put an address or e-mail into crawl_contact (minhtin.toml).",
            )
    return f"{profile.user_agent_name}/1 (+{contact})"


def open_frontier(settings: Settings) -> Frontier:
    """Open what the crawlers know: shared on PostgreSQL, else a file of the home."""
    if settings.database_url.startswith("postgres"):
        from crawlers.frontier.postgres import PostgresFrontier

        return PostgresFrontier(settings.database_url)
    from crawlers.frontier.sqlite import SqliteFrontier
    from crawlers.holders import is_gone

    settings.home.mkdir(parents=True, exist_ok=True)
    return SqliteFrontier(settings.frontier_path, is_gone=is_gone)
