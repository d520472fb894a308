"""Times as Vietnamese pages and feeds write them, to aware UTC.

Known dialects: ISO 8601; RFC 822 with `+0700`, `+07:00`, `+07`, `GMT+7` and two-digit
years; `9/14/2026 6:44:00 PM` without a zone; “Thứ Năm, 01/12/2022 - 09:15 (GMT+7)”,
“09h15 ngày 1 tháng 12 năm 2022”, “07-03-2026 - 09:40 AM”, “5 phút trước”. What names
no zone is in Indochina time.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
EARLIEST = 1990
"""Years before are the zero dates of content systems, not publications."""

_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split(), start=1)}
_ISO = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_NAMED = re.compile(
    r"(?<!\d)(\d{1,2})[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"\.?[ -](\d{4}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(\d{1,2})\s+tháng\s+(\d{1,2})(?:,?\s+năm|,)?\s+(\d{4})", re.IGNORECASE
)
_DIGITS = re.compile(r"(?<!\d)(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<![\d:+-])(\d{1,2})(?::|h|\s?giờ\s?)(\d{2})(?!\d)(?::(\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*phút)?\s*([AaPp]\.?[Mm]\b|SA\b|CH\b|sáng|chiều|tối)?"
)
_ZONE = re.compile(
    r"(?:GMT|UTC)?\s*([+-])\s?(\d{1,2}):?(\d{2})?\s*\)?\s*$", re.IGNORECASE
)
_UTC = re.compile(r"(?:\d|\s)Z\s*$|\b(?:GMT|UTC)\s*\)?\s*$")
_AGO = re.compile(
    r"^\W*(\d{1,3})\s*(phút|giờ|tiếng|ngày|tuần)\s+trước\W*$", re.IGNORECASE
)
_UNITS = {"phút": 60, "giờ": 3600, "tiếng": 3600, "ngày": 86400, "tuần": 604800}
_LATE = {"p", "c", "t"}
_NOON = 12
_CENTURY = 100


Order = bool | None


@dataclass(frozen=True, slots=True)
class _Day:
    year: int
    month: int
    day: int
    start: int
    end: int


def parse_when(
    text: str,
    *,
    month_first: bool | None = None,
    now: datetime | None = None,
    need_time: bool = False,
) -> datetime | None:
    """Return the time that the text names, in UTC, or None.

    `month_first` settles `4/9/2026`; None takes month first only in the unpadded
    form with seconds and AM or PM that .NET writes. `now` is what “5 phút trước”
    counts from. With `need_time` a bare date is no answer.
    """
    text = " ".join(text.split())[:200]
    ago = _AGO.match(text)
    if ago:
        step = timedelta(seconds=int(ago[1]) * _UNITS[ago[2].lower()])
        return (now - step).astimezone(UTC) if now else None
    day = _find_day(text, month_first)
    if day is None:
        return None
    rest = f"{text[: day.start]} {text[day.end :].removeprefix('T')}".strip()
    time = _TIME.search(rest)
    if time is None:
        return None if need_time else _build(day, (0, 0, 0), VIETNAM)
    return _build(day, _clock(time), _zone(rest[time.end() :], rest[time.start() :]))


def month_comes_first(texts: list[str]) -> bool | None:
    """Tell from several dates of one feed how it orders day and month, if any shows."""
    for text in texts:
        found = _DIGITS.search(text)
        if found and int(found[1]) > _NOON:
            return False
        if found and int(found[2]) > _NOON:
            return True
    return None


def _find_day(text: str, month_first: Order) -> _Day | None:
    if found := _ISO.search(text):
        return _Day(int(found[1]), int(found[2]), int(found[3]), *found.span())
    if found := _NAMED.search(text):
        month = _MONTHS[found[2].lower()[:3]]
        return _Day(_year(found[3]), month, int(found[1]), *found.span())
    if found := _WORDS.search(text):
        return _Day(int(found[3]), int(found[2]), int(found[1]), *found.span())
    if found := _DIGITS.search(text):
        return _ordered(text, found, month_first)
    return None


def _ordered(text: str, found: re.Match[str], month_first: Order) -> _Day:
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if month_first is None:
        month_first = bool(
            re.search(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2} [AP]M$", text)
        )
    if second > _NOON or (month_first and first <= _NOON):
        first, second = second, first
    return _Day(year, second, first, *found.span())


def _year(digits: str) -> int:
    year = int(digits)
    return year if year >= _CENTURY else 2000 + year


def _clock(found: re.Match[str]) -> tuple[int, int, int]:
    hour, half = int(found[1]), (found[4] or " ").lower()[0]
    if half in _LATE and hour < _NOON:
        hour += _NOON
    elif half == "a" and hour == _NOON:
        hour = 0
    return hour, int(found[2]), int(found[3] or 0)


def _zone(behind: str, whole: str) -> timezone:
    if found := _ZONE.search(behind):
        shift = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(-shift if found[1] == "-" else shift)
    return UTC if _UTC.search(whole) else VIETNAM


def _build(day: _Day, clock: tuple[int, int, int], zone: timezone) -> datetime | None:
    try:
        when = datetime(day.year, day.month, day.day, *clock, tzinfo=zone)
        when = when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return when if when.year >= EARLIEST else None
