"""`reindex`, `reanalyse`, `regate`, `re-extract`: go through the archive once more."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import emit, friendly, say, show
from cli.state import HomeOption, profile_of, settings_of

if TYPE_CHECKING:
    from crawlers.reextract import Reextracted

SAMPLES = 5
"""Diffs that a dry run shows: enough to see whether a fix does what it should."""


def reindex(home: HomeOption = None) -> None:
    """Build the search index anew from the archive, without running a model."""
    with friendly():
        from cli.progress import Rates
        from jobs.stories import Likeness, consolidate
        from nlp.fingerprint import bands, similarity
        from pipeline.replay import reindex as rebuild
        from wiring import bootstrap

        settings = settings_of(home)
        log = bootstrap.build_log(settings)
        index = bootstrap.build_index(settings)
        with Rates("reindex") as rates:
            done = rebuild(log, index, rates.total)
        # Stories are a function of the documents and of people's words on them.
        likeness = Likeness(bands=bands, similarity=similarity)
        casework = bootstrap.build_casework(settings)
        consolidate(index, casework, likeness, since=None)
        show(
            f"{done.documents} documents from {done.records} records "
            f"({done.unreadable} unreadable); live: {index.live_version()}"
        )
        index.close()
        log.close()


def reanalyse(home: HomeOption = None) -> None:
    """Run the present models on every stored post."""
    _again(home, everything=True)


def regate(home: HomeOption = None) -> None:
    """Judge again what the place gate stopped, after a correction of the profile."""
    _again(home, everything=False)


def _again(home: HomeOption, *, everything: bool) -> None:
    with friendly():
        from cli.commands.run import fresh_sources
        from cli.progress import Rates
        from pipeline.replay import Again, judge_again
        from wiring import bootstrap

        settings = settings_of(home)
        log = bootstrap.build_log(settings)
        index = bootstrap.build_index(settings)
        worker = bootstrap.build_worker(
            settings, profile_of(settings), index, fresh_sources(settings)
        )
        name = "reanalyse" if everything else "regate"
        with Rates(name) as rates:
            which = Again.ALL if everything else Again.STOPPED
            written = judge_again(log, worker, which, rates.total)
        bootstrap.build_casework(settings).record(
            "cli", name, "all", {"posts": written}
        )
        show(f"{written} new analyses; the indexer takes them over.")
        index.close()
        log.close()


def re_extract(  # noqa: PLR0917 - options, given by name
    source: Annotated[str, typer.Option(help="Only this source's posts.")] = "",
    since: Annotated[str, typer.Option(help="Captured on this day or later.")] = "",
    site: Annotated[str, typer.Option(help="Only pages of this site module.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count and show, write nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON lines on stdout.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Read stored captures again after a fix of the extraction, as revisions.

    May be cut off and run again; what is right already is left alone.
    """
    with friendly():
        from cli.progress import Rates
        from cli.rereading import Shown, open_run

        shown = Shown(SAMPLES if dry_run and not as_json else 0, as_json=as_json)
        settings = settings_of(home)
        with (
            open_run(settings, profile_of(settings), shown, dry=dry_run) as run,
            Rates("re-extract") as rates,
        ):
            done = run.go(rates.add, source=source, since=since, site=site)
        if as_json:
            emit(_summary(done))
        else:
            _say_done(done, dry=dry_run)
        if done.skipped["on_its_way"] or done.skipped["site_at_work"]:
            say("minhtin: Some posts were being worked on. Run this again later.")


def _summary(done: "Reextracted") -> dict[str, object]:
    return {
        "read": done.read,
        "changed": done.changed,
        "fields": dict(done.fields),
        "skipped": dict(done.skipped),
    }


def _say_done(done: "Reextracted", *, dry: bool) -> None:
    would = "would change" if dry else "changed"
    show(f"{done.read:,} captures read again; {done.changed:,} posts {would}")
    for name, count in done.fields.most_common():
        show(f"  {name}: {count:,}")
    for why, count in sorted(done.skipped.items()):
        show(f"  left alone, {why.replace('_', ' ')}: {count:,}")
