"""`crawl`, `sources`: bring posts in, and look after where they come from."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, profile_of, settings_of
from domain.errors import ConfigurationError, NotFoundError
from domain.profile import Profile, SourceSpec
from eventlog.port import LogTopic
from wiring.settings import Mode, Settings

if TYPE_CHECKING:
    from crawlers.deps import CrawlDeps

sources = typer.Typer(help="Where posts come from.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")]


def crawl(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE…]", help="Ids; else all.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch/--once", help="Go on, or one visit each.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Visit sources and write what is new into the log."""
    with friendly():
        from crawlers.run import crawl as run_crawl

        settings = settings_of(home)
        profile = profile_of(settings)
        listed = present_sources(settings, profile)
        deps = crawl_deps(settings, profile, LogTopic.POSTS)
        report = run_crawl(
            lambda: choose(listed(), names or []),
            deps,
            watch=watch,
            on_event=emit_event if as_json else None,
        )
        for run in report.runs:
            failed = sum((run.errors or {}).values())
            line = (
                f"{run.source}: {run.new} new, {run.revised} revised, "
                f"{run.unchanged} unchanged, {run.requests} requests, {failed} errors"
            )
            say(f"{line} {run.message}".rstrip())
        if report.errors:
            raise typer.Exit(ATTENTION)


def emit_event(event: object) -> None:
    """Print one event as it went into the log."""
    import json

    from eventlog.codec import encode_event

    emit(json.loads(encode_event(event)))  # type: ignore[arg-type]


def present_sources(
    settings: Settings, profile: Profile
) -> Callable[[], Sequence[SourceSpec]]:
    """Return a reader of the sources in force; in sample mode the newsroom's."""
    from wiring import bootstrap

    if settings.mode is Mode.SAMPLE:
        from cli.newsroom.server import open_newsroom

        newsroom = open_newsroom(profile, bootstrap.build_clock().now())
        return newsroom.sources
    return bootstrap.build_sources(profile, bootstrap.build_casework(settings))


def choose(listed: Sequence[SourceSpec], names: Sequence[str]) -> list[SourceSpec]:
    """Return the named sources, or all that are enabled."""
    if not names:
        return [source for source in listed if source.enabled]
    known = {str(source.id): source for source in listed}
    if unknown := [name for name in names if name not in known]:
        raise NotFoundError(
            f"There is no source {', '.join(unknown)}.",
            hint="See `minhtin sources list`.",
        )
    return [known[name] for name in names]


def crawl_deps(settings: Settings, profile: Profile, topic: LogTopic) -> "CrawlDeps":
    """Put together what crawls work with."""
    from crawlers.deps import CrawlDeps
    from crawlers.frontier.sqlite import SqliteFrontier
    from wiring import bootstrap

    settings.home.mkdir(parents=True, exist_ok=True)
    networks = settings.allowed_networks
    if settings.mode is Mode.SAMPLE:
        networks = (*networks, "127.0.0.0/8")
    return CrawlDeps(
        event_log=bootstrap.build_log(settings),
        evidence=bootstrap.build_evidence(settings),
        frontier=SqliteFrontier(settings.frontier_path),
        clock=bootstrap.build_clock(),
        pseudonym_key=bootstrap.secret_key(settings),
        user_agent=user_agent(settings, profile),
        allowed_networks=networks,
        default_delay=settings.crawl_delay,
        outlets=profile.outlets,
        topic=topic,
    )


def user_agent(settings: Settings, profile: Profile) -> str:
    """Return the agent with a contact; without one no real site is visited."""
    contact = settings.crawl_contact
    if not contact and not profile.contact_is_placeholder:
        contact = profile.contact
    if not contact:
        if settings.mode is Mode.SAMPLE or settings.allowed_networks:
            contact = "sample"
        else:
            raise ConfigurationError(
                "No contact is set, so no site is visited.",
                hint="Put an address or e-mail into crawl_contact (minhtin.toml).",
            )
    return f"{profile.user_agent_name}/1 (+{contact})"


@sources.command("list")
def list_sources(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """List sources with their last visit."""
    with friendly():
        from crawlers.frontier.sqlite import SqliteFrontier

        settings = settings_of(home)
        profile = profile_of(settings)
        settings.home.mkdir(parents=True, exist_ok=True)
        frontier = SqliteFrontier(settings.frontier_path)
        for source in present_sources(settings, profile)():
            runs = frontier.runs(source.id, 1)
            row = {
                "id": source.id,
                "kind": source.kind,
                "enabled": source.enabled,
                "verified": source.verified,
                "url": source.url,
                "last_visit": runs[0].started.isoformat() if runs else None,
                "new": runs[0].new if runs else None,
                "errors": runs[0].errors if runs else None,
            }
            if as_json:
                emit(row)
            else:
                state = "on " if source.enabled else "off"
                seen = row["last_visit"] or "never visited"
                show(f"{source.id}\t{source.kind}\t{state}\t{seen}\t{source.url}")


@sources.command("check")
def check(
    name: Annotated[str, typer.Argument(metavar="SOURCE")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Fetch a few posts and say what would be found; writes nothing."""
    with friendly():
        from crawlers.check import check_source

        settings = settings_of(home)
        profile = profile_of(settings)
        deps = crawl_deps(settings, profile, LogTopic.POSTS)
        (source,) = choose(present_sources(settings, profile)(), [name])
        found = check_source(source, deps)
        for post in found.posts:
            when = post.published.isoformat() if post.published else "no date"
            row = {"title": post.title, "published": when, "url": post.url}
            row["letters"] = str(len(post.text))
            emit(row) if as_json else show("\t".join(row.values()))
        run = found.run
        say(
            f"{run.pages} pages: {run.with_title} with title, {run.with_date} with "
            f"date, {run.with_text} with text; errors: {run.errors or 'none'}"
        )
        if not found.sound:
            raise typer.Exit(ATTENTION)


@sources.command("add")
def add(
    url: str,
    name: Annotated[str, typer.Option(help="Id of the source.")] = "",
    press: Annotated[bool, typer.Option("--press", help="Licensed press.")] = False,
    home: HomeOption = None,
) -> None:
    """Find a feed, list or forum at an address and add it, not yet enabled."""
    with friendly():
        from dataclasses import replace

        from crawlers.check import propose_source
        from domain.ids import SourceId
        from wiring import bootstrap
        from wiring.sources import save_source

        settings = settings_of(home)
        profile = profile_of(settings)
        spec = propose_source(url, crawl_deps(settings, profile, LogTopic.POSTS))
        spec = replace(
            spec,
            id=SourceId(name) if name else spec.id,
            licensed_press=press,
            enabled=True,
        )
        save_source(bootstrap.build_casework(settings), "cli", spec)
        show(f"Added {spec.id}: {spec.kind} {spec.url}")


def backfill(
    path: Annotated[Path, typer.Argument(help="CSV, JSONL or XLSX.", exists=True)],
    source: Annotated[str, typer.Option(help="Id under which the posts come.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="field=column, for example text=noi_dung."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Take in a file of older posts; the worker reads them when it is idle."""
    with friendly():
        from crawlers.run import file_import
        from domain.ids import SourceId

        settings = settings_of(home)
        profile = profile_of(settings)
        spec = SourceSpec(
            id=SourceId(source or path.stem),
            name=path.name,
            kind="file",
            url=path.absolute().as_uri(),
            columns=dict(part.split("=", 1) for part in column or [] if "=" in part),
        )
        report = file_import(
            path, spec, crawl_deps(settings, profile, LogTopic.BACKFILL)
        )
        for row in report.rejected:
            say(f"line {row.line}: {row.reason}")
        show(f"{report.taken} taken in, {len(report.rejected)} rejected")
        if report.rejected:
            raise typer.Exit(ATTENTION)
