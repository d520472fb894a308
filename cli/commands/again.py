"""`reindex`, `reanalyse`, `regate`: go through the archive once more."""

from cli.output import friendly, show
from cli.state import HomeOption, profile_of, settings_of


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
