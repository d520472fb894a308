"""The time of publication as it is printed near the headline."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from lxml.html import HtmlElement

from extraction.content_text import squeeze
from extraction.dates import parse_when

_DATED = re.compile(
    r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{1,2} tháng \d{1,2}|"
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


def printed_time(tree: HtmlElement, now: datetime | None) -> datetime | None:
    """Return the time to the minute that is printed nearest to the heading."""
    best: tuple[int, datetime] | None = None
    for distance, text in _dated(tree):
        when = parse_when(text, need_time=True, now=now)
        far = distance + (_LATER if _CHANGED.match(text) else 0)
        if when is not None and (best is None or far < best[0]):
            best = (far, when)
    return best[1] if best else None


def _dated(tree: HtmlElement) -> Iterator[tuple[int, str]]:
    """Yield (distance from the heading, text) of what may be a printed time."""
    body = tree.find(".//body")
    elements = list(body.iter()) if body is not None else []
    heads = [n for n, e in enumerate(elements) if e.tag == "h1"]
    heads = heads or [n for n, e in enumerate(elements) if _is_title(e)][:1] or [0]
    for number, element in enumerate(elements):
        for text in _own_dates(element):
            yield min(_distance(number, head) for head in heads), text


def _is_title(element: HtmlElement) -> bool:
    return element.get("id") in {"tieude", "title"} or "title" in (
        element.get("class") or ""
    )


def _distance(number: int, head: int) -> int:
    return number - head if number >= head else _NOT_BEFORE * (head - number)


def _own_dates(element: HtmlElement) -> Iterator[str]:
    """Yield the texts around a date: with what is beside it, its own, and around it."""
    if not isinstance(element.tag, str) or element.tag in _NOT_HERE:
        return
    if element.tag == "time" and element.get("datetime"):
        yield squeeze(element.get("datetime"))
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


def agreed(claimed: datetime, printed: datetime | None) -> datetime:
    """Return the claimed time, set right by the printed one.

    Some content systems write local time and call it UTC: then the printed minute is
    the claimed one, seven hours earlier. Some claim a day only, at midnight.
    """
    if printed is None:
        return claimed
    gap = claimed.replace(second=0, microsecond=0) - printed
    if gap == _CLAIMED_UTC:
        return printed
    midnight = (claimed + _CLAIMED_UTC).strftime("%H:%M:%S") == "00:00:00"
    same_day = (claimed + _CLAIMED_UTC).date() == (printed + _CLAIMED_UTC).date()
    return printed if midnight and same_day else claimed
