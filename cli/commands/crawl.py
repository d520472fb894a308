"""`crawl`, `sources`: bring posts in, and look after where they come from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.crawling import (
    allowed_networks,
    choose,
    crawl_deps,
    open_frontier,
    present_sources,
)
from cli.output import ATTENTION, emit, friendly, say, show
from cli.presence import at_work
from cli.state import HomeOption, profile_of, settings_of
from domain.profile import SourceSpec
from eventlog.port import LogTopic

if TYPE_CHECKING:
    from crawlers.check import SourceCheck

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
        with at_work(settings.home):
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


@sources.command("list")
def list_sources(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """List sources with their last visit."""
    with friendly():
        settings = settings_of(home)
        profile = profile_of(settings)
        frontier = open_frontier(settings)
        for source in present_sources(settings, profile)():
            run = frontier.last_poll(source.id)
            row = {
                "id": source.id,
                "kind": source.kind,
                "enabled": source.enabled,
                "verified": source.verified,
                "url": source.url,
                "last_visit": run.started.isoformat() if run else None,
                "new": run.new if run else None,
                "errors": run.errors if run else None,
            }
            if as_json:
                emit(row)
            else:
                state = "on " if source.enabled else "off"
                idle = "never visited" if source.visited else "receives reports"
                seen = row["last_visit"] or idle
                show(f"{source.id}\t{source.kind}\t{state}\t{seen}\t{source.url}")


@sources.command("check")
def check(
    name: Annotated[str, typer.Argument(metavar="SOURCE")],
    as_json: JsonOption = False,
    draft: Annotated[
        bool,
        typer.Option("--draft", help="Take the source's fields as JSON from stdin."),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Fetch a few posts and say what would be found; writes nothing."""
    with friendly():
        from crawlers.check import check_source
        from crawlers.problems import in_words

        settings = settings_of(home, quiet=not as_json)
        profile = profile_of(settings)
        deps = crawl_deps(settings, profile, LogTopic.POSTS)
        if draft:
            source = read_draft(name)
        else:
            (source,) = choose(present_sources(settings, profile)(), [name])
        found = check_source(source, deps)
        for post in found.posts:
            when = post.published.isoformat() if post.published else "no date"
            row = {"title": post.title, "published": when, "url": post.url}
            row["letters"] = str(len(post.text))
            emit(row) if as_json else show("\t".join(row.values()))
        run = found.run
        if as_json:
            emit({"check": _summary(found)})
        say(
            f"{run.pages} pages: {run.with_title} with title, {run.with_date} with "
            f"date, {run.with_text} with text; errors: {in_words(run.errors)}"
        )
        if run.message:
            say(run.message)
        if not found.sound:
            raise typer.Exit(ATTENTION)


def read_draft(name: str) -> SourceSpec:
    """Read a source that is not in force from stdin; it keeps the name."""
    import sys

    import msgspec

    from domain.errors import QuarantineError

    try:
        spec = msgspec.json.decode(sys.stdin.read(), type=SourceSpec)
    except msgspec.DecodeError as error:
        raise QuarantineError(f"This is no source: {error}", reason="draft") from error
    if spec.id != name:
        raise QuarantineError("The draft is of another source.", reason="draft")
    return spec


def _summary(found: "SourceCheck") -> dict[str, object]:
    run = found.run
    counts = (
        "pages",
        "with_title",
        "with_date",
        "with_text",
        "with_author",
        "requests",
    )
    return {
        "sound": found.sound,
        **{name: getattr(run, name) for name in counts},
        "errors": dict(run.errors or {}),
        "message": run.message,
    }


@sources.command("add")
def add(
    url: str,
    name: Annotated[str, typer.Option(help="Id of the source.")] = "",
    press: Annotated[bool, typer.Option("--press", help="Licensed press.")] = False,
    home: HomeOption = None,
) -> None:
    """Find a feed, list or forum at an address and add it as a source."""
    with friendly():
        from dataclasses import replace

        from cli.addresses import check_address
        from crawlers.check import propose_source
        from domain.ids import SourceId
        from wiring import bootstrap
        from wiring.sources import save_source

        settings = settings_of(home, quiet=True)
        profile = profile_of(settings)
        check_address(url, allowed_networks(settings))
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
        deps = crawl_deps(settings, profile, LogTopic.BACKFILL, local=True)
        with at_work(settings.home):
            report = file_import(path, spec, deps)
        for row in report.rejected:
            say(f"line {row.line}: {row.reason}")
        show(f"{report.taken} taken in, {len(report.rejected)} rejected")
        if report.rejected:
            raise typer.Exit(ATTENTION)
