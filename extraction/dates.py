"""Times as Vietnamese pages and feeds write them, to aware UTC.

Known dialects: ISO 8601; RFC 822 with `+0700`, `+07:00`, `+07`, `GMT+7` and two-digit
years; `9/14/2026 6:44:00 PM` without a zone; “Thứ Năm, 01/12/2022 - 09:15 (GMT+7)”,
“09h15 ngày 1 tháng 12 năm 2022”, “07-03-2026 - 09:40 AM”, “14.09.2026”, “9h15 ngày
2/9”, “hôm qua lúc 7h30”, “5 phút trước”; seconds since 1970. What names no zone is in
Indochina time.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from extraction.days import Day, find_day, month_comes_first

__all__ = ["EARLIEST", "VIETNAM", "month_comes_first", "parse_when"]

VIETNAM = timezone(timedelta(hours=7))
EARLIEST = 1990
"""Years before are the zero dates of content systems, not publications."""
_LATEST = 2200

_TIME = re.compile(
    r"(?<![\d:+-])(\d{1,2})(?::(\d{2})|\s?(?:h|giờ)\s?(\d{1,2})?(?![^\W\d_]))(?!\d)"
    r"(?::(\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?:phút|giây))?\s*([AaPp]\.?[Mm]\b|SA\b|CH\b|sáng|chiều|tối|đêm)?"
)
_ZONES = (
    re.compile(r"^\W{0,3}?\s?([+-])(\d{2}):?(\d{2})?(?![\d:])"),
    re.compile(r"(?:GMT|UTC)\s*([+-])\s?(\d{1,2}):?(\d{2})?(?!\d)", re.IGNORECASE),
)
_WIDEST = 23
"""Hours that a zone can be written with; Python takes no day and more."""
_UTC = re.compile(r"(?:\d|\s)Z\s*$|\b(?:GMT|UTC)\s*\)?\s*$")
_AGO = re.compile(
    r"^\W*(?:khoảng\s+)?(\d{1,3})\s*(giây|phút|giờ|tiếng|ngày|tuần)\s+trước\W*$",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"^\W*(?:vừa xong|mới đây|vài (?:giây|phút) trước)\W*$", re.IGNORECASE
)
_EPOCH = re.compile(r"^(?:/Date\()?(\d{10})(\d{3})?(?:[+-]\d{4})?(?:\)/)?$")
_UNITS = {
    "giây": 1,
    "phút": 60,
    "giờ": 3600,
    "tiếng": 3600,
    "ngày": 86400,
    "tuần": 604800,
}
_LATE = {"p", "c", "t", "đ"}
_NOON = 12
_LONGEST = 200


def parse_when(
    text: str,
    *,
    month_first: bool | None = None,
    now: datetime | None = None,
    need_time: bool = False,
) -> datetime | None:
    """Return the time that the text names, in UTC, or None.

    `month_first` settles `4/9/2026`, see `find_day`. `now` is what “5 phút trước”
    and “hôm qua” count from. With `need_time` a bare date is no answer; a day that is
    counted from now never is one without its hour.
    """
    text = " ".join(text[: 4 * _LONGEST].split())[:_LONGEST]
    if when := _counted(text, now):
        return when
    today = now.astimezone(VIETNAM).date() if now else None
    day = find_day(text, month_first=month_first, today=today)
    if day is None:
        return None
    rest = f"{text[: day.start]} {text[day.end :].removeprefix('T')}".strip()
    time = _TIME.search(rest)
    if time is None:
        bare = need_time or day.guessed
        return None if bare else _build(day, (0, 0, 0), VIETNAM)
    return _build(day, _clock(time), _zone(rest[time.end() :], rest[time.start() :]))


def _counted(text: str, now: datetime | None) -> datetime | None:
    """Return a time given as seconds since 1970 or as a distance from `now`."""
    if found := _EPOCH.match(text):
        return _sound(datetime.fromtimestamp(int(found[1]), UTC))
    if now is None:
        return None
    if found := _AGO.match(text):
        step = timedelta(seconds=int(found[1]) * _UNITS[found[2].lower()])
        return (now - step).astimezone(UTC)
    return now.astimezone(UTC) if _NOW.match(text) else None


def _clock(found: re.Match[str]) -> tuple[int, int, int]:
    hour, half = int(found[1]), (found[5] or " ").lower()[0]
    if half in _LATE and hour < _NOON:
        hour += _NOON
    elif half == "a" and hour == _NOON:
        hour = 0
    return hour, int(found[2] or found[3] or 0), int(found[4] or 0)


def _zone(behind: str, whole: str) -> timezone:
    for pattern in _ZONES:
        if found := pattern.search(behind):
            hours, minutes = int(found[2]), int(found[3] or 0)
            shift = timedelta(hours=min(hours, _WIDEST), minutes=minutes % 60)
            return timezone(-shift if found[1] == "-" else shift)
    return UTC if _UTC.search(whole) else VIETNAM


def _build(day: Day, clock: tuple[int, int, int], zone: timezone) -> datetime | None:
    try:
        when = datetime(day.year, day.month, day.day, *clock, tzinfo=zone)
        when = when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return _sound(when)


def _sound(when: datetime) -> datetime | None:
    return when if EARLIEST <= when.year <= _LATEST else None
