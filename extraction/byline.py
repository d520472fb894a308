"""The author whose name is printed on a page.

Search engines are told the outlet's name as often as the author's, so what is printed
counts: in an element named after authors near the text, or at the end of the text.
"""

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from extraction.content_text import squeeze, text_of
from extraction.names import clean_name, has_role, is_house, looks_like_names

_NAMED = re.compile(
    r"(?:^|[-_])(?:authors?|author-?name|name-?author|authorname|tac-?gia|byline|"
    r"but-?danh|writer|journalist|reporter|nguoi-?viet|signature)(?:$|[-_])",
    re.IGNORECASE,
)
_INNER = (
    ".//*[contains(concat(' ', @class, ' '), ' name ')"
    " or contains(@class, 'author-name') or contains(@class, 'name-author')"
    " or contains(@class, 'authorname')"
    " or @itemprop='name' or @rel='author']"
)
_ELSEWHERE = re.compile(
    r"comment|related|relate|sidebar|footer|most|suggest|recommend|menu|popup|binhluan|"
    r"author-?(?:bio|desc|intro|box-list)|swiper",
    re.IGNORECASE,
)
_SOURCES = (
    "//*[contains(@class, 'nguon') or contains(@class, 'source')"
    " or contains(@class, 'Source')]"
)
_ACCORDING = re.compile(r"^\W*theo\s", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RIGHT = re.compile(r"right|end", re.IGNORECASE)
_LAST = 4
"""Paragraphs at the end of a text that may be its byline; more reaches into prose."""
_LONGEST = 90
_SHORTEST = 2
_MOST_CHILDREN = 12
_UPWARDS = 6


def printed_author(
    tree: HtmlElement, body: HtmlElement, lines: list[str], known: Iterable[str]
) -> str:
    """Return the printed name or names, or "" where none is printed.

    `lines` is the text that was read from `body`.
    """
    own = tuple(known)
    for find in (_by_name, _by_source, _below_heading):
        if name := find(tree, own):
            return name
    return _by_end(body, lines, own)


def _by_name(tree: HtmlElement, known: tuple[str, ...]) -> str:
    for element in _candidates(tree):
        if _is_elsewhere(element):
            continue
        name = ", ".join(_names_in(element, known))
        if name:
            return name
    return ""


def _by_source(tree: HtmlElement, known: tuple[str, ...]) -> str:
    """Return whom a line of sources names: “Theo Nguyễn Văn A (Báo Ví Dụ)”."""
    for element in tree.xpath(_SOURCES):
        text = text_of_own(element)
        if _ACCORDING.match(text) and not _is_elsewhere(element):
            return _person(text, known)
    return ""


def _below_heading(tree: HtmlElement, known: tuple[str, ...]) -> str:
    """Return a name that stands between the heading and the first paragraph."""
    for element in tree.xpath("(//h1)[last()]/following-sibling::*[position() < 4]"):
        if element.tag in {"p", "article"} or len(element) > _MOST_CHILDREN:
            break
        for text in map(squeeze, element.itertext()):
            name = _person(text, known)
            if name and looks_like_names(name, fewest=_SHORTEST):
                return name
    return ""


def _candidates(tree: HtmlElement) -> Iterator[HtmlElement]:
    for element in tree.xpath(
        "//body//*[@itemprop='author' or @rel='author' or @data-role='author'"
        " or contains(@class, 'uthor') or contains(@id, 'uthor')"
        " or contains(@class, 'byline') or contains(@class, 'acgia')"
        " or contains(@class, 'ac-gia') or contains(@id, 'acgia')"
        " or contains(@class, 'writer') or contains(@class, 'reporter')]"
    ):
        names = [*(element.get("class") or "").split(), element.get("id") or ""]
        marked = any(_NAMED.search(_CAMEL.sub("-", name)) for name in names)
        if marked or element.get("itemprop") or element.get("rel") == "author":
            yield element


def _is_elsewhere(element: HtmlElement) -> bool:
    for height, above in enumerate(element.iterancestors()):
        if height > _UPWARDS:
            break
        if above.tag in {"aside", "footer", "nav", "form"}:
            return True
        if _ELSEWHERE.search(f"{above.get('class') or ''} {above.get('id') or ''}"):
            return above.find(".//h1") is None
    return False


def _names_in(element: HtmlElement, known: tuple[str, ...]) -> list[str]:
    inner = [text_of(e) for e in element.xpath(_INNER) if len(e) <= _SHORTEST]
    own = text_of(element)
    whole = [own] if len(own) <= _LONGEST else []
    for texts in (inner, whole, _lines(element)):
        names = [_person(text, known) for text in texts]
        if any(names):
            return list(dict.fromkeys(name for name in names if name))
    return []


def _lines(element: HtmlElement) -> list[str]:
    """Return the first text nodes of an author box: the name stands before the rest."""
    found = (squeeze(text) for text in element.itertext())
    return [text for text in found if text][:_SHORTEST]


def _person(text: str, known: tuple[str, ...]) -> str:
    name = clean_name(squeeze(text))
    if len(name) < _SHORTEST or not looks_like_names(name) or is_house(name, known):
        return ""
    return name


def _by_end(body: HtmlElement, lines: list[str], known: tuple[str, ...]) -> str:
    for text in reversed(lines[-_LAST:]):
        name = _person(text, known) if len(text) <= _LONGEST else ""
        if name and (
            has_role(text)
            or looks_like_names(name, fewest=_SHORTEST)
            or _stands_apart(body, text)
        ):
            return name
    return ""


def _stands_apart(body: HtmlElement, text: str) -> bool:
    """Tell whether a line is bold, in italics or at the right."""
    blocks = body.iter("p", "div", "h5", "h6", "b", "strong", "span", "em")
    return any(text_of_own(e) == text and _is_set_apart(e) for e in blocks)


def text_of_own(element: HtmlElement) -> str:
    """Return the text of an element that holds few others, else ""."""
    return text_of(element) if len(element) <= _LAST else ""


def _is_set_apart(element: HtmlElement) -> bool:
    if element.tag in {"b", "strong"}:
        return True
    marks = (element.get("style"), element.get("align"), element.get("class"))
    if any(mark and _RIGHT.search(mark) for mark in marks):
        return True
    bold = sum(len(text_of(e)) for e in element.iter("b", "strong", "em", "i"))
    return bold >= len(text_of(element))
