"""The day that a text names, in the forms that Vietnamese pages and feeds write."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec"
_SPOKEN = "một,hai,ba,tư,năm,sáu,bảy,tám,chín,mười,mười một,mười hai"
_MONTHS = {name: number for number, name in enumerate(_ENGLISH.split(), start=1)}
_VIETNAMESE = {name: number for number, name in enumerate(_SPOKEN.split(","), start=1)}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NAMED = re.compile(
    rf"(?<!\d)(\d{{1,2}})[ -]{_MONTH},?[ -](\d{{4}}|\d{{2}})(?!\d)", re.IGNORECASE
)
_NAMED_FIRST = re.compile(
    rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})(?!\d)", re.IGNORECASE
)
_WORDS = re.compile(
    r"(?<!\d)(\d{1,2})\s+(?:tháng|thg\.?|th\.?)\s?"
    r"(\d{1,2}|mười một|mười hai|[^\W\d]{2,4})"
    r"(?:,?\s+năm|,)?\s+(\d{4})(?!\d)",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?<![\d/.-])(\d{1,2})\s?([/.-])\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)"
)
_SHORT_YEAR = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})/(\d{2})(?![\d/])")
_NO_YEAR = re.compile(
    r"(?<![\d/.,:-])(\d{1,2})(?:/|\s+tháng\s+)(\d{1,2})(?![\d/.,:]*\d)", re.IGNORECASE
)
_NEAR = re.compile(r"\b(hôm nay|hôm qua|hôm kia|today|yesterday)\b", re.IGNORECASE)
_BACK = {"hôm nay": 0, "today": 0, "hôm qua": 1, "yesterday": 1, "hôm kia": 2}
_DOTNET = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2} [AP]M$")
_LAST_MONTH = 12
_CENTURY = 100


@dataclass(frozen=True, slots=True)
class Day:
    """A day as numbers, and where in the text it stands.

    `guessed` tells that its year, or all of it, is counted from today.
    """

    year: int
    month: int
    day: int
    start: int
    end: int
    guessed: bool = False


def find_day(text: str, *, month_first: bool | None, today: date | None) -> Day | None:
    """Return the first day that the text names.

    `month_first` settles `4/9/2026`; where it is None, Vietnamese order holds but for
    the unpadded form with seconds and AM or PM that .NET writes. `today` is needed
    for days without a year and for “hôm qua”; days without a year are the last ones
    that were not after tomorrow.
    """
    for find in (_iso, _named, _named_first, _words):
        if day := find(text):
            return day
    if found := _DIGITS.search(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        return _ordered(text, found, (first, second, year), month_first)
    if found := _SHORT_YEAR.search(text):
        first, second, year = int(found[1]), int(found[2]), 2000 + int(found[3])
        return _ordered(text, found, (first, second, year), month_first)
    return _relative(text, today) if today else None


def month_comes_first(texts: list[str]) -> bool | None:
    """Tell from several dates of one feed how it orders day and month, if any shows."""
    for text in texts:
        found = _DIGITS.search(text)
        if found and int(found[1]) > _LAST_MONTH:
            return False
        if found and int(found[3]) > _LAST_MONTH:
            return True
    return None


def _iso(text: str) -> Day | None:
    found = _ISO.search(text)
    return found and Day(int(found[1]), int(found[2]), int(found[3]), *found.span())


def _named(text: str) -> Day | None:
    if not (found := _NAMED.search(text)):
        return None
    year = int(found[3])
    year = year if year >= _CENTURY else 2000 + year
    return Day(year, _MONTHS[found[2].lower()[:3]], int(found[1]), *found.span())


def _named_first(text: str) -> Day | None:
    if not (found := _NAMED_FIRST.search(text)):
        return None
    month = _MONTHS[found[1].lower()[:3]]
    return Day(int(found[3]), month, int(found[2]), *found.span())


def _words(text: str) -> Day | None:
    if not (found := _WORDS.search(text)):
        return None
    named = found[2].lower()
    month = int(named) if named.isdigit() else _VIETNAMESE.get(named, 0)
    return Day(int(found[3]), month, int(found[1]), *found.span()) if month else None


def _ordered(
    text: str,
    found: re.Match[str],
    numbers: tuple[int, int, int],
    month_first: bool | None,  # noqa: FBT001 - three-valued answer of `month_comes_first`
) -> Day:
    first, second, year = numbers
    if month_first is None:
        month_first = bool(_DOTNET.search(text))
    if second > _LAST_MONTH or (month_first and first <= _LAST_MONTH):
        first, second = second, first
    return Day(year, second, first, *found.span())


def _relative(text: str, today: date) -> Day | None:
    if found := _NEAR.search(text):
        day = today - timedelta(days=_BACK[found[1].lower()])
        return Day(day.year, day.month, day.day, *found.span(), guessed=True)
    if found := _NO_YEAR.search(text):
        month, day_of = int(found[2]), int(found[1])
        tomorrow = today + timedelta(days=1)
        year = tomorrow.year - ((month, day_of) > (tomorrow.month, tomorrow.day))
        return Day(year, month, day_of, *found.span(), guessed=True)
    return None
