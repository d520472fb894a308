"""Sitemaps as publishers really write them: XML, packed or plain, and lists of text.

Read as a stream, so that a map of 50 MB costs little more than its bytes. Names are
compared without their namespace, which publishers often get wrong; only a `loc` that
is a child of its entry counts, so pictures' and videos' addresses do not.
"""

import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree

from extraction.charset import tidy
from extraction.content_text import squeeze
from extraction.dates import parse_when
from extraction.urls import canonical_url

MOST_ENTRIES = 50_000
"""What the format allows in one map. More would let one site fill the memory; fewer
loses addresses of honest ones."""
MOST_BYTES = 52_428_800
"""Unpacked bytes of one map, by the format: 50 MB."""
_PART = 65_536
_GZIP = b"\x1f\x8b"
_HEAD = 4_096
_BOM = b"\xef\xbb\xbf"
_WHITE = b" \t\r\n"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ROOTS = {"urlset", "sitemapindex"}
_ENTRIES = {"url", "sitemap"}
_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_LONGEST_ENTITY = 10
_FALSE_CLAIM = re.compile(rb"^<\?xml[^>]*utf-?16[^>]*\?>", re.IGNORECASE)
_DAY = timedelta(days=1)
_LONGEST_LINE = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapEntry:
    """One address of a map.

    `modified` is the latest moment that `lastmod` may mean: of a bare day its end.
    The rest is what news sitemaps say of an article.
    """

    url: str
    modified: datetime | None = None
    title: str = ""
    published: datetime | None = None
    outlet: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a map names: pages, or further maps. `cut` tells that a bound ended it."""

    pages: tuple[SitemapEntry, ...] = ()
    maps: tuple[SitemapEntry, ...] = ()
    cut: bool = False


def parse_sitemap(body: bytes, url: str) -> Sitemap | None:
    """Return what the map at `url` names, in its order; None for what is no map.

    Never raises: of a map that is broken or breaks off, what stood before counts.
    Relative addresses are made absolute, repeated ones left out.
    """
    parts = _Parts(body)
    first = next(iter(parts), b"")
    head = first.removeprefix(_BOM).lstrip(_WHITE)
    if not head.startswith((b"<", *_UTF16)):
        return _text_map(first, parts, url)
    if b"<!ENTITY" in first.upper():
        return None
    reader = _Reader(url)
    for part in _mended(head, parts):
        reader.read(part)
        if reader.full:
            break
    if reader.kind not in _ROOTS:
        return None
    found = tuple(reader.found.values())
    cut = reader.full or parts.cut
    if reader.kind == "sitemapindex":
        return Sitemap(maps=found, cut=cut)
    return Sitemap(pages=found, cut=cut)


def robots_sitemaps(text: str, url: str) -> tuple[str, ...]:
    """Return the maps that a robots.txt at `url` names, absolute, each once."""
    named = []
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        address = value.partition("#")[0].strip()
        if colon and address and name.strip().lower() == "sitemap":
            named.append(canonical_url(address, url))
    return tuple(dict.fromkeys(filter(None, named)))


class _Parts:
    """The body in parts, unpacked where it is gzip, up to the bound.

    Goes on where it stopped when iterated again.
    """

    def __init__(self, body: bytes) -> None:
        self.cut = False
        self._left = MOST_BYTES
        self._parts = _unpacked(body) if body.startswith(_GZIP) else _sliced(body)

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if len(part) > self._left:
                self.cut = True
                return
            self._left -= len(part)
            yield part


def _mended(head: bytes, parts: _Parts) -> Iterator[bytes]:
    """Yield the parts with each bare `&` escaped, as addresses often hold them.

    The parser's own recovery from one loses the text around it.
    """
    if head.startswith(_UTF16):
        yield from (head, *parts)
        return
    held = _FALSE_CLAIM.sub(b"", head)
    for part in parts:
        place = held.rfind(b"&", max(0, len(held) - _LONGEST_ENTITY))
        place = len(held) if place < 0 else place
        yield _BARE.sub(b"&amp;", held[:place])
        held = held[place:] + part
    yield _BARE.sub(b"&amp;", held)


def _sliced(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _PART):
        yield body[start : start + _PART]


def _unpacked(body: bytes) -> Iterator[bytes]:
    """Yield unpacked parts; a file that breaks off yields what came before."""
    packed = zlib.decompressobj(wbits=31)
    waiting = body
    while waiting or not packed.eof:
        try:
            part = packed.decompress(waiting, _PART)
        except zlib.error:
            return
        waiting = packed.unconsumed_tail
        if part:
            yield part
        elif not waiting:
            return


@dataclass(slots=True)
class _Reader:
    """Feeds a parser and keeps what its entries say, never the tree."""

    url: str
    kind: str = ""
    found: dict[str, SitemapEntry] = field(default_factory=dict)
    broken: bool = False
    parser: etree.XMLPullParser = field(init=False)

    def __post_init__(self) -> None:
        self.parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in sorted(_ROOTS | _ENTRIES)],
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    @property
    def full(self) -> bool:
        return self.broken or len(self.found) >= MOST_ENTRIES

    def read(self, part: bytes) -> None:
        try:
            self.parser.feed(part)
        except etree.XMLSyntaxError:
            self.broken = True
        for event, element in self.parser.read_events():
            # Only elements have these events, whatever the stubs say.
            self._take(event, element)  # type: ignore[arg-type]

    def _take(self, event: str, element: etree._Element) -> None:
        name = _name(element)
        if not self.kind:
            self.kind = name
        if event != "end" or name not in _ENTRIES or self.full:
            return
        entry = _entry(element, self.url)
        if entry is not None:
            self.found.setdefault(entry.url, entry)
        element.clear()
        parent = element.getparent()
        while parent is not None and len(parent) > 1:
            del parent[0]


def _name(element: etree._Element) -> str:
    """Return its name; "" where the parser let bytes through that are no UTF-8."""
    try:
        return str(element.tag).rpartition("}")[2].lower()
    except UnicodeDecodeError:
        return ""


def _entry(element: etree._Element, url: str) -> SitemapEntry | None:
    said = _texts(element)
    address = canonical_url(said.get("loc", ""), url) if said.get("loc") else ""
    if not address:
        return None
    news = next((child for child in element if _name(child) == "news"), None)
    facts = _texts(news) if news is not None else {}
    named: dict[str, str] = {}
    for child in news if news is not None else ():
        if _name(child) == "publication":
            named = _texts(child)
    return SitemapEntry(
        url=address,
        modified=latest_moment(said.get("lastmod", "")),
        title=squeeze(tidy(html.unescape(facts.get("title", "")))),
        published=_when(facts.get("publication_date", "")),
        outlet=squeeze(tidy(html.unescape(named.get("name", "")))),
        language=named.get("language", ""),
    )


def _texts(element: etree._Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for child in element:
        # Not `html.unescape`, which takes `&copy=1` of an address for a sign.
        text = tidy(_text(child)).replace("&amp;", "&")
        texts.setdefault(_name(child), squeeze(text))
    return texts


def _text(element: etree._Element) -> str:
    """Return what it holds; "" as for names."""
    try:
        return element.text or ""
    except UnicodeDecodeError:
        return ""


def _when(text: str) -> datetime | None:
    return parse_when(text, need_time=True) if text else None


def latest_moment(text: str) -> datetime | None:
    """Return the time that the text names, of a bare day its end; else None."""
    if not text:
        return None
    exact = _when(text)
    if exact is not None:
        return exact
    day = parse_when(text)
    return day + _DAY if day else None


def _text_map(first: bytes, parts: _Parts, url: str) -> Sitemap | None:
    """Read a list of addresses, one a line; None where the first line is none."""
    if not first[:_HEAD].removeprefix(_BOM).lstrip().lower().startswith(b"http"):
        return None
    found: dict[str, SitemapEntry] = {}
    rest = b""
    for part in _chained(first, parts):
        *lines, rest = (rest + part).split(b"\n")
        rest = rest[:_LONGEST_LINE]
        for line in lines:
            _take_line(found, line, url)
        if len(found) >= MOST_ENTRIES:
            return Sitemap(pages=tuple(found.values())[:MOST_ENTRIES], cut=True)
    _take_line(found, rest, url)
    return Sitemap(pages=tuple(found.values()), cut=parts.cut)


def _chained(first: bytes, parts: _Parts) -> Iterator[bytes]:
    yield first.removeprefix(_BOM)
    yield from parts


def _take_line(found: dict[str, SitemapEntry], line: bytes, url: str) -> None:
    text = line[:_LONGEST_LINE].decode("utf-8", errors="replace").strip()
    address = canonical_url(text, url) if text.lower().startswith("http") else ""
    if address:
        found.setdefault(address, SitemapEntry(url=address))
