"""The headline alone, in full: no outlet behind it, no dots where it was cut."""

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from extraction.content_text import squeeze, text_of
from extraction.names import is_house, plain_key
from extraction.site import has

_HEADS = (
    "//h1",
    "//*[@itemprop='headline'][not(self::meta)]",
    "//*[@id='tieude' or @id='title']",
    f"//*[{has('title')} or {has('tieude')} or {has('article-title')}]",
)
_BARS = re.compile(r"\s+[|»›·•]\s+|\s+::\s+|\s+[-–—]\s+|\s*\|\s*")
_CUT = re.compile(r"\s*(?:\.{3}|…)\s*$")
_ENOUGH_ALIKE = 0.6
_SHORTEST = 8
_LONGEST = 1_000
"""Letters of a heading that are looked at, twice what is kept: each bar in it is tried
against all that the page calls itself."""
_MOST = 50
"""Headings that are looked at. Lists of cards have some dozens; thousands, or a few
around all of the page, are nobody's and take minutes."""


def headings(tree: HtmlElement) -> list[str]:
    """Return what may be the page's main heading, likeliest first."""
    found = []
    for path in _HEADS:
        heads = tree.xpath(path)[:_MOST]
        found += [text for e in heads if (text := text_of(e)[:_LONGEST])]
        if found:
            break
    return list(dict.fromkeys(found))


def page_title(tree: HtmlElement) -> str:
    """Return the `title` element's text."""
    return squeeze(tree.findtext(".//head/title") or "")[:_LONGEST]


def best_heading(heads: list[str], claims: Iterable[str]) -> str:
    """Return the heading that the page's own claims repeat, or "".

    Many pages make an `h1` of their logo or section as well.
    """
    wanted = [set(claim.lower().split()) for claim in claims if claim]
    for head in heads:
        words = set(head.lower().split())
        if any(_alike(words, claim) for claim in wanted):
            return head
    return ""


def likeliest(heads: list[str], known: Iterable[str]) -> str:
    """Return the first heading that is no outlet's name; "" where there is none."""
    own = tuple(known)
    return next((head for head in heads if not is_house(head, own)), "")


def _alike(words: set[str], claim: set[str]) -> bool:
    return bool(words) and len(words & claim) >= _ENOUGH_ALIKE * len(words)


def in_full(claim: str, head: str, known: Iterable[str]) -> str:
    """Return a claimed headline without the outlet and with what was cut off.

    `head` is the page's heading: it wins where the claim is the same text with an
    outlet behind it, cut short, without tone marks, or in the other order that is
    written for search engines.
    """
    claim = squeeze(claim[:_LONGEST])
    key, other = plain_key(_CUT.sub("", claim)), plain_key(head)
    if other and (key.startswith(other) or (key and other.startswith(key))):
        return head
    bare = without_outlet(claim, tuple(known))
    one, two = set(bare.lower().split()), set(head.lower().split())
    return head if head and _alike(one, two) and _alike(two, one) else bare


def without_outlet(title: str, known: tuple[str, ...]) -> str:
    """Cut outlet, section and site from the end of a title where they are known."""
    for start, end in reversed(list(_bars(title))):
        tail, rest = title[end:], title[:start]
        named = is_house(tail, known) or any(
            plain_key(tail) == plain_key(name) for name in known
        )
        barred = title[start:end].strip() in {"|", "::", "»", "›"}
        if len(rest) >= _SHORTEST and (named or barred):
            title = rest
        else:
            break
    return title.strip()


def _bars(title: str) -> Iterator[tuple[int, int]]:
    for found in _BARS.finditer(title):
        yield found.span()
