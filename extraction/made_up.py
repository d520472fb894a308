"""A page's structure with made-up Vietnamese text, so that it may be kept and shown.

Publishers' texts are theirs. Tags, class names and the order of things are facts that
a parser is tested on; so are dates. All other words are replaced, the same by the same.
"""

import json
import re
from itertools import cycle
from urllib.parse import urlsplit

from lxml.html import HtmlElement, tostring

from extraction.content_text import squeeze
from extraction.dates import parse_when
from extraction.fields import PageFields
from extraction.noise_lines import pointer_of

_WORDS = (
    "bản làng bên suối sáng nay mở cửa đón khách đường mới nối hai bờ người dân "
    "góp công dựng nhà trẻ em đến lớp đúng giờ ruộng lúa chín vàng chợ phiên đông "
    "vui trạm y tế có thêm bác sĩ mưa rừng tạnh hẳn xe chở hàng qua đèo an toàn "
    "thợ kéo dây điện tối qua cả thôn mừng vui "
)
_NAMES = ("Lò Văn Thử", "Giàng Thị Mẫu", "Quàng Văn Mẫu", "Vừ A Thử")
_ATTRIBUTES = (
    "class id type itemprop property name rel data-role style align hidden "
    "datetime content href src lang charset http-equiv width height itemtype "
    "itemscope "
)
_KEPT_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_DROPPED = ("style", "noscript", "svg", "iframe", "link", "template")
_NODE_KEPT = frozenset({"@context", "@type", "inLanguage", "position"})
_SHORT_DATE = 60
_DATE_WORDS = re.compile(
    r"thứ (?:hai|ba|tư|năm|sáu|bảy|bẩy)|chủ nhật|ngày|tháng|năm|lúc|giờ|phút|gmt|utc|"
    r"cập nhật|đăng|am|pm|sáng|chiều|tối",
    re.IGNORECASE,
)
_OTHER_LETTERS = 4
_LONGEST_NAME = 40


class MadeUp:
    """Replaces texts, the same text by the same words."""

    def __init__(self, fields: PageFields, url: str) -> None:
        self._words = cycle(_WORDS.split())
        self._names = cycle(_NAMES)
        self._kept = {fields.outlet, fields.section, ""}
        self._main: dict[str, str] = {}
        self._known: dict[str, str] = {}
        host = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
        self.url = f"{host}/muc/bai-mau-1000001.html"
        self._own = {url, fields.canonical_url}
        self._host = host
        for name in filter(None, fields.author.split(", ")):
            self._main[name] = next(self._names)
        for text in (fields.title, fields.lead):
            if text:
                self._main[text] = self._invented(text)

    def text(self, text: str) -> str:
        """Return made-up words for a text; dates, marks and outlets stay."""
        plain = squeeze(text)
        if plain in self._kept or not any(c.isalpha() for c in plain):
            return text
        if is_date(plain):
            return text
        for known, instead in self._main.items():
            if known in plain:
                rest = plain.partition(known)
                return self._around(rest[0]) + instead + self._around(rest[2])
        if plain not in self._known:
            self._known[plain] = self._invented(plain)
        return f" {self._known[plain]} " if text != plain else self._known[plain]

    def _around(self, text: str) -> str:
        """Keep what may stand around a known text: an outlet's name, signs, a role."""
        short = len(text) <= _LONGEST_NAME
        return text if short else self._invented(text)

    def _invented(self, text: str) -> str:
        mark = pointer_of(text)
        rest = text[len(mark) :]
        words = [next(self._words) for _ in rest.split()]
        end = rest[-1:] if rest[-1:] in {".", "?", "!", ":", ")"} else ""
        made = " ".join(words)
        made = made[:1].upper() + made[1:] if rest[:1].isupper() else made
        return f"{mark} {made}{end}".strip()

    def address(self, address: str) -> str:
        """Return an address without the words of a headline in its path."""
        if not address or address.startswith(("#", "javascript:", "mailto:", "data:")):
            return "#"
        if address in self._own:
            return self.url
        number = abs(hash_of(address)) % 10**6
        ending = re.search(r"\.\w{2,5}$", urlsplit(address).path)
        return f"{self._host}/khac/{number}{ending[0] if ending else ''}"


def hash_of(text: str) -> int:
    """Return a number that is the same in every run."""
    return int.from_bytes(text.encode()[-8:].rjust(8, b"\0"))


def made_up_page(tree: HtmlElement, made: MadeUp) -> str:
    """Return the page with its texts and addresses replaced. Changes the tree."""
    for script in list(tree.iter("script", *_DROPPED)):
        text = _data(script, made)
        if text:
            script.text = text
        elif script.tag != "link" or script.get("rel") != "canonical":
            script.drop_tree()
    for element in tree.iter():
        if isinstance(element.tag, str):
            _replace(element, made)
    page = tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")
    return re.sub(r"\n\s*\n+", "\n", page) + "\n"


def _replace(element: HtmlElement, made: MadeUp) -> None:
    if element.tag != "script" and element.text:
        element.text = made.text(element.text)
    if element.tail:
        element.tail = made.text(element.tail)
    for name, value in list(element.attrib.items()):
        if name not in _KEPT_ATTRIBUTES:
            del element.attrib[name]
        elif name in {"href", "src"} or value.startswith(("http:", "https:")):
            element.attrib[name] = made.address(value)
        elif name == "content" and not _is_machine(value):
            element.attrib[name] = made.text(value)


def _is_machine(value: str) -> bool:
    return is_date(value) or "=" in value or " " not in value.strip()


def is_date(text: str) -> bool:
    """Tell whether a text is a date and nothing but a date."""
    if len(text) > _SHORT_DATE or parse_when(text) is None:
        return False
    return sum(map(str.isalpha, _DATE_WORDS.sub("", text))) <= _OTHER_LETTERS


def _data(script: HtmlElement, made: MadeUp) -> str:
    if script.tag != "script" or "ld+json" not in (script.get("type") or ""):
        return ""
    try:
        data = json.loads(script.text_content(), strict=False)
    except (ValueError, RecursionError):
        return ""
    return json.dumps(_node(data, made), ensure_ascii=False)


def _node(value: object, made: MadeUp) -> object:
    if isinstance(value, dict):
        return {
            key: inner if key in _NODE_KEPT else _node(inner, made)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_node(inner, made) for inner in value]
    if not isinstance(value, str) or is_date(value):
        return value
    if value.startswith(("http:", "https:", "/")):
        return made.address(value)
    return made.text(value)
