"""Ranges of days and numbers as people type them after a colon."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from math import inf, isfinite, nextafter

from searchindex.fold import fold
from searchindex.query import DateRange, NumberRange

Span = tuple[datetime | None, datetime | None]
"""The first instant of a stretch of time and the first one after it."""

_BOUND = re.compile(r"(>=|<=|>|<)\s*(.+)")
_AGO = re.compile(r"(\d{1,4}) ?(?:d|ngay|days?)")
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_LOCAL = re.compile(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{4})")
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Days:
    """What a day is: today's date and the offset of local time from UTC."""

    today: date
    utc_offset_hours: float

    def span(self, text: str) -> Span | None:
        """Return the stretch of a day, month, year, instant or «7d»."""
        plain = fold(text)
        if not plain[:1].isdigit():
            plain = plain.replace("-", " ").replace("_", " ")
        named = {"today": 0, "hom nay": 0, "homnay": 0}
        named |= dict.fromkeys(("yesterday", "hom qua", "homqua"), 1)
        if plain in named:
            day = self.today - timedelta(days=named[plain])
            return self._between(day, day)
        ago = _AGO.fullmatch(plain.replace("-", " ").replace("_", " "))
        if ago is not None:
            return self._since(int(ago[1]))
        return self._dated(plain)

    def _since(self, days: int) -> Span:
        try:
            first = self.today - timedelta(days=max(days - 1, 0))
        except OverflowError:
            return None, self._midnight(self.today, 1)
        return self._between(first, self.today)

    def _dated(self, plain: str) -> Span | None:
        try:
            if "t" in plain:
                return self._instant(plain)
            iso, local = _ISO.fullmatch(plain), _LOCAL.fullmatch(plain)
            if iso is not None:
                return self._calendar(iso[1], iso[2], iso[3])
            if local is not None:
                return self._calendar(local[3], local[2], local[1])
        except (ValueError, OverflowError):
            return None
        return None

    def _instant(self, plain: str) -> Span:
        at = datetime.fromisoformat(plain.upper())
        if at.tzinfo is None:
            at = at.replace(tzinfo=timezone(timedelta(hours=self.utc_offset_hours)))
        at = at.astimezone(UTC)
        return at, at + timedelta(minutes=1)

    def _calendar(self, year: str, month: str | None, day: str | None) -> Span:
        first = date(int(year), int(month or 1), int(day or 1))
        if day is not None:
            return self._between(first, first)
        last_month = int(month) if month is not None else _DECEMBER
        if last_month == _DECEMBER:
            return self._between(first, date(first.year, _DECEMBER, 31))
        return self._between(
            first, date(first.year, last_month + 1, 1) - timedelta(days=1)
        )

    def _between(self, first: date, last: date) -> Span:
        return self._midnight(first, 0), self._midnight(last, 1)

    def _midnight(self, day: date, later: int) -> datetime | None:
        """Return local midnight in UTC; None beyond the calendar, an open side."""
        try:
            local = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return local + timedelta(days=later, hours=-self.utc_offset_hours)
        except OverflowError:
            return None


def date_range(field: str, text: str, days: Days) -> DateRange | None:
    """Read `A..B`, `A`, `>=A`, …; None where it is no date."""
    bound = _BOUND.fullmatch(text)
    if bound is not None:
        return _bounded_dates(field, bound[1], days.span(bound[2]))
    first, dots, last = text.partition("..")
    if not dots:
        span = days.span(text)
        return DateRange(field, *span) if span is not None else None
    low = days.span(first) if first else (None, None)
    high = days.span(last) if last else (None, None)
    if low is None or high is None or not (first or last):
        return None
    if first and last and low[0] and high[0] and low[0] > high[0]:
        low, high = high, low
    return DateRange(field, low[0], high[1])


def number_range(field: str, text: str) -> NumberRange | None:
    """Read `2`, `2..5`, `>=2`, …, with a point or a comma; None if not a number."""
    bound = _BOUND.fullmatch(text)
    if bound is not None:
        value = _number(bound[2])
        return _bounded_numbers(field, bound[1], value) if value is not None else None
    first, dots, last = text.partition("..")
    low, high = _number(first), _number(last if dots else first)
    unread = (first and low is None) or (last and high is None)
    if unread or (low is None and high is None):
        return None
    if low is not None and high is not None and low > high:
        low, high = high, low
    return NumberRange(field, low, high)


def _bounded_dates(field: str, sign: str, span: Span | None) -> DateRange | None:
    if span is None:
        return None
    first, after = span
    match sign:
        case ">=":
            return DateRange(field, first, None)
        case ">":
            return DateRange(field, after, None)
        case "<=":
            return DateRange(field, None, after)
        case _:
            return DateRange(field, None, first)


def _bounded_numbers(field: str, sign: str, value: float) -> NumberRange:
    match sign:
        case ">=":
            return NumberRange(field, value, None)
        case ">":
            return NumberRange(field, nextafter(value, inf), None)
        case "<=":
            return NumberRange(field, None, value)
        case _:
            return NumberRange(field, None, nextafter(value, -inf))


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if isfinite(value) else None
