"""What stands inside an article's container and is no part of its text.

Known by the names that content systems give to boxes, and by the shape of a box:
nothing but links, a picture and a few words. Single lines: `noise_lines`.
"""

import re

from lxml.html import HtmlElement

from extraction.content_text import squeeze, text_of
from extraction.noise_lines import heads_other_articles

_SKIP = (
    "script style noscript template svg figure figcaption aside nav form button select "
    "iframe video audio object embed input textarea footer picture dialog option"
)
SKIPPED_TAGS = frozenset(_SKIP.split())
_INLINES = "a b strong i em u font mark sub sup small span s q cite "
_INLINE = frozenset(_INLINES.split())

_NAMES = re.compile(
    r"(?:^|[-_])(?:"
    # other articles
    r"relate[ds]?|related\w*|relation[s]?|relative-news|lien-?quan|"
    r"(?:box-?)?tin-?lien-?quan\w*|"
    r"tin-?khac|(?:box-?)?doc-?(?:them|tiep|nhieu)|xem-?(?:them|nhieu)|read-?more|"
    r"see-?more|more-?news|other-?news|most-?read|suggest(?:ion)?s?|"
    r"recommend(?:ed|ation)?s?|kbwscwl|"
    # pictures and players
    r"caption|\w*_?caption|chu-?thich|photocms|imgcaption|picture|"
    r"(?:image|img|photo|pic|anh)-?(?:desc\w*|title|note|info|source|text)|"
    r"credit|video-?(?:box|player|stream|content)?|player|tts|audio|podcast|voice|"
    # adverts, sharing, talk
    r"ads?|adv|advert\w*|adzone|ads(?:ense|ygroup)?|vmcadszone|banner|quang-?cao|qc|"
    r"sponsor(?:ed)?|promo\w*|share|sharing|social\w*|like-fb|fb|zalo|google-news|"
    r"comments?|binh-?luan|cmt|poll|vote|survey|tham-?do|newsletter|subscri\w+|"
    r"cookies?|consent|gdpr|popup|modal|toast|app-?(?:banner|download|install)|"
    r"(?:download|tai)-?(?:app|ung-?dung)|"
    # furniture
    r"breadcrumbs?|bread-?crumb|widget|tags?|tag-list|keywords?|tu-?khoa|"
    r"hidden|d-none|hide|sr-only|visually-hidden|tplcaption|articles-edit|"
    r"insert-wiki-content|inner-article|print|toolbar|toc|muc-?luc|pagination|"
    # the author's box
    r"author\w*|tac-?gia|byline|bio"
    r")(?:$|[-_])",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"related|photo|video|poll|vote|quiz|audio|adv|livestream|link|image", re.IGNORECASE
)
"""Values of `type` that the editors of some content systems give to boxes."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STYLED_AWAY = re.compile(r"display:\s*none", re.IGNORECASE)
_PICTURE_TABLE = re.compile(
    r"(?:^|[-_ ])(?:image|picture|photo|tplcaption|imgeditor|contentimg|fig)",
    re.IGNORECASE,
)
_PICTURE_LINE = re.compile(
    r"^(?:image|photo|pic|img|anh|avatar|desc-?img|note-?(?:img|photo))$", re.IGNORECASE
)
_ITALIC = frozenset({"i", "em", "small"})
_SMALL_HEADS = frozenset({"h5", "h6"})
_CAPTIONS = _SMALL_HEADS | {"p", "div", "center"}
_CENTRED = re.compile(r"center", re.IGNORECASE)
_HEADLINE = 20
"""Characters from which a paragraph that is one link is a pointer to another page."""
_SLANTED = re.compile(r"font-style:\s*italic", re.IGNORECASE)
_BOXES = frozenset({"div", "section", "blockquote"})
_LONGEST_BOX = 800
"""Characters up to which a box that begins like a list of other articles is one."""
_CARD = 400
_PICTURED_CARD = 600
"""Characters of a box that may be another article's title and summary. Larger would
take a picture with the paragraph around it for one."""
_CARD_SHARE = 0.2
_LINK_SHARE = 0.8
_LONGEST_CAPTION = 600
_POINTERS = "p ul ol div h2 h3 h4 h5 li section blockquote strong "
_POINTING = frozenset(_POINTERS.split())


def is_noise(element: HtmlElement) -> bool:
    """Tell whether an element inside an article body is no part of its text."""
    if element.tag in SKIPPED_TAGS or _is_away(element):
        return True
    if has_noise_name(element):
        return not _is_boxed_text(element)
    if element.tag == "table":
        return _holds_picture(element) or _holds_others(element)
    if element.tag == "article":
        return len(text_of(element)) < _CARD and element.find(".//a") is not None
    if element.tag in _BOXES and _holds_others(element):
        return True
    return _only_points(element) or is_caption(element)


def _holds_others(element: HtmlElement) -> bool:
    """Tell a box of other articles: headed so, or a picture with a linked title."""
    if element.find(".//a") is None:
        return False
    text = text_of(element)
    if len(text) > _LONGEST_BOX:
        return False
    if heads_other_articles(_first_text(element)):
        return True
    linked = sum(len(text_of(a)) for a in element.iter("a"))
    pictured = len(text) < _PICTURED_CARD and element.find(".//a//img") is not None
    return pictured and linked >= max(_HEADLINE, _CARD_SHARE * len(text))


def _first_text(element: HtmlElement) -> str:
    texts = (squeeze(text) for text in element.itertext())
    return next((text for text in texts if text), "")


def has_noise_name(element: HtmlElement) -> bool:
    """Tell whether class, id or type say that the element is a box of another kind.

    Words and links inside a sentence are kept whatever their names: content systems
    mark links to their own topic pages as tags.
    """
    names = [*(element.get("class") or "").split(), element.get("id") or ""]
    if element.tag in _INLINE:
        return any("caption" in n.lower() or n in {"hidden", "d-none"} for n in names)
    if any(_NAMES.search(_CAMEL.sub("-", name)) for name in names if name):
        return True
    kind = element.get("type") or ""
    if element.tag in {"p", "div"} and any(_PICTURE_LINE.match(n) for n in names):
        return len(text_of(element)) < _LONGEST_CAPTION
    return bool(kind and element.tag not in {"ol", "ul"} and _KIND.search(kind))


def _is_away(element: HtmlElement) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    return bool(style and _STYLED_AWAY.search(style))


def _is_boxed_text(element: HtmlElement) -> bool:
    """Tell a table of results, say, in a box that some outlets call a caption."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return "caption" in names and len(text_of(element)) > _LONGEST_CAPTION


def _holds_picture(table: HtmlElement) -> bool:
    names = [*(table.get("class") or "").split(), table.get("id") or ""]
    if any(_PICTURE_TABLE.search(name) for name in names):
        return len(text_of(table)) <= _LONGEST_CAPTION or not table.xpath(".//p[2]")
    pictures = len(table.xpath(".//img"))
    return bool(pictures) and len(table.xpath(".//td")) <= 2 * pictures


def _only_points(element: HtmlElement) -> bool:
    """Tell a list or paragraph that only links to other pages."""
    if element.tag not in _POINTING:
        return False
    linked = sum(len(text_of(anchor)) for anchor in element.iter("a"))
    several = element.tag in {"ul", "ol"} and len(element) > 1
    if linked < (1 if several else _HEADLINE):
        return False
    return linked >= _LINK_SHARE * len(text_of(element))


def is_caption(element: HtmlElement) -> bool:
    """Tell a line below a picture: named so, in italics, or centred."""
    if "caption" in (element.get("class") or "").lower():
        return True
    if element.tag not in _CAPTIONS:
        return False
    text = text_of(element)
    if not text or len(text) > _LONGEST_CAPTION // 2 or not _is_below(element):
        return False
    small = element.tag in _SMALL_HEADS
    return small or _is_centred(element) or _is_italic(element, text)


def _is_below(element: HtmlElement) -> bool:
    """Tell whether a picture is right above an element, or first in it."""
    above = element.getprevious()
    if above is not None and _is_bare_picture(above):
        return True
    if (element.text or "").strip():
        return False
    first = next(iter(element), None)
    return first is not None and _is_bare_picture(first)


def _is_bare_picture(element: HtmlElement) -> bool:
    if element.tag == "img":
        return True
    return element.find(".//img") is not None and not text_of(element)


def _is_centred(element: HtmlElement) -> bool:
    marks = (element.get("style"), element.get("align"), element.get("class"))
    return element.tag == "center" or any(m and _CENTRED.search(m) for m in marks)


def _is_italic(element: HtmlElement, text: str) -> bool:
    leaning = sum(len(text_of(e)) for e in element if _leans(e))
    return _slants(element) or leaning >= _LINK_SHARE * len(text)


def _leans(element: HtmlElement) -> bool:
    return element.tag in _ITALIC or _slants(element)


def _slants(element: HtmlElement) -> bool:
    return bool(_SLANTED.search(element.get("style") or ""))
