"""Lists of feeds as other programs keep them (OPML 1 and 2)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from lxml import etree

from extraction.content_text import squeeze
from extraction.safe_xml import parse_xml
from extraction.urls import canonical_url

_UNPRINTABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of a list; `folders` are the names of the outlines around it."""

    url: str
    title: str = ""
    page: str = ""
    folders: tuple[str, ...] = ()


def parse_opml(body: bytes) -> tuple[Outline, ...]:
    """Return the feeds of a list in its order, each address once.

    Raises `XmlRefusedError` for what is no XML, or such as no honest program writes;
    `ValueError` for XML that is no OPML. Folders are the outlines around a feed, or
    its `category` (`/tin/xã`) where it stands alone.
    """
    root = parse_xml(body)
    if _name(root) != "opml":
        raise ValueError(f"an OPML file begins with <opml>, this one with <{root.tag}>")
    found: dict[str, Outline] = {}
    for element in root.iter():
        if _name(element) != "outline":
            continue
        attributes = {str(k).lower(): str(v) for k, v in element.attrib.items()}
        url = canonical_url(attributes.get("xmlurl", ""))
        if url:
            found.setdefault(url, _outline(element, attributes, url))
    return tuple(found.values())


def unusable_addresses(body: bytes) -> tuple[str, ...]:
    """Return the feeds' addresses that `parse_opml` leaves out, as they are written."""
    said = (
        str(value).strip()
        for element in parse_xml(body).iter()
        if _name(element) == "outline"
        for key, value in element.attrib.items()
        if str(key).lower() == "xmlurl"
    )
    return tuple(dict.fromkeys(url for url in said if url and not canonical_url(url)))


def write_opml(outlines: Iterable[Outline], title: str) -> bytes:
    """Return a list that `parse_opml` reads back, feeds of one folder together."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _clean(title)
    body = etree.SubElement(root, "body")
    ordered = sorted(outlines, key=lambda outline: outline.folders)
    for folders, group in groupby(ordered, key=lambda outline: outline.folders):
        parent = body
        for folder in folders:
            parent = etree.SubElement(parent, "outline", text=_clean(folder))
        for outline in group:
            _write(parent, outline)
    return etree.tostring(
        root, xml_declaration=True, encoding="utf-8", pretty_print=True
    )


def _write(parent: etree._Element, outline: Outline) -> None:
    named = _clean(outline.title or outline.url)
    said = {"type": "rss", "text": named, "title": named, "xmlUrl": outline.url}
    if outline.page:
        said["htmlUrl"] = outline.page
    etree.SubElement(parent, "outline", said)


def _outline(element: etree._Element, attributes: dict[str, str], url: str) -> Outline:
    title = squeeze(attributes.get("title") or attributes.get("text", ""))
    return Outline(
        url=url,
        title=title,
        page=canonical_url(attributes.get("htmlurl", "")),
        folders=tuple(_folders(element)) or _categories(attributes),
    )


def _folders(element: etree._Element) -> Iterator[str]:
    above: Sequence[etree._Element] = list(element.iterancestors())
    for folder in reversed(above):
        name = squeeze(folder.get("text") or folder.get("title") or "")
        if _name(folder) == "outline" and name:
            yield name


def _categories(attributes: dict[str, str]) -> tuple[str, ...]:
    first = attributes.get("category", "").split(",")[0]
    return tuple(filter(None, (squeeze(part) for part in first.split("/"))))


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _clean(text: str) -> str:
    return squeeze(text.translate(_UNPRINTABLE).encode("utf-8", "ignore").decode())
