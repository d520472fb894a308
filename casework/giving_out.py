"""Audit rows as files: JSON lines that can be verified, CSV for a sheet. Pure."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from io import StringIO

from casework.audit import canonical
from casework.model import Account, AuditExport, AuditRow

COLUMNS = (
    "id", "at", "actor", "act", "subject", "detail", "previous", "digest",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json_lines(export: AuditExport, rows: Iterable[AuditRow]) -> Iterator[str]:
    """Yield a line that states the export, then one a row, with all that is hashed.

    The first line has no `id`; a reader that verifies passes it over.
    """
    yield json.dumps({"export": stated(export)}, ensure_ascii=False) + "\n"
    for row in rows:
        line = {
            "id": row.id,
            "at": time_text(row),
            "actor": row.actor,
            "act": row.act,
            "subject": row.subject,
            "detail": dict(row.detail),
            "previous": row.previous,
            "digest": row.digest,
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def as_csv_file(export: AuditExport, rows: Iterable[AuditRow]) -> Iterator[str]:
    """Yield a sheet: byte order mark, heads, rows, and last what it is an export of.

    Cells that a program would take for a formula get an apostrophe in front, so that
    digests cannot be made anew from it; for that there are the JSON lines.
    """
    yield "\ufeff" + _line(COLUMNS)
    for row in rows:
        yield _line(
            (
                str(row.id),
                time_text(row),
                row.actor,
                row.act,
                row.subject,
                canonical(row.detail),
                row.previous,
                row.digest,
            )
        )
    yield _line(("export", canonical(stated(export))))


def stated(export: AuditExport) -> dict[str, object]:
    """Return what the export holds: the filter, how many rows, up to which head."""
    return {
        "filter": export.wanted.stated(),
        "rows": export.rows,
        "upto": export.upto,
        "head": export.head,
        "at": export.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": export.by,
    }


def time_text(row: AuditRow) -> str:
    """Return the row's time as it is hashed."""
    return row.at.astimezone(UTC).isoformat(timespec="microseconds")


def spellings(named: Iterable[str], accounts: Sequence[Account]) -> tuple[str, ...]:
    """Return the names under which people stand in the log: id, and sign-in name.

    A name of no account stays: a part of the software, or a closed account's id.
    """
    found: list[str] = []
    for name in named:
        ids = [a.id for a in accounts if name in {a.name, a.id}]
        names = [a.name for a in accounts if name in {a.name, a.id}]
        found += [*ids, *names] or [name]
    return tuple(dict.fromkeys(found))


def _line(cells: Iterable[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow([_defused(cell) for cell in cells])
    return out.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
