"""Which part of a page is the article's text, and how it reads."""

import re
from collections.abc import Callable

from lxml import etree
from lxml.html import HtmlElement

from extraction import generic
from extraction.content import Reading, read
from extraction.dates import parse_when

_ENOUGH = 200
"""Characters that prove a text; smaller would take a notice for one, larger would
send every short report to the slow extractors."""
_ENOUGH_AT = {"site": 1, "container": 60, "densest": _ENOUGH}
"""The same by rung: the surer a place, the shorter its text may be."""
_PHOTO_STORY = 3
"""How many times longer a text becomes by its captions where they are the story."""
_HEAD = 4
"""Lines at the start that may stand between title and text."""
_DATE_LINE = 60
_BARE_DAY = re.compile(
    r"^\W*(?:(?:thứ \w+|chủ nhật)\W+)?(?:ngày )?\d{1,2}"
    r"(?:[/.-]\d{1,2}[/.-]| tháng \d{1,2},?(?: năm)? )\d{4}\W*$",
    re.IGNORECASE,
)

Place = tuple[str, Callable[[], HtmlElement | None]]


class Body:
    """The container found, its text, and the rung that found it ("" for none)."""

    def __init__(self) -> None:
        self.rung = ""
        self.text = ""
        self.links: list[str] = []
        self.container: HtmlElement = etree.Element("div")

    def offer(self, rung: str, text: str) -> None:
        """Take the text if it is longer than what there was."""
        if len(text) > len(self.text):
            self.rung, self.text = rung, text

    def offer_container(self, rung: str, container: HtmlElement | None) -> bool:
        """Take the container's text if it is longer; tell whether it is enough."""
        if container is None:
            return False
        reading = reading_of(container)
        text = "\n".join(reading.lines)
        if len(text) > len(self.text):
            self.rung, self.text, self.links = rung, text, reading.links
            self.container = container
        return len(text) >= _ENOUGH_AT[rung]


def find_body(tree: HtmlElement, site_path: str, articlebody: str) -> Body:
    """Return the page's text: site module, known containers, densest, slow rungs.

    What JSON-LD calls `articleBody` comes last: it is often cut.
    """
    places: list[Place] = [
        ("site", lambda: _at(tree, site_path)),
        ("container", lambda: generic.known_body(tree)),
        ("densest", lambda: generic.densest(tree)),
    ]
    body = Body()
    for rung, find in places:
        if body.offer_container(rung, find()):
            return body
    if len(body.text) < _ENOUGH:
        body.offer("trafilatura", generic.trafilatura_text(tree))
        body.offer("json-ld", articlebody)
    return body


def _at(tree: HtmlElement, path: str) -> HtmlElement | None:
    found = tree.xpath(path) if path else []
    return found[0] if found else None


def reading_of(container: HtmlElement) -> Reading:
    """Read the container's paragraphs; a photo story's with its captions."""
    reading = read(container)
    length = sum(map(len, reading.lines))
    if length < 2 * _ENOUGH and container.find(".//img") is not None:
        told = read(container, captions=True)
        if sum(map(len, told.lines)) > max(_ENOUGH, _PHOTO_STORY * length):
            return told
    return reading


def without_head(text: str, *heads: str) -> str:
    """Drop what stands before a text: title, lead, byline and date, in any order."""
    lines = text.split("\n")
    known = {head for head in heads if head}
    known |= {_without_place(head) for head in known}
    start = 0
    while over := _head_length(lines[start : start + _HEAD], known):
        start += over
    bare = len(lines) > start + 1 and _BARE_DAY.match(lines[start])
    return "\n".join(lines[start + bool(bare) :])


def _head_length(lines: list[str], known: set[str]) -> int:
    """Return how many lines end with the first known one; 0 for text before any."""
    for number, line in enumerate(lines, start=1):
        if line in known or _without_place(line) in known:
            return number
        if not _is_date_line(line):
            break
    return 0


def _is_date_line(line: str) -> bool:
    if _BARE_DAY.match(line):
        return True
    return len(line) <= _DATE_LINE and parse_when(line, need_time=True) is not None


def _without_place(text: str) -> str:
    """Return a lead without “(Dân trí) -”, “TPO -” or “VOV.VN -” before it."""
    head, dash, rest = text.partition("-")
    short = len(head) <= 20 and (head.isupper() or head.strip().startswith("("))  # noqa: PLR2004 - a dateline
    return rest.strip() if dash and short else text
