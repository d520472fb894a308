"""`sources discover`, `import-opml`, `export-opml`: find sources, exchange lists."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.crawl import JsonOption
from cli.crawling import allowed_networks, crawl_deps, present_sources
from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, profile_of, settings_of
from eventlog.port import LogTopic

if TYPE_CHECKING:
    from crawlers.check import Proposal


def discover(
    url: str,
    tried: Annotated[
        int, typer.Option("--try", min=0, max=20, help="Proposals to visit.")
    ] = 8,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Find a site's feeds, maps, lists, forum or interface; writes nothing.

    Prints the TOML of each with what a visit of five posts brought.
    """
    with friendly():
        from cli.addresses import check_address
        from crawlers.check import discover_sources

        settings = settings_of(home, quiet=not as_json)
        check_address(url, allowed_networks(settings))
        deps = crawl_deps(settings, profile_of(settings), LogTopic.POSTS)
        found = discover_sources(url, deps, tried=tried)
        for proposal in found.proposals:
            _emit_proposal(proposal) if as_json else _show_proposal(proposal)
        for hint in found.hints:
            say(hint)
        say(f"{len(found.proposals)} proposed after {found.requests} requests.")
        if not found.proposals:
            raise typer.Exit(ATTENTION)


def _emit_proposal(proposal: "Proposal") -> None:
    run = proposal.trial
    trial = {
        "posts": run.pages,
        "with_title": run.with_title,
        "with_date": run.with_date,
        "with_text": run.with_text,
        "errors": dict(run.errors or {}),
    } if run else None  # fmt: skip
    emit({**asdict(proposal.spec), "named": proposal.named, "trial": trial})


def _show_proposal(proposal: "Proposal") -> None:
    from cli.source_lists import toml_of
    from crawlers.problems import in_words

    run = proposal.trial
    tried = "not tried"
    if run:
        tried = (
            f"of {run.pages} posts {run.with_title} with title, {run.with_date} with "
            f"date, {run.with_text} with text; errors: {in_words(run.errors)}"
        )
    show(f"# names {proposal.named}; {tried}\n{toml_of(proposal.spec)}")


def import_opml(
    path: Annotated[Path, typer.Argument(metavar="FILE.opml")],
    enable: Annotated[
        bool, typer.Option("--enable/--disable", help="Crawl them from now on.")
    ] = True,
    home: HomeOption = None,
) -> None:
    """Add the feeds of an OPML list; those that are known already stay as they are.

    What can never be asked is left out and named.
    """
    with friendly():
        from cli.addresses import refusal
        from cli.source_lists import read_opml, sources_of
        from wiring import bootstrap
        from wiring.sources import save_source

        every, odd = read_opml(path)
        settings = settings_of(home)
        networks = allowed_networks(settings)
        refused = {
            url: refusal(url, networks) for url in (*odd, *(o.url for o in every))
        }
        outlines = [outline for outline in every if not refused[outline.url]]
        known = present_sources(settings, profile_of(settings))()
        casework = bootstrap.build_casework(settings)
        made = sources_of(outlines, known, enabled=enable)
        for source in made:
            save_source(casework, "cli", source)
            show(f"{source.id}\t{source.url}")
        left_out = {url: why for url, why in refused.items() if why}
        for url, why in left_out.items():
            say(f"{url} is left out: {why}.")
        known_already = len(outlines) - len(made)
        say(
            f"{len(made)} added, {known_already} known already, "
            f"{len(left_out)} left out."
        )
        if left_out:
            raise typer.Exit(ATTENTION)


def export_opml(home: HomeOption = None) -> None:
    """Print the feeds among the sources as an OPML list."""
    with friendly():
        from cli.source_lists import outlines_of
        from extraction.opml import write_opml

        settings = settings_of(home)
        profile = profile_of(settings)
        listed = present_sources(settings, profile)()
        outlines = outlines_of(listed)
        show(write_opml(outlines, profile.name).decode().rstrip("\n"))
        left = len(listed) - len(outlines)
        say(f"{len(outlines)} feeds; {left} sources of other kinds left out.")
