"""`extract`, `analyse`, `search`: for scripts, without a server.

`docs/commands.md` documents what they print.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, profile_of, settings_anywhere, settings_of

ANALYSE_BATCH = 64

SHOWN_FAULTS = 10
"""Bad lines named one by one; more bury what is wrong with all of them."""


def extract(
    path: Annotated[Path, typer.Argument(metavar="FILE.html")],
    url: Annotated[str, typer.Option(help="Where the page was found.")],
    content_type: Annotated[str, typer.Option(help="As the server said.")] = "",
    source: Annotated[
        str, typer.Option(help="Read it as this source's spider would.")
    ] = "",
    home: HomeOption = None,
) -> None:
    """Print the fields of an article page, or of each item of an answer, as JSON."""
    with friendly():
        from cli.crawling import choose, present_sources
        from cli.extracting import rows_of
        from domain.errors import NotFoundError

        try:
            body = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        except OSError as error:
            raise NotFoundError(f"{path} cannot be read: {error.strerror}.") from error
        spec = None
        if source:
            settings = settings_of(home)
            listed = present_sources(settings, profile_of(settings))()
            (spec,) = choose(listed, [source])
        for row in rows_of(body, url, content_type, spec):
            emit(row)


def analyse(
    path: Annotated[Path, typer.Argument(metavar="FILE|-", help="JSON lines.")],
    gate: Annotated[
        bool, typer.Option("--gate/--no-gate", help="Stop texts of other places.")
    ] = True,
    home: HomeOption = None,
) -> None:
    """Judge texts given as JSON lines; prints a JSON line for each."""
    with friendly():
        from cli.analysing import Analyst

        settings = settings_anywhere(home)
        analyst = Analyst.open(settings, profile_of(settings), gate=gate)
        bad = judged = 0
        with _opened(path) as lines:
            for rows, faults in _batches(lines):
                for number, why in faults[: max(0, SHOWN_FAULTS - bad)]:
                    say(f"line {number}: {why}")
                bad += len(faults)
                judged += len(rows)
                for result in analyst.judge(rows):
                    emit(result)
        _tell_faults(path, bad, judged)


def _tell_faults(path: Path, bad: int, judged: int) -> None:
    """Sum up; raises `QuarantineError` for a file of which no line was judged."""
    from domain.errors import QuarantineError

    if bad and not judged:
        raise QuarantineError(
            f"None of the {bad} lines of {path} could be judged.",
            reason="unreadable",
            hint='Each is an object on its own line, such as {"id": 1, "text": "…"}.',
        )
    if bad:
        say(f"minhtin: {bad} of {bad + judged} lines were left out.")
        raise typer.Exit(ATTENTION)


def _opened(path: Path) -> TextIO:
    from domain.errors import NotFoundError

    if str(path) == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        return sys.stdin
    try:
        return path.open(encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}.") from error


def _batches(
    lines: TextIO,
) -> Iterator[tuple[list[dict[str, Any]], list[tuple[int, str]]]]:
    rows: list[dict[str, Any]] = []
    faults: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(_row(line))
        except ValueError as error:
            faults.append((number, str(error)))
        if len(rows) >= ANALYSE_BATCH:
            yield rows, faults
            rows, faults = [], []
    yield rows, faults


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()  # as it is printed again
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON ({error.msg}, column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except UnicodeEncodeError as error:
        raise ValueError("holds half of a letter") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError("expected an object with `id` and `text`")  # noqa: TRY004 - the line is at fault
    if not isinstance(row.get("id"), str | int):
        raise ValueError("expected an `id`")  # noqa: TRY004 - the line is at fault
    return row


def search(  # noqa: PLR0917 - options, given by name
    query: Annotated[str, typer.Argument(help="See docs/search.md.")] = "",
    size: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    order: Annotated[str, typer.Option(help="newest, oldest, best, urgent.")] = "best",
    after: Annotated[str, typer.Option(help="Cursor of the page before.")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
    home: HomeOption = None,
) -> None:
    """Search the index."""
    with friendly():
        from zoneinfo import ZoneInfo

        from domain.errors import QuarantineError
        from searchindex.parse import parse
        from searchindex.port import Order, Search
        from wiring import bootstrap

        if order not in set(Order):
            raise QuarantineError(
                f"There is no order {order!r}.",
                reason="order",
                hint=f"Use one of {', '.join(Order)}.",
            )
        settings = settings_of(home)
        zone = ZoneInfo(profile_of(settings).timezone)
        parsed = parse(
            query, today=bootstrap.build_clock().now().astimezone(zone).date()
        )
        for warning in parsed.warnings:
            say(warning)
        index = bootstrap.build_index(settings)
        page = index.reader().search(
            Search(
                query=parsed.node, order=Order(order), size=size, after=after or None
            )
        )
        for hit in page.hits:
            emit(found(hit)) if as_json else show(line_of(hit))
        about = "" if page.total_exact else "at least "
        say(f"{about}{page.total} found")
        if page.next_cursor:
            say(f"next page: --after {page.next_cursor}")
        index.close()


def found(hit: Any) -> dict[str, Any]:  # noqa: ANN401 - searchindex.port.Hit, imported late
    """Return a hit as `search --json` prints it."""
    document = hit.document
    post = document.post
    return {
        "id": post.id,
        "revision": post.revision,
        "kind": post.kind,
        "source": post.source,
        "outlet": post.outlet,
        "url": post.url,
        "title": post.title,
        "text": post.text,
        "published": post.published.isoformat() if post.published else None,
        "about": document.analysis.about,
        "queues": list(document.analysis.queues),
        "labels": [s.name for s in document.analysis.judgement.labels if s.flagged],
        "topic": document.analysis.judgement.topic,
        "story": document.story_shown,
        "status": document.status,
        "verdict": document.review.verdict if document.review else None,
        "score": round(hit.score, 4),
        "highlights": [list(span) for span in hit.highlights],
    }


def line_of(hit: Any) -> str:  # noqa: ANN401 - searchindex.port.Hit, imported late
    """Return a hit as one line for a terminal."""
    post = hit.document.post
    title = post.title or post.text[:80]
    return (
        f"{post.when:%Y-%m-%d %H:%M}\t{post.outlet or post.source}\t{title}\t{post.url}"
    )
