"""Guesses for pages of which nothing is known: where the text is, and its day."""

import re
from collections.abc import Iterable
from datetime import datetime

from lxml import etree
from lxml.html import HtmlElement

from extraction.content import paragraphs
from extraction.content_text import squeeze, text_of
from extraction.dates import parse_when
from extraction.noise import SKIPPED_TAGS, has_noise_name, is_noise
from extraction.site import has

_NAMED = (
    "fck_detail singular-content afcbc-body knc-content zce-content-body cms-body "
    "the-article-body detail-content article__body maincontent content-detail "
    "detail__cmain-main detail__content detail-content-body detail__body "
    "detail-body cate-24h-foot-arti-deta-info edittor-content ct-edtior-web "
    "content-news-detail contentdetail b-maincontent vovvn-body text-long art-body "
    "article-body articleBody article-content article__content content-article "
    "ArticleContent entry-content td-post-content post-content post-body entry-body "
    "news-content news-detail news_detail content_detail content-body bodytext "
    "txt_content main-content-body chitiet noidung noi-dung detail-cmain "
    "content-main "
)
_NAMES = _NAMED.split()
"""Classes and ids under which content systems keep the text, the surest first."""
_PROPERTIES = {"itemprop": "articlebody", "data-role": "content"}
_LEADS = (
    f"//*[{has('sapo')} or {has('lead')} or {has('chapeau')} or @id='tomtat'"
    " or @data-role='sapo' or contains(@class, 'Lead')"
    " or contains(@class, '-sapo') or contains(@class, '_sapo')"
    f" or {has('cms-desc')} or {has('desc')} or {has('chappeau')}"
    f" or {has('the-article-summary')} or @id='sapo']"
)
_BELOW_HEADING = "(//h1)[position() < 9]/following-sibling::*[self::h2 or self::h3]"
_SECTIONS = (
    "//*[@data-role='cate-name' or contains(@class, 'breadcrumb')"
    " or contains(@class, 'bread-crumb') or contains(@class, '-cate')"
    " or contains(@class, 'category')][not(ancestor::nav)]"
    "/descendant-or-self::a[not(.//a)][normalize-space()]"
)
_HOME = frozenset({"trang chủ", "home", "trang nhất"})
_LONGEST_SECTION = 40
_ENOUGH = 60
"""Characters of text that prove a named container; smaller would take an empty box."""
_PARAGRAPH = 25
_HOLDERS = frozenset({"div", "section", "article", "main", "td"})
_PART = 0.2
"""Share of the longest part's text from which a box beside it is a further part.
Larger loses short halves; smaller takes a column of summaries for one."""
_HEAD = re.compile(r"sapo|lead|desc|author|time|date|title|meta", re.IGNORECASE)
_RUNS = {"p", "h2", "h3", "li", "blockquote"}
_BOXES = {"div", "td"}
_NOT_ENTERED = SKIPPED_TAGS | {"header", "head"}
_RUNNING = {"p", "h2", "h3", "h4", "ul", "ol", "blockquote"}


def known_body(tree: HtmlElement) -> HtmlElement | None:
    """Return the body under one of the names that content systems in use give it."""
    found: dict[str, HtmlElement] = {}
    longest: dict[str, int] = {}
    for name, element in _named(tree):
        if element.find(".//h1") is not None:
            continue  # all of the page, not its text
        length = len(text_of(element))
        if length > longest.get(name, _ENOUGH - 1):
            found[name], longest[name] = element, length
    for name in ("", *_NAMES):
        if name.lower() in found:
            return _with_paragraphs_beside(found[name.lower()])
    return None


def _named(tree: HtmlElement) -> Iterable[tuple[str, HtmlElement]]:
    """Yield (name, element) of what may hold the text; "" is for microdata."""
    wanted = {name.lower() for name in _NAMES}
    for element in tree.iter("div", "article", "section", "main", "td", "span"):
        if any(
            (element.get(key) or "").lower() == value
            for key, value in _PROPERTIES.items()
        ):
            yield "", element
        names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        for name in wanted.intersection(names.split()):
            yield name, element


def _with_paragraphs_beside(element: HtmlElement) -> HtmlElement:
    """Return the parent where it holds but the element and paragraphs.

    Editors put corrections and updates in front of the text that was there.
    """
    parent = element.getparent()
    if parent is None or parent.tag not in {"div", "section"}:
        return element
    beside = [child for child in parent if child is not element]
    texts = [e for e in beside if e.tag in _RUNNING and not _is_head(e)]
    others = [child for child in beside if child.tag not in _RUNNING]
    if not any(text_of(e) for e in texts if not is_noise(e)):
        return element
    return parent if all(is_noise(child) for child in others) else element


def _is_head(element: HtmlElement) -> bool:
    """Tell an introduction, a byline or a date line from a paragraph."""
    return bool(_HEAD.search(element.get("class") or ""))


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
    if not scores:
        return None
    return _with_paragraphs_beside(_whole(scores))


def _whole(scores: dict[HtmlElement, float]) -> HtmlElement:
    """Return the element of most text, or its parent where that text is in parts.

    Templates split a text to put a player or an advert between two boxes of it.
    """
    best = max(scores, key=lambda e: scores[e])
    parent = best.getparent()
    if parent is None or parent.tag not in _HOLDERS:
        return best
    beside = [scores.get(child, 0) for child in parent if child is not best]
    return parent if max(beside, default=0) >= _PART * scores[best] else best


def _runs(element: HtmlElement) -> Iterable[HtmlElement]:
    """Yield elements of running text; boxes of other kinds are not entered."""
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _NOT_ENTERED:
            continue
        if has_noise_name(child) and child.find(".//h1") is None:
            continue
        if child.tag in _RUNS or (
            child.tag in _BOXES and _direct_text(child) >= _PARAGRAPH
        ):
            yield child
        yield from _runs(child)


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


def lead_of(tree: HtmlElement) -> str:
    """Return the introduction where it has one of its usual names."""
    for path, fewest in ((_LEADS, 1), (_BELOW_HEADING, _PARAGRAPH)):
        for element in tree.xpath(path):
            text = text_of(element)
            if len(text) >= fewest:
                return text
    return ""


def section_of(tree: HtmlElement) -> str:
    """Return the section that the page's breadcrumb or line of sections names."""
    for anchor in tree.xpath(_SECTIONS):
        text = text_of(anchor)
        if text and text.lower() not in _HOME and len(text) <= _LONGEST_SECTION:
            return text
    return ""


def body_of(element: HtmlElement | None) -> str:
    """Return an element's paragraphs as lines."""
    return "\n".join(paragraphs(element)) if element is not None else ""
