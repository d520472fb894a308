"""Text of elements on one line."""

import re

from lxml.html import HtmlElement

_SPACES = re.compile(r"[ \t\n\f\r\u00a0\u200b\u2028\u2029]+")


def squeeze(text: str) -> str:
    """Return the text on one line with single spaces."""
    return _SPACES.sub(" ", text).strip()


def text_of(element: HtmlElement) -> str:
    """Return all text of an element on one line, without scripts and styles."""
    found = element.xpath(".//text()[not(parent::script or parent::style)]")
    return squeeze("".join(found))
