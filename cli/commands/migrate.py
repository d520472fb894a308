"""`migrate`: move an installation to other stores."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import ATTENTION, emit, friendly, say
from cli.state import HomeOption, settings_of

if TYPE_CHECKING:
    from cli.moving import Move
    from jobs.migration.tally import Compared


def migrate(
    to: Annotated[
        Path, typer.Option("--to", help="File with the new installation's settings.")
    ],
    verify: Annotated[
        bool, typer.Option("--verify", help="Only compare both sides.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON lines on stdout.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Copy log, evidence, frontier and casework to other stores and rebuild the index.

    Stop everything first. May be cut off and run again; ends by comparing both sides.
    """
    with friendly():
        from cli.moving import Move
        from wiring.settings import load_other

        source = settings_of(home)
        move = Move(source, load_other(to, source))
        if not verify:
            _copy(move)
        rows = list(move.compare())
        if as_json:
            for row in _json(rows):
                emit(row)
        else:
            _show(rows)
        if wrong := [f"{row.store} {row.part}" for row in rows if not row.same]:
            say(
                f"minhtin: The two sides differ: {', '.join(wrong)}. Did something "
                "still write? Stop everything of both installations and run this again."
            )
            raise typer.Exit(ATTENTION)
        say("minhtin: Both sides hold the same.")


def _copy(move: "Move") -> None:
    try:
        move.copy()
    except KeyboardInterrupt:
        say("minhtin: Cut off. Run the same command again: it goes on from here.")
        raise


def _json(rows: "Sequence[Compared]") -> Iterator[dict[str, object]]:
    from dataclasses import asdict

    for row in rows:
        yield {**asdict(row), "same": row.same}


def _show(rows: "Sequence[Compared]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for head in ("store", "part", "old", "new", "SHA-256 of the old", ""):
        table.add_column(head, justify="right" if head in {"old", "new"} else "left")
    for row in rows:
        table.add_row(
            row.store,
            row.part,
            f"{row.source.count:,}",
            f"{row.target.count:,}",
            row.source.digest[:16],
            "same" if row.same else f"DIFFERS {row.note}".strip(),
        )
    Console().print(table)
