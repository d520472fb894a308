"""Rows of a list of reports, as offices keep them in a spreadsheet."""

import json
from collections.abc import Mapping
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
        raise QuarantineError("The time is none.", reason="bad_date")
    if when > now:
        raise QuarantineError("The time lies ahead.", reason="future_date")
    return when
