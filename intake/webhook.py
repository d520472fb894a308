"""The body of a webhook request to reports; `docs/intake.md` is the sender's side."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.errors import QuarantineError
from domain.ids import SourceId
from extraction.charset import tidy
from extraction.urls import canonical_url
from intake.attachments import MOST, attachment
from intake.report import Attachment, Report

LARGEST_BODY = 20_000_000
"""Bytes of a request. A report with five pictures has about 15 MB in base64."""

MOST_FILES = 100
"""Files of a form: 20 reports with five each. Together they keep to `LARGEST_BODY`."""

MOST_REPORTS = 100
"""Reports of a request: more would hold one answer back for too long."""

Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Short = Annotated[str, Meta(max_length=300)]
Link = Annotated[str, Meta(max_length=2000)]


class Reporter(Struct, forbid_unknown_fields=True):
    """Who reports; all of it optional, and kept in the evidence alone."""

    name: Short = ""
    phone: Short = ""
    email: Short = ""
    address: Short = ""


class File(Struct, forbid_unknown_fields=True):
    """A file: in base64, or the name of the part of a form that holds it."""

    name: Short
    data: str = ""
    part: Short = ""


class Item(Struct, forbid_unknown_fields=True):
    """One report. `id` is the sender's own: sent again, it is taken in once."""

    id: Id
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    title: Short = ""
    time: datetime | None = None
    place: Short = ""
    link: Link = ""
    reporter: Reporter = msgspec.field(default_factory=Reporter)
    attachments: Annotated[list[File], Meta(max_length=MOST)] = []


class Body(Struct, forbid_unknown_fields=True):
    reports: Annotated[list[Item], Meta(min_length=1, max_length=MOST_REPORTS)]


def schema() -> dict[str, object]:
    """Return the body's JSON Schema."""
    return msgspec.json.schema(Body)


def reports_of(
    body: bytes,
    channel: SourceId,
    outlet: str,
    now: datetime,
    parts: Mapping[str, bytes] | None = None,
) -> list[Report]:
    """Read a body. Raises `QuarantineError` that says which part does not fit.

    `parts` are the files of a form by the names of their parts; each is named once.
    """
    try:
        items = msgspec.json.decode(body, type=Body).reports
    except (msgspec.DecodeError, RecursionError) as error:
        raise QuarantineError(f"{error}.", reason="schema") from error
    if len({item.id for item in items}) < len(items):
        raise QuarantineError("Two reports have the same id.", reason="repeated_id")
    _put_in(items, parts or {})
    return [_report(item, channel, outlet, now) for item in items]


def _put_in(items: Sequence[Item], parts: Mapping[str, bytes]) -> None:
    """Put the parts' files into the reports, so that each original is whole."""
    files = [file for item in items for file in item.attachments if file.part]
    if sorted(file.part for file in files) != sorted(parts):
        raise QuarantineError(
            "Each part is named by one attachment, and each named part is there.",
            reason="multipart",
        )
    for file in files:
        if file.data:
            raise QuarantineError(f"{file.part} has data and part.", reason="multipart")
        file.data = base64.b64encode(parts[file.part]).decode()
        file.part = ""


def files_of_item(original: bytes) -> tuple[Attachment, ...]:
    """Return the files of a report as it was kept. Raises `QuarantineError`."""
    try:
        item = msgspec.json.decode(original, type=Item)
    except (msgspec.DecodeError, RecursionError) as error:
        raise QuarantineError(f"{error}.", reason="schema") from error
    return tuple(_file(file, item.id) for file in item.attachments)


_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _report(item: Item, channel: SourceId, outlet: str, now: datetime) -> Report:
    text = tidy(item.text).strip()
    if not text:
        raise QuarantineError(f"Report {item.id} has no text.", reason="no_text")
    if item.time is not None and item.time.tzinfo is None:
        raise QuarantineError(f"The time of {item.id} has no zone.", reason="time")
    if item.time is not None and not _EARLIEST < item.time < _LATEST:
        # Near the calendar's ends a time cannot be told in another zone.
        raise QuarantineError(f"The time of {item.id} cannot be.", reason="time")
    who = item.reporter
    return Report(
        channel=channel,
        native=item.id,
        received=now,
        text=text,
        title=tidy(item.title).strip(),
        happened=item.time if item.time and item.time <= now else None,
        place=tidy(item.place).strip(),
        link=canonical_url(item.link),
        outlet=outlet,
        contacts=tuple(filter(None, (who.name, who.phone, who.email, who.address))),
        attachments=tuple(_file(file, item.id) for file in item.attachments),
        original=msgspec.json.encode(item),
        original_type="application/json",
    )


def _file(file: File, report: str) -> Attachment:
    try:
        body = base64.b64decode(file.data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise QuarantineError(
            f"An attachment of {report} is not base64.", reason="attachment_base64"
        ) from error
    return attachment(file.name, body)
