"""Rows of a list of reports, as offices keep them in a spreadsheet."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256

from domain.errors import QuarantineError
from domain.ids import SourceId
from extraction.charset import tidy
from extraction.dates import parse_when
from extraction.urls import canonical_url
from intake.report import Report

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "mã", "mã phản ánh", "số", "stt", "code"),
    "time": ("time", "thời gian", "ngày", "ngày phản ánh", "thời điểm", "date"),
    "title": ("title", "tiêu đề", "chủ đề"),
    "text": ("text", "nội dung", "nội dung phản ánh", "phản ánh", "content"),
    "place": ("place", "địa điểm", "nơi xảy ra", "địa bàn", "location"),
    "link": ("link", "url", "đường dẫn", "liên kết"),
    "name": ("name", "họ tên", "họ và tên", "người phản ánh", "người gửi"),
    "phone": ("phone", "điện thoại", "số điện thoại", "sđt", "đt"),
    "email": ("email", "e-mail", "thư điện tử"),
    "address": ("address", "địa chỉ", "địa chỉ người phản ánh"),
}
"""Field → heads of the column that are understood without a mapping."""

_SHOWN = 40
"""Letters of a bad cell that are shown; a longer one is a text in the wrong column."""

_CONTACTS = ("name", "phone", "email", "address")


def report_of(
    row: Mapping[str, str],
    channel: SourceId,
    outlet: str,
    now: datetime,
    heads: Mapping[str, str],
) -> Report:
    """Make a report of a row. Raises `QuarantineError` with a stable reason.

    `heads` maps our fields to the file's own heads. A row without a number of its own
    is named by its content, so that the same file again brings nothing twice.
    """
    cells = {field: _cell(row, field, heads) for field in COLUMNS}
    if not cells["text"]:
        raise QuarantineError("There is no text.", reason="no_text")
    original = json.dumps(dict(row), ensure_ascii=False, sort_keys=True).encode()
    return Report(
        channel=channel,
        native=cells["id"] or f"sha256:{sha256(original).hexdigest()}",
        received=now,
        text=cells["text"],
        title=cells["title"],
        happened=_when(cells["time"], now),
        place=cells["place"],
        link=canonical_url(cells["link"]),
        outlet=outlet,
        contacts=tuple(filter(None, (cells[name] for name in _CONTACTS))),
        original=original,
        original_type="application/json",
    )


def check_mapping(heads: Mapping[str, str]) -> None:
    """Raise `QuarantineError` where a field that is none is mapped to a column."""
    if unknown := [field for field in heads if field not in COLUMNS]:
        raise QuarantineError(
            f"--column names no field: {', '.join(unknown)}.",
            reason="columns",
            hint=f"Fields are {', '.join(COLUMNS)}.",
        )


def unread_heads(found: Collection[str], heads: Mapping[str, str]) -> list[str]:
    """Return the heads of a file that no field is read from.

    Raises `QuarantineError` where none of them holds the text, or `heads` maps a field
    to a column that the file lacks.
    """
    if lacking := [head for head in heads.values() if head not in found]:
        raise QuarantineError(
            f"The file has no column {', '.join(lacking)}.",
            reason="columns",
            hint=f"It has {', '.join(found)}.",
        )
    known = {name for f, names in COLUMNS.items() if f not in heads for name in names}
    folded = {head: tidy(head).strip().lower() for head in found}
    if "text" not in heads and not set(COLUMNS["text"]) & set(folded.values()):
        raise QuarantineError(
            f"No column holds the text. The file has {', '.join(found)}.",
            reason="columns",
            hint=f"Understood are {', '.join(COLUMNS['text'])}; or say which it is, "
            f"like --column text={next(iter(found), 'noi_dung')}.",
        )
    taken = set(heads.values())
    return [h for h, name in folded.items() if name not in known and h not in taken]


def _cell(row: Mapping[str, str], field: str, heads: Mapping[str, str]) -> str:
    if field in heads:
        return tidy(row.get(heads[field], "")).strip()
    folded = {tidy(head).strip().lower(): cell for head, cell in row.items()}
    found = (folded[name] for name in COLUMNS[field] if folded.get(name))
    return tidy(next(found, "")).strip()


def _when(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    when = parse_when(text)
    if when is None:
        raise QuarantineError(
            f"{text[:_SHOWN]!r} is no time.",
            reason="bad_date",
            hint="Write 23/11/2026 06:30, 23/11/2026 or 2026-11-23T06:30.",
        )
    if when > now:
        raise QuarantineError(f"{text[:_SHOWN]!r} lies ahead.", reason="future_date")
    return when
