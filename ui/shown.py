"""Numbers and times as readers here write them: 1.234,5 and 23/11/2026 07:00."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86400


def number(value: float, decimals: int = 0, language: str = "vi") -> str:
    """Write 1.234,5; in English 1,234.5."""
    text = f"{value:,.{decimals}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(when: datetime, timezone: str) -> datetime:
    """Return the time in the province's zone."""
    return when.astimezone(zone(timezone))


def moment(when: datetime | None, timezone: str) -> str:
    """Write a time as 23/11/2026 07:00; an unknown one as a dash."""
    return "–" if when is None else local(when, timezone).strftime("%d/%m/%Y %H:%M")


def short_moment(when: datetime, now: datetime, timezone: str) -> str:
    """Write 07:00 for today, 23/11 07:00 for this year, else the date."""
    here, today = local(when, timezone), local(now, timezone)
    if here.date() == today.date():
        return here.strftime("%H:%M")
    return here.strftime("%d/%m %H:%M" if here.year == today.year else "%d/%m/%Y")


def day(when: date) -> str:
    return when.strftime("%d/%m/%Y")


def utc_offset(now: datetime, timezone: str) -> str:
    """Return the zone's present offset as +07:00."""
    text = local(now, timezone).strftime("%z")
    return f"{text[:3]}:{text[3:]}"


def span(seconds: float) -> tuple[str, int]:
    """Return the unit (`now`, `minutes`, `hours`, `days`) and count of a time span."""
    if seconds < MINUTE:
        return "now", 0
    if seconds < HOUR:
        return "minutes", int(seconds // MINUTE)
    if seconds < DAY:
        return "hours", int(seconds // HOUR)
    return "days", int(seconds // DAY)
