"""Guesses for pages of which nothing is known: where the text is, and its time."""

import re
from collections.abc import Iterable
from datetime import datetime

from lxml import etree
from lxml.html import HtmlElement

from extraction.content import SKIPPED_TAGS, is_noise, paragraphs, squeeze, text_of
from extraction.dates import parse_when
from extraction.site import has

_BODIES = (
    "//*[@itemprop='articleBody']",
    *(
        f"//*[{has(name)}]"
        for name in (
            "singular-content",
            "fck_detail",
            "detail-content",
            "article-content",
            "article__body",
            "article-body",
            "entry-content",
            "post-content",
            "content-detail",
            "detail__content",
            "detail-content-body",
            "cms-body",
            "news-content",
            "the-article-body",
            "b-maincontent",
        )
    ),
    "//*[@id='noidung' or @id='ArticleContent' or @id='content-detail']",
    "//main//article//*[contains(@class, 'body')]",
)
_LEADS = f"//*[{has('sapo')} or {has('lead')} or {has('chapeau')} or @id='tomtat']"
_ENOUGH = 200
"""Characters of text that prove a container; smaller would take a menu for a body."""
_PARAGRAPH = 25
_RUNNING = {"p", "h2", "h3", "h4", "ul", "ol", "blockquote"}
_DATED = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2} tháng \d{1,2}", re.IGNORECASE
)
_NEAR_TITLE = 60
_SHORT = 120


def known_body(tree: HtmlElement) -> HtmlElement | None:
    """Return the body under one of the names that content systems in use give it."""
    for path in _BODIES:
        for element in tree.xpath(path):
            if len(text_of(element)) >= _ENOUGH:
                return _with_paragraphs_beside(element)
    return None


def _with_paragraphs_beside(element: HtmlElement) -> HtmlElement:
    """Return the parent where it holds but the element and paragraphs.

    Editors put corrections and updates in front of the text that was there.
    """
    parent = element.getparent()
    if parent is None or parent.tag not in {"div", "section"}:
        return element
    beside = [child for child in parent if child is not element]
    texts = [child for child in beside if child.tag in _RUNNING]
    others = [child for child in beside if child.tag not in _RUNNING]
    return parent if texts and all(is_noise(child) for child in others) else element


def densest(tree: HtmlElement) -> HtmlElement | None:
    """Return the element under which the most unlinked running text stands."""
    scores: dict[HtmlElement, float] = {}
    for element in _runs(tree):
        text = text_of(element)
        linked = sum(len(text_of(a)) for a in element.iter("a"))
        weight = len(text) - 2 * linked
        parent = element.getparent()
        if weight < _PARAGRAPH or parent is None:
            continue
        scores[parent] = scores.get(parent, 0) + weight
        above = parent.getparent()
        if above is not None:
            scores[above] = scores.get(above, 0) + weight / 2
    return max(scores, key=lambda e: scores[e]) if scores else None


def _runs(tree: HtmlElement) -> Iterable[HtmlElement]:
    for element in tree.iter("p", "h2", "h3", "li", "blockquote", "div", "td"):
        above = {a.tag for a in element.iterancestors()}
        if above & SKIPPED_TAGS or "header" in above:
            continue
        if element.tag not in {"div", "td"} or _direct_text(element) >= _PARAGRAPH:
            yield element


def _direct_text(element: HtmlElement) -> int:
    tails = sum(len(squeeze(child.tail or "")) for child in element)
    return len(squeeze(element.text or "")) + tails


def trafilatura_text(tree: HtmlElement) -> str:
    """Return what trafilatura takes for the text, a line per paragraph."""
    from trafilatura import extract  # noqa: PLC0415 - half a second that few pages need

    page = etree.tostring(tree, encoding="unicode", method="html")
    found = extract(page, include_comments=False, include_tables=False)
    return "\n".join(
        squeeze(line) for line in (found or "").split("\n") if line.strip()
    )


def htmldate_day(tree: HtmlElement, url: str) -> datetime | None:
    """Return the day (midnight of Indochina time) that htmldate finds."""
    from htmldate import find_date  # noqa: PLC0415 - see above

    page = etree.tostring(tree, encoding="unicode", method="html")
    try:
        return parse_when(find_date(page, url=url, original_date=True) or "")
    except (ValueError, TypeError, etree.LxmlError):
        return None


def heading(tree: HtmlElement) -> str:
    """Return the page's main heading, or what stands where a heading is missing."""
    for path in (
        "//article//h1",
        "//h1",
        "//*[@id='tieude' or @id='title']",
        f"//*[{has('title')} or {has('tieude')} or {has('article-title')}]",
    ):
        for element in tree.xpath(path):
            if text := text_of(element):
                return text
    return ""


def page_title(tree: HtmlElement) -> str:
    """Return the `title` element without the outlet's name behind a bar."""
    title = squeeze(tree.findtext(".//head/title") or "")
    return re.split(r"\s+[|]\s+", title)[0]


def lead_of(tree: HtmlElement) -> str:
    """Return the introduction where it has one of its usual names."""
    for element in tree.xpath(_LEADS):
        if text := text_of(element):
            return text
    return ""


def visible_time(tree: HtmlElement, now: datetime | None) -> datetime | None:
    """Return the first time to the minute that stands in a short text of the page."""
    for value in tree.xpath("//time/@datetime"):
        if when := parse_when(value, need_time=True):
            return when
    for element in tree.xpath("//body//*[not(self::script or self::style)]"):
        own = squeeze(element.text or "") or squeeze(text_of_short(element))
        if len(own) <= _SHORT and _DATED.search(own):
            whole = text_of_short(element) or own
            if when := parse_when(whole, need_time=True, now=now):
                return when
    return None


def text_of_short(element: HtmlElement) -> str:
    """Return the element's text if it is short, else "" without reading it all."""
    if len(element) > _NEAR_TITLE:
        return ""
    text = text_of(element)
    return text if len(text) <= _SHORT else ""


def body_of(element: HtmlElement | None) -> str:
    """Return an element's paragraphs as lines."""
    return "\n".join(paragraphs(element)) if element is not None else ""
