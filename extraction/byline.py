"""The author whose name is printed on a page.

Search engines are told the outlet's name as often as the author's, so what is printed
counts: in an element named after authors near the text, or at the end of the text.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from lxml.html import HtmlElement

from extraction.content_text import squeeze, text_of
from extraction.names import (
    clean_name,
    has_role,
    is_house,
    looks_like_names,
    parts_of,
    people_in,
    plain_key,
)
from extraction.noise_lines import is_noise_line
from extraction.syllables import is_spelled

_NAMED = re.compile(
    r"(?:^|[-_])(?:authors?|author-?name|name-?author|authorname|tac-?gia|byline|"
    r"but-?danh|writer|journalist|reporter|nguoi-?viet|signature)(?:$|[-_])",
    re.IGNORECASE,
)
_SIGNS = (
    *("uthor", "byline", "acgia", "acGia", "ac-gia", "nguoi-viet", "but-danh"),
    *("writer", "reporter", "ournalist", "ignature"),
)
"""Parts of names that are searched first: most classes bear none of them."""
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
_SOURCES = ("nguon", "source", "Source")
_ACCORDING = re.compile(r"^\W*theo\s", re.IGNORECASE)
_SAYS_AUTHOR = re.compile(
    r"^\W*(?:đăng bởi|người đăng|người viết|viết bởi|bởi|by|tác giả|bài)\b",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RIGHT = re.compile(r"right|end", re.IGNORECASE)
_FOLLOWS = frozenset({"table", "div", "section", "ul", "blockquote"})
_TEXT_ENDS = 5
"""The part of the lines, a fifth, before which no text has ended."""
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
    return (
        _by_name(tree, own)
        or _by_source(tree, own)
        or _below_heading(tree, body, own)
        or _by_end(body, lines, own)
    )


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
    for element in _named(tree, _SOURCES):
        text = text_of_own(element)
        if _ACCORDING.match(text) and not _is_elsewhere(element):
            return _person(text, known)
    return ""


def _below_heading(tree: HtmlElement, body: HtmlElement, known: tuple[str, ...]) -> str:
    """Return a name that stands between the heading and the first paragraph."""
    for element in tree.xpath("(//h1)[last()]/following-sibling::*[position() < 4]"):
        if element is body or element.tag == "article" or len(element) > _MOST_CHILDREN:
            break
        if element.tag == "p" and not _SAYS_AUTHOR.match(text_of(element)):
            break
        for text in map(squeeze, element.itertext()):
            name = _person(text, known)
            if name and looks_like_names(name, fewest=_SHORTEST):
                return name
    return ""


def _candidates(tree: HtmlElement) -> Iterator[HtmlElement]:
    for element in _named(tree, _SIGNS):
        names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
        marked = any(_NAMED.search(_CAMEL.sub("-", name)) for name in names)
        if marked or "author" in {element.get("itemprop"), element.get("rel")}:
            yield element


def _named(tree: HtmlElement, signs: tuple[str, ...]) -> Iterator[HtmlElement]:
    """Yield elements with one of `signs` in what names them, in page order."""
    body = tree.find(".//body")
    for element in body.iter() if body is not None else ():
        for key in ("class", "id", "itemprop", "rel"):
            name = element.get(key)
            if name and any(sign in name for sign in signs):
                yield element
                break


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
    text = squeeze(text)
    name = clean_name(text)
    if len(name) < _SHORTEST or not looks_like_names(name) or is_house(name, known):
        return ""
    name = people_in(name, known)
    # “Theo People”: most sources are outlets, few of them in any list.
    foreign = bool(_ACCORDING.match(text)) and not is_spelled(name)
    return "" if foreign or (" " not in name and _ACCORDING.match(text)) else name


def _by_end(body: HtmlElement, lines: list[str], known: tuple[str, ...]) -> str:
    for text in reversed(lines[-_LAST:]):
        if len(text) > _LONGEST or is_noise_line(text):
            continue
        name = _person(text, known)
        if name and (
            has_role(text)
            or looks_like_names(name, fewest=_SHORTEST)
            or _stands_apart(body, text)
        ):
            return name
    return _before_box(body, lines, known)


def _before_box(body: HtmlElement, lines: list[str], known: tuple[str, ...]) -> str:
    """Return a name set apart before a box of addresses or adverts ends the text."""
    short = {
        text for text in lines[len(lines) // _TEXT_ENDS :] if len(text) <= _LONGEST
    }
    for element in body.iter("p"):
        below = element.getnext()
        if below is None or below.tag not in _FOLLOWS or len(element) > _LAST:
            continue
        text = text_of(element)
        name = _person(text, known) if text in short else ""
        if looks_like_names(name, fewest=_SHORTEST) and _is_set_apart(element):
            return name
    return ""


def as_printed(claim: str, printed: str, shown: Callable[[], str]) -> str:
    """Return the claimed author as the page prints him.

    Content systems claim names in other letters, glued to an agency's, or an
    editor's. `shown` gives all text of the page: a claim that stands nowhere in it
    gives way to a byline.
    """
    if not printed or not claim:
        return claim
    claimed, other = plain_key(claim), plain_key(printed)
    if parts_of(claim) == parts_of(printed):
        return claim
    if claimed in other or other in claimed:
        return printed
    return claim if claim.lower() in shown().lower() else printed


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
