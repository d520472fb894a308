"""A stretch of a page's tree to plain paragraphs, without what is not the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

_SKIP = (
    "script style noscript template svg figure figcaption aside nav form button select "
    "iframe video audio object embed input textarea footer picture"
)
SKIPPED_TAGS = frozenset(_SKIP.split())
_BLOCKED = (
    "p div section article main header h1 h2 h3 h4 h5 h6 ul ol li table tbody thead tr "
    "td th dl dt dd blockquote pre center address hr br"
)
_BLOCKS = frozenset(_BLOCKED.split())
_NOISE = re.compile(
    r"(?:^|[-_])(?:relate[ds]?|related|lienquan|lien-quan|tinlienquan\w*|caption|"
    r"photocms|ads?|advert\w*|adzone|vmcadszone|banner|quangcao|quang-cao|share|social|"
    r"comments?|binhluan|binh-luan|breadcrumb|bread-crumb|widget|tags?|tag-list|"
    r"readmore|xemthem|newsletter|hidden|tplcaption|articles-edit|insert-wiki-content|"
    r"inner-article|print|author-info|article-author|most-read|doc-nhieu)(?:$|[-_])",
    re.IGNORECASE,
)
_PICTURE_TABLE = re.compile(
    r"(?:^|[-_ ])(?:image|picture|photo|tplcaption)", re.IGNORECASE
)
_POINTER = re.compile(
    r"^\W*(?:>>|»|›|xem thêm\b|đọc thêm\b|tin liên quan\b|bài liên quan\b|"
    r"mời (?:quý )?(?:độc giả|bạn đọc)|>>>)",
    re.IGNORECASE,
)
_HEADLINE = 30
"""Characters from which a paragraph that is one link is a pointer to another page."""
_LINK_SHARE = 0.8
_LONGEST_CAPTION = 600
_SPACES = re.compile(r"[ \t\n\f\u00a0\u200b\u2028\u2029]+")


def squeeze(text: str) -> str:
    """Return the text on one line with single spaces."""
    return _SPACES.sub(" ", text).strip()


def text_of(element: HtmlElement) -> str:
    """Return all text of an element on one line, without scripts and styles."""
    found = element.xpath(".//text()[not(parent::script or parent::style)]")
    return squeeze("".join(found))


@dataclass(slots=True)
class _Walk:
    done: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)

    def end(self) -> None:
        text = squeeze("".join(self.line))
        self.line.clear()
        if text and not _POINTER.match(text):
            self.done.append(text)

    def enter(self, element: HtmlElement) -> None:
        if not isinstance(element.tag, str) or is_noise(element):
            return
        block = element.tag in _BLOCKS
        if block:
            self.end()
        self.line.append(element.text or "")
        for child in element:
            self.enter(child)
            self.line.append(child.tail or "")
        if block:
            self.end()


def paragraphs(container: HtmlElement) -> list[str]:
    """Return the container's paragraphs; captions, adverts and pointers left out."""
    walk = _Walk()
    walk.line.append(container.text or "")
    for child in container:
        walk.enter(child)
        walk.line.append(child.tail or "")
    walk.end()
    return walk.done


def is_noise(element: HtmlElement) -> bool:
    """Tell whether an element inside an article body is no part of its text."""
    if element.tag in SKIPPED_TAGS or element.get("hidden") is not None:
        return True
    names = [*(element.get("class") or "").split(), element.get("id") or ""]
    if any(_NOISE.search(name) for name in names):
        return not _is_boxed_text(element, names)
    if element.tag == "table":
        return _holds_picture(element, names)
    return _only_points(element)


def _is_boxed_text(element: HtmlElement, names: list[str]) -> bool:
    """Tell a table of results, say, in a box that some outlets call a caption."""
    captioned = any("caption" in name for name in names)
    return captioned and len(text_of(element)) > _LONGEST_CAPTION


def _holds_picture(table: HtmlElement, names: list[str]) -> bool:
    if any(_PICTURE_TABLE.search(name) for name in names):
        return True
    cells = len(table.xpath(".//td"))
    return bool(table.xpath(".//img")) and cells <= 2 * len(table.xpath(".//img"))


def _only_points(element: HtmlElement) -> bool:
    """Tell a list or paragraph that only links to other pages."""
    if element.tag not in {"p", "ul", "ol", "div"}:
        return False
    links = list(element.iter("a"))
    if not links:
        return False
    linked = sum(len(text_of(a)) for a in links)
    if linked < _HEADLINE:
        return False
    return linked >= _LINK_SHARE * len(text_of(element))


def links_of(container: HtmlElement) -> Iterator[str]:
    """Yield the addresses that the container's text links to."""
    for anchor in container.iter("a"):
        href = (anchor.get("href") or "").strip()
        if href and not href.startswith(("#", "javascript:", "mailto:", "tel:")):
            yield href


def media_of(container: HtmlElement) -> Iterator[str]:
    """Yield addresses of pictures, videos and frames; lazy ones by the real source."""
    for element in container.iter("img", "video", "source", "iframe"):
        for name in ("data-src", "data-original", "src"):
            address = (element.get(name) or "").strip()
            if address and not address.startswith("data:"):
                yield address
                break
