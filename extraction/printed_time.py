"""The time of publication as it is printed near the headline."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter

from lxml.html import HtmlElement

from extraction.content_text import squeeze
from extraction.dates import parse_when

_DATED = re.compile(
    r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{1,2} (?:tháng|thg\.?|th) ?\w|"
    r"\d{4}-\d{2}-\d{2}|(?:phút|giờ|tiếng) trước|hôm (?:nay|qua)",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"^\W*(?:cập nhật|sửa|chỉnh sửa|update|last|modified)", re.IGNORECASE
)
_NOT_HERE = frozenset({"script", "style", "noscript", "footer", "aside", "a", "option"})
_NEAR_TITLE = 60
_SHORT = 120
_AROUND = 3
"""Elements around a date in which its hour may stand apart."""
_NOT_BEFORE = 10
"""How much farther a time before the heading counts: clocks of menus stand there."""
_LATER = 40
"""Elements that “Cập nhật” puts a time behind one that says nothing of the kind."""
_CLAIMED_UTC = timedelta(hours=7)
_MISTAKES = frozenset(timedelta(hours=h) for h in (-12, -7, -1, 1, 7, 12))
"""Whole hours by which content systems are wrong: zones, and clocks of twelve hours."""
_UTC = re.compile(r"(?:Z|[+-]00:?00|GMT|UTC)$", re.IGNORECASE)
_CLOCK = re.compile(
    r"^(?:site-?|page-?|main-?)?(?:header|top|topbar|nav|navbar|masthead|clock|toolbar|"
    r"today|miniclock)(?:[-_]\S*)?$",
    re.IGNORECASE,
)
_IN_A_CLOCK = 1_000
"""Elements farther that a time counts which stands where pages have their clock."""
_STAMPS = ("datetime", "data-time", "data-timestamp", "data-date", "title")


def printed_time(tree: HtmlElement, now: datetime | None) -> datetime | None:
    """Return the time to the minute that is printed nearest to the heading."""
    body = tree.find(".//body")
    elements = list(body.iter()) if body is not None else []
    heads = [n for n, e in enumerate(elements) if e.tag == "h1"]
    heads = heads or [n for n, e in enumerate(elements) if _is_title(e)][:1] or [0]
    distances = _distances(len(elements), heads)
    best: tuple[int, datetime] | None = None
    for number in sorted(range(len(elements)), key=distances.__getitem__):
        near = distances[number]
        if best is not None and near >= best[0]:
            break
        found = _time_at(elements[number], now)
        if found is not None:
            above = number < heads[-1] and _in_clock(elements[number])
            far = near + found[0] + _IN_A_CLOCK * above
            best = min(best or (far, found[1]), (far, found[1]), key=itemgetter(0))
    return best[1] if best else None


def _time_at(element: HtmlElement, now: datetime | None) -> tuple[int, datetime] | None:
    """Return the time that an element shows, and how much farther it counts."""
    found = [
        (_LATER if _CHANGED.match(text) else 0, when)
        for text in _own_dates(element)
        if (when := parse_when(text, need_time=True, now=now)) is not None
    ]
    return min(found, key=itemgetter(0), default=None)


def _in_clock(element: HtmlElement) -> bool:
    """Tell a place above the heading that shows today's time on every page."""
    for above in (element, *element.iterancestors()):
        names = [*(above.get("class") or "").split(), above.get("id") or ""]
        if above.tag in {"header", "nav"} or any(map(_CLOCK.match, names)):
            return above.find(".//h1") is None
    return False


def _is_title(element: HtmlElement) -> bool:
    return element.get("id") in {"tieude", "title"} or "title" in (
        element.get("class") or ""
    )


def _distances(count: int, heads: list[int]) -> list[int]:
    """Return how far each element is from the nearest heading; these are in order."""
    nearest = []
    for number in range(count):
        place = bisect_right(heads, number)
        beside = heads[max(0, place - 1) : place + 1]
        nearest.append(min(_distance(number, head) for head in beside))
    return nearest


def _distance(number: int, head: int) -> int:
    return number - head if number >= head else _NOT_BEFORE * (head - number)


def _own_dates(element: HtmlElement) -> Iterator[str]:
    """Yield the texts around a date: with what is beside it, its own, and around it."""
    if not isinstance(element.tag, str) or element.tag in _NOT_HERE:
        return
    stamp = _stamp(element)
    if stamp and not names_utc(stamp):
        yield stamp
    yield from _texts_around(element)
    if stamp:
        yield stamp


def _stamp(element: HtmlElement) -> str:
    """Return the time that an element bears besides its text."""
    name = element.get("class") or ""
    if element.tag != "time" and "time" not in name and "date" not in name:
        return ""
    return next((squeeze(stamp) for key in _STAMPS if (stamp := element.get(key))), "")


def _texts_around(element: HtmlElement) -> Iterator[str]:
    texts = [element.text, *(child.tail for child in element)]
    if not any(text and _DATED.search(text) for text in texts):
        return
    beside = element.getnext()
    if beside is not None and isinstance(beside.tag, str):
        yield f"{_short_text(element)} {_short_text(beside)}"
    around: HtmlElement | None = element
    for _ in range(_AROUND):
        text = _short_text(around) if around is not None else ""
        if not text:
            break
        yield text
        around = around.getparent() if around is not None else None


def _short_text(element: HtmlElement) -> str:
    """Return the element's text if it is short, else "" without reading it all."""
    if len(element) > _NEAR_TITLE:
        return ""
    # Day and hour often stand in elements of their own with nothing between them.
    text = squeeze(" ".join(element.xpath(".//text()[not(parent::script)]")))
    return text if len(text) <= _SHORT else ""


def names_utc(text: str) -> bool:
    """Tell a written time that calls itself UTC, rightly or not."""
    return bool(_UTC.search(text.strip()))


def agreed(claimed: datetime, printed: datetime | None, *, utc: bool) -> datetime:
    """Return the claimed time, set right by the printed one.

    Some content systems write local time and call it UTC, or write hours up to twelve
    only: then the printed minute is the claimed one, hours away. Some claim a day
    only, at midnight here or (`utc`) in Greenwich, or day and month the other way.
    """
    if printed is None:
        return claimed
    here, there = claimed + _CLAIMED_UTC, printed + _CLAIMED_UTC
    if here.replace(second=0, microsecond=0) - there in _MISTAKES:
        return printed
    bare = "00:00:00" in {f"{here:%H:%M:%S}", f"{claimed:%H:%M:%S}" if utc else ""}
    swapped = (here.day, here.month) == (there.month, there.day)
    same = here.date() == there.date()
    if (bare and same) or (swapped and not same and f"{here:%H%M}" == f"{there:%H%M}"):
        return printed
    return claimed
