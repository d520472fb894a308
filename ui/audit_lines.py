"""The auditor's page without Streamlit: what is asked, lines, how the log stands. Pure.

What is asked stands in the page's address, so that a colleague can be sent it and an
export holds exactly what is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from casework.audit import canonical
from casework.giving_out import spellings
from casework.model import Account, AuditFilter, AuditRow, AuditStanding
from casework.permissions import MACHINES
from domain.errors import QuarantineError
from jobs.audit_health import OVERDUE
from ui import shown
from ui.reading import Reading
from ui.wording import Wording

PAGE = 50
"""Rows of a page: three screens."""

LONGEST_SUBJECT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filter as typed: days as 2026-03-07, the last one included."""

    since: str = ""
    until: str = ""
    person: str = ""
    act: str = ""
    subject: str = ""

    @property
    def query(self) -> str:
        """The filter as the query part of an address."""
        return urlencode({name: text for name, text in asdict(self).items() if text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row as people read it; `code` is the act's name in the log."""

    id: int
    at: str
    who: str
    act: str
    code: str
    subject: str
    detail: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the log stands, in sentences; `bad` where somebody must act."""

    title: str
    verified: str
    anchored: str
    bad: bool


def asked_of(query: Mapping[str, str]) -> Asked:
    """Take the filter out of an address."""
    return Asked(**{name: query.get(name, "").strip() for name in asdict(Asked())})


def filter_of(asked: Asked, accounts: Sequence[Account], zone: str) -> AuditFilter:
    """Return what is asked; days begin by the province's clock.

    Raises `QuarantineError` for what is no day.
    """
    return AuditFilter(
        since=_day(asked.since, zone),
        until=_day(asked.until, zone, after=1),
        actors=spellings([asked.person], accounts) if asked.person else (),
        acts=(asked.act,) if asked.act else (),
        subject=asked.subject[:LONGEST_SUBJECT],
    )


def _day(text: str, zone: str, after: int = 0) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
    except (ValueError, OverflowError) as error:
        raise QuarantineError(f"{text!r} không phải là ngày.", reason="date") from error
    begins = datetime(day.year, day.month, day.day, tzinfo=shown.zone(zone))
    return begins.astimezone(UTC)


def people(accounts: Sequence[Account], words: Wording) -> dict[str, str]:
    """Return everybody who may have acted: id → how they are called."""
    known = {account.id: f"{account.display} ({account.name})" for account in accounts}
    return known | {name: _machine(name, words) for name in sorted(MACHINES)}


def acts(words: Wording) -> dict[str, str]:
    """Return every act that has a name, in the order of the words."""
    return words.section("audit_act")


def lines(
    rows: Sequence[AuditRow], accounts: Sequence[Account], reading: Reading
) -> list[Line]:
    """Return rows as people read them."""
    names = {account.id: account.display for account in accounts}
    names |= {account.name: account.display for account in accounts}
    known = acts(reading.words)
    return [
        Line(
            id=row.id,
            at=_second(row.at, reading),
            who=names.get(row.actor) or _machine(row.actor, reading.words),
            act=known.get(row.act, row.act),
            code=row.act,
            subject=names.get(row.subject, row.subject),
            detail=_detail(row.detail),
            digest=row.digest[:12],
        )
        for row in rows
    ]


def _detail(detail: Mapping[str, object]) -> str:
    """Return «name: value» of each; the export holds them as they were recorded."""
    return "; ".join(
        f"{name}: {value if isinstance(value, str) else canonical(value)}"
        for name, value in sorted(detail.items())
    )


def _machine(name: str, words: Wording) -> str:
    return words.section("audit").get(f"by_{name}", name)


def _second(when: datetime, reading: Reading) -> str:
    at = shown.local(when, reading.profile.timezone)
    return at.strftime("%d/%m/%Y %H:%M:%S")


def standing_of(standing: AuditStanding, reading: Reading) -> Standing:
    """Say how the log stands; the title is the finding."""
    words = reading.words
    verified, anchored = standing.verified, standing.anchored
    broken = verified is not None and verified.subject != "sound"
    if verified is None:
        title, checked = words("audit.unchecked"), words("audit.never_checked")
    else:
        title = words("audit.broken" if broken else "audit.sound")
        checked = words("audit.checked", at=reading.moment(verified.at))
        if broken:
            checked += " " + words(f"audit.fault_{verified.subject}")
    late = [row for row in (verified, anchored) if row and _late(row, reading)]
    anchor = words("audit.never_anchored")
    if anchored is not None:
        rows = words.number(int(anchored.detail.get("rows", 0)))
        at = reading.moment(anchored.at)
        anchor = words("audit.anchored", at=at, rows=rows, file=anchored.subject)
    if late:
        anchor += " " + words("audit.late")
    return Standing(
        title=words("audit.title", rows=words.number(standing.rows), state=title),
        verified=checked,
        anchored=anchor,
        bad=broken or bool(late),
    )


def _late(row: AuditRow, reading: Reading) -> bool:
    return reading.now - row.at > OVERDUE
