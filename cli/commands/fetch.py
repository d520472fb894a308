"""`fetch`: one page now, through the crawlers that watch."""

from dataclasses import asdict
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated

import typer

from cli.fetching import page_desk
from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, profile_of, settings_of

if TYPE_CHECKING:
    from crawlers.frontier.queue import WaitingPage
    from crawlers.urgent import Outcome, PageDesk

LOOK_SECONDS = 0.2


def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page's address.")],
    wait: Annotated[
        bool, typer.Option("--wait", help="Until it was fetched or could not be.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(help="How long to wait at most.", min=0.1)
    ] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
    home: HomeOption = None,
) -> None:
    """Have a page fetched next, before all that waits, by `crawl --watch`."""
    with friendly():
        settings = settings_of(home)
        desk = page_desk(settings, profile_of(settings))
        page = desk.ask(url)
        found = outcome(desk, page, seconds) if wait else None
        row = {"url": page.url, "source": page.source} | (
            asdict(found) if found else {}
        )
        emit(row) if as_json else show(f"{page.url}: {sentence(found)}")
        if wait and (found is None or found.problem):
            if found is None:
                say("Nobody has fetched it yet. Does `minhtin crawl --watch` run?")
            raise typer.Exit(ATTENTION)


def outcome(desk: "PageDesk", page: "WaitingPage", seconds: float) -> "Outcome | None":
    """Wait until the page was fetched; None if it still waits after the time."""
    deadline = monotonic() + seconds
    while (
        found := desk.outcome(page.url, page.due)
    ) is None and monotonic() < deadline:
        sleep(LOOK_SECONDS)
    return found


def sentence(found: "Outcome | None") -> str:
    """Say what became of a page."""
    if found is None:
        return "waits first in line"
    if found.problem:
        return f"could not be fetched ({found.problem})"
    if found.gone:
        return f"is gone; it was {found.post_id}"
    return f"{found.post_id}, revision {found.revision}"
