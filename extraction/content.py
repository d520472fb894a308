"""A stretch of a page's tree to plain paragraphs, without what is not the text."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from extraction.content_text import squeeze
from extraction.noise import is_caption, is_noise
from extraction.noise_lines import is_noise_line

_BLOCKED = (
    "p div section article main header h1 h2 h3 h4 h5 h6 ul ol li table tbody thead tr "
    "td th dl dt dd figure figcaption blockquote pre center address hr br"
)
_BLOCKS = frozenset(_BLOCKED.split())
_PICTURES = frozenset({"figure", "figcaption", "table"})


@dataclass(slots=True)
class _Walk:
    done: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    captions: bool = False

    def end(self) -> None:
        text = squeeze("".join(self.line))
        self.line.clear()
        if text and (self.captions or not is_noise_line(text)):
            self.done.append(text)

    def enter(self, element: HtmlElement) -> None:
        if not isinstance(element.tag, str) or self._is_left_out(element):
            return
        if element.tag == "a":
            self.links.append((element.get("href") or "").strip())
        block = element.tag in _BLOCKS
        if block:
            self.end()
        self.line.append(element.text or "")
        for child in element:
            self.enter(child)
            self.line.append(child.tail or "")
        if block:
            self.end()

    def _is_left_out(self, element: HtmlElement) -> bool:
        if self.captions and element.tag in _PICTURES:
            return False
        return is_noise(element) and not (self.captions and is_caption(element))


@dataclass(frozen=True, slots=True)
class Reading:
    """A container's paragraphs and the addresses that they link to."""

    lines: list[str]
    links: list[str]


def paragraphs(container: HtmlElement) -> list[str]:
    """Return the container's paragraphs; see `read`."""
    return read(container).lines


def read(container: HtmlElement, *, captions: bool = False) -> Reading:
    """Read the container's paragraphs; adverts and pointers are left out.

    So are the captions of pictures, unless asked for.
    """
    walk = _Walk(captions=captions)
    walk.line.append(container.text or "")
    for child in container:
        walk.enter(child)
        walk.line.append(child.tail or "")
    walk.end()
    return Reading(walk.done, [link for link in walk.links if _leads_away(link)])


def _leads_away(href: str) -> bool:
    return bool(href) and not href.startswith(("#", "javascript:", "mailto:", "tel:"))


def links_of(container: HtmlElement) -> list[str]:
    """Return the addresses that the container's text links to."""
    return read(container).links


def media_of(container: HtmlElement) -> Iterator[str]:
    """Yield addresses of pictures, videos and frames; lazy ones by the real source."""
    for element in container.iter("img", "video", "source", "iframe"):
        for name in ("data-src", "data-original", "src"):
            address = (element.get(name) or "").strip()
            if address and not address.startswith("data:"):
                yield address
                break
