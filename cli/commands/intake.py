"""`intake`: reports of residents from files, and the mailbox."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import ATTENTION, friendly, say, show
from cli.state import HomeOption, profile_of, settings_of
from domain.errors import NotFoundError, QuarantineError

if TYPE_CHECKING:
    from wiring.settings import Settings

intake = typer.Typer(help="Reports of residents.", no_args_is_help=True)

BATCH = 100
"""Rows taken in at once: more makes a lost store repeat more of the file."""


@intake.command("import")
def import_file(
    path: Annotated[Path, typer.Argument(help="CSV, JSONL or XLSX.", exists=True)],
    channel: Annotated[str, typer.Option(help="Id of the channel.")],
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="field=column, for example text=noi_dung."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Take in a list of reports; a row with a known number and a new text is an edit.

    Names, telephone numbers and addresses of reporters are kept as evidence only.
    """
    with friendly():
        from cli.reporting import report_desk
        from crawlers.rows import rows_of
        from domain.ids import SourceId
        from intake.columns import check_mapping, report_of
        from wiring import bootstrap

        settings = settings_of(home, quiet=True)
        name = _channel_name(settings, channel)
        heads = dict(part.split("=", 1) for part in column or [] if "=" in part)
        check_mapping(heads)
        body = _body(path, heads)
        desk = report_desk(settings, profile_of(settings), revises=True)
        now = bootstrap.build_clock().now()
        waiting, fates, rejected = [], Counter[str](), 0
        for line, row in rows_of(body, path.name):
            try:
                if isinstance(row, str):
                    raise QuarantineError(row, reason="unreadable")  # noqa: TRY301 - one place tells of bad rows
                waiting.append(report_of(row, SourceId(channel), name, now, heads))
            except QuarantineError as error:
                say(f"line {line}: {error.reason}: {error}")
                rejected += 1
            if len(waiting) == BATCH:
                fates.update(one.fate for one in desk(waiting))
                waiting.clear()
        fates.update(one.fate for one in desk(waiting))
        show(
            f"{fates['new']} taken in, {fates['revised']} edited, "
            f"{fates['known']} known, {rejected} rejected"
        )
        if rejected:
            raise typer.Exit(ATTENTION)


def _body(path: Path, heads: dict[str, str]) -> bytes:
    """Return the file's bytes; its heads are looked at before anything is taken in."""
    from crawlers.rows import rows_of
    from intake.columns import COLUMNS, unread_heads

    body = path.read_bytes()
    if not body.strip():
        raise QuarantineError(f"{path.name}: the file is empty.", reason="empty")
    # Lines of JSON need not all have the same keys.
    if path.suffix.lower() in {".csv", ".xlsx"}:
        rows = (row for _, row in rows_of(body, path.name) if not isinstance(row, str))
        first = next(rows, None)
        unread = unread_heads(list(first), heads) if first else []
        if unread:
            say(
                f"Kept but not read: {', '.join(unread)}. Map one by --column "
                f"field=head; fields are {', '.join(COLUMNS)}."
            )
    return body


def _channel_name(settings: "Settings", channel: str) -> str:
    from cli.crawling import present_sources
    from wiring.sources import channels

    known = channels(present_sources(settings, profile_of(settings))())
    if channel not in known:
        raise NotFoundError(
            f"There is no channel {channel}.",
            hint="A channel is a source of kind intake; see docs/intake.md.",
        )
    return known[channel]
