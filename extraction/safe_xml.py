"""XML of strangers, parsed within bounds: feeds, sitemaps, lists of feeds.

An attacker's document may define entities that grow without end, name files or
addresses to be read in, nest until a stack ends, or be small and make a large tree.
None of the formats that we read needs an internal DTD, so one is refused before any
parser sees it; the rest is bounded.
"""

import re

from lxml import etree

from domain.errors import QuarantineError
from extraction.charset import decode

MAX_BYTES = 10_000_000
"""Twice what a crawl accepts of one page, as a sitemap may come packed. Larger costs
memory; smaller loses long sitemaps."""
MAX_DEPTH = 64
"""Elements within each other. Feeds have about 6, outlines of feeds about 10. More is
no use and costs stack; libxml2 itself stops at 256."""
MAX_MARKUP = 800_000
"""Tags, attributes and references together, which bound the tree at about 180 MB
whatever the bytes. A sitemap of 50,000 addresses, the most that the format allows,
with dates, frequency and one picture each has 700,000."""
MAX_ATTRIBUTES = 256
"""Attributes of one element; the largest outlines of feeds have a dozen. Parsers take
quadratic time over some hundred thousand."""
MAX_MALFORMED = 200_000
"""The same of a malformed document that a laxer, slower parser shall read."""
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{65536}")
"""In a malformed document only: a well-formed one may hold a picture in a tag."""
_BEFORE_ROOT = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml\s[^>]*\?>")


class XmlRefusedError(QuarantineError):
    """The document is no XML, or such as no honest publisher sends.

    `reason` is `xml_too_large`, `xml_entities`, `xml_too_deep` or `xml_malformed`.
    """


def parse_xml(
    body: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    recover: bool = False,
) -> etree._Element:
    """Return the root of an XML document. Raises `XmlRefusedError`.

    The encoding is found as for pages (`extraction.charset`), whatever the document
    claims. No entity but the five of XML is expanded, nothing is read from elsewhere.
    With `recover` what is malformed is mended as far as it goes (a bare `&`, a tag
    that is not closed); the bounds hold all the same.
    """
    root = _parsed(_text(body, max_bytes), recover=recover)
    _check_tree(root, max_depth)
    return root


def bounded_text(body: bytes) -> str:
    """Return the document as text without its declaration, for a laxer parser.

    Raises `XmlRefusedError` where `parse_xml` finds a bound broken, but leaves it to
    that parser what to make of a malformed document: there only size and entities
    are bounded, as each `<br>` without an end would count as a level.
    """
    text = _text(body, MAX_BYTES)
    try:
        root = _parsed(text, recover=False)
    except XmlRefusedError as error:
        if error.reason != "xml_malformed":
            raise
        if _LONG_TAG.search(text) or _marks(text) > MAX_MALFORMED:
            raise _refused("xml_too_large", "Malformed XML of this size") from error
        return text
    _check_tree(root, MAX_DEPTH)
    return text


def _text(body: bytes, max_bytes: int) -> str:
    if len(body) > max_bytes:
        raise _refused("xml_too_large", f"XML of {len(body)} bytes")
    text = _DECLARATION.sub("", decode(body), count=1)
    if _marks(text) > MAX_MARKUP:
        raise _refused("xml_too_large", "XML of too many tags and attributes")
    if _defines_entities(text):
        raise _refused("xml_entities", "XML that defines entities")
    return text


def _marks(text: str) -> int:
    return sum(text.count(mark) for mark in "<=&")


def _check_tree(root: etree._Element, max_depth: int) -> None:
    if root.xpath(f"boolean({'/*' * (max_depth + 1)})"):
        raise _refused("xml_too_deep", f"XML nested more than {max_depth} deep")
    if root.xpath(f"boolean(//*[@*[{MAX_ATTRIBUTES + 1}]])"):
        raise _refused("xml_too_large", "XML with an element of too many attributes")


def _parsed(text: str, *, recover: bool) -> etree._Element:
    # A parser of its own for each document: one that failed is not used again.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    try:
        root: etree._Element | None = etree.fromstring(
            text.lstrip().encode("utf-8", errors="replace"), parser
        )
    except (etree.XMLSyntaxError, ValueError) as error:
        deep = "depth" in str(error).lower()
        reason = "xml_too_deep" if deep else "xml_malformed"
        raise _refused(reason, f"XML with an error ({error})") from error
    if root is None:
        raise _refused("xml_malformed", "XML without a root")
    return root


def _defines_entities(text: str) -> bool:
    """Tell whether anything before the root declares a DTD with an inner part.

    A bare `<!DOCTYPE rss PUBLIC …>`, which old feeds have, is nobody's harm.
    """
    place = 0
    while skipped := _BEFORE_ROOT.match(text, place):
        place = skipped.end()
    if not text.startswith("<!", place):
        return False
    head = text[place : text.find(">", place)]
    return "[" in head or "<!ENTITY" in text[place:].upper()


def _refused(reason: str, what: str) -> XmlRefusedError:
    return XmlRefusedError(f"{what} is not read.", reason=reason)
