"""An article page to its fields, by a ladder of rungs.

JSON-LD (what the page says to search engines) comes first, then the site module, Open
Graph and microdata, and last guesses. For the body the order is site module, known
containers, densest text, trafilatura, JSON-LD: what `articleBody` holds is often cut.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from domain.post import MAX_TEXT
from extraction import generic, jsonld, meta
from extraction.charset import decode, looks_binary, tidy
from extraction.content import links_of, media_of, squeeze, text_of
from extraction.dates import parse_when
from extraction.fields import PageFields
from extraction.site import Site
from extraction.sites import site_for
from extraction.urls import canonical_url, site_of

_AHEAD = timedelta(days=1)
"""How far in the future a publication may lie: clocks differ, embargoes do not."""
_MANY = 100
_LINE = 500
_LEAD = 2_000
_ENOUGH = 200
_FREE = "isAccessibleForFree"
_CLOSED = {"locked", "metered"}

Rung = tuple[str, Callable[[], str]]


@dataclass(slots=True)
class _Page:
    tree: HtmlElement
    url: str
    fetched: datetime | None
    node: jsonld.Node
    tags: meta.MetaTags
    site: Site | None
    found_by: list[tuple[str, str]] = field(default_factory=list)

    def pick(self, name: str, rungs: Iterator[Rung]) -> str:
        for rung, read in rungs:
            text = read()
            if text:
                self.found_by.append((name, rung))
                return text
        return ""

    def at_site(self, path: str) -> str:
        for found in self.tree.xpath(path) if path else ():
            text = squeeze(found) if isinstance(found, str) else text_of(found)
            if text:
                return text
        return ""


def parse_tree(body: bytes, content_type: str = "") -> HtmlElement | None:
    """Return the page's tree, or None where the bytes are no page."""
    if looks_binary(body, content_type):
        return None
    text = decode(body, content_type)
    if not text.strip():
        return None
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def extract_page(
    body: bytes,
    url: str,
    *,
    content_type: str = "",
    fetched: datetime | None = None,
    site: Site | None = None,
) -> PageFields:
    """Return what the page shows. Never raises for odd input: fields stay empty.

    `url` is the page's address (its host picks the site module), `content_type` the
    header, `fetched` the time of the fetch: publications that lie after it are
    dropped, and “5 phút trước” counts from it. `site` stands in for the module.
    """
    tree = parse_tree(body, content_type)
    if tree is None:
        return PageFields(canonical_url=canonical_url(url))
    site = site or site_for(url)
    page = _Page(
        tree=tree,
        url=url,
        fetched=fetched,
        node=jsonld.article_node(tree, url),
        tags=meta.MetaTags(tree),
        site=site,
    )
    if site and site.drop:
        for element in tree.xpath(site.drop):
            element.drop_tree()
    return _fields(page)


def _fields(page: _Page) -> PageFields:
    title = page.pick("title", _title(page))[:_LINE]
    lead = page.pick("lead", _lead(page))[:_LEAD]
    outlet = page.pick("outlet", _outlet(page))[:_LINE]
    author = page.pick("author", _author(page, outlet))[:_LINE]
    section = page.pick("section", _section(page))[:_LINE]
    published = _time(page, "published", _published(page))
    modified = _time(page, "modified", _modified(page))
    container, text = _body(page)
    text = _without_head(text, title, lead)
    return PageFields(
        title=tidy(title),
        lead=tidy(lead),
        body=tidy(text)[:MAX_TEXT],
        author=tidy(author),
        section=tidy(section),
        outlet=tidy(outlet),
        published=published,
        modified=modified
        if not published or not modified
        else max(published, modified),
        canonical_url=_canonical(page),
        links=_addresses(page.url, links_of(container)),
        media=_addresses(page.url, media_of(container)),
        found_by=tuple(page.found_by),
        walled=_walled(page),
    )


def _walled(page: _Page) -> bool:
    """Tell whether the page says that not everybody may read all of it."""
    free = page.node.get("isAccessibleForFree")
    said = free if free is not None else meta.microdata(page.tree, _FREE)
    return str(said).lower() == "false" or page.tags.first(meta.TIER).lower() in _CLOSED


def _title(page: _Page) -> Iterator[Rung]:
    yield "json-ld", lambda: jsonld.text_at(page.node, "headline")
    if page.site:
        path = page.site.title
        yield "site", lambda: page.at_site(path)
    yield "open-graph", lambda: _bare_title(page)
    yield "generic", lambda: generic.heading(page.tree) or generic.page_title(page.tree)


def _bare_title(page: _Page) -> str:
    """Return the Open Graph title, cut to the heading that it begins with."""
    title, heading = page.tags.first(meta.TITLE), generic.heading(page.tree)
    return heading if heading and title.startswith(heading) else title


def _lead(page: _Page) -> Iterator[Rung]:
    yield "json-ld", lambda: jsonld.text_at(page.node, "description")
    if page.site:
        path = page.site.lead
        yield "site", lambda: page.at_site(path)
    yield "open-graph", lambda: page.tags.first(meta.LEAD)
    yield "generic", lambda: generic.lead_of(page.tree)


def _outlet(page: _Page) -> Iterator[Rung]:
    if page.site:
        outlet = page.site.outlet
        yield "site", lambda: outlet
    yield "json-ld", lambda: jsonld.name_at(page.node, "publisher")
    yield "open-graph", lambda: page.tags.first(meta.OUTLET)


def _author(page: _Page, outlet: str) -> Iterator[Rung]:
    def unlike_outlet(name: str) -> str:
        plain = name.lower().removeprefix("báo ")
        known = {outlet.lower(), outlet.lower().removeprefix("báo ")}
        odd = plain in known or "://" in name or plain in page.url.lower()
        return "" if odd else name

    yield (
        "json-ld",
        lambda: unlike_outlet(jsonld.name_at(page.node, "author", persons=True)),
    )
    if page.site:
        path = page.site.author
        yield "site", lambda: page.at_site(path)
    yield "open-graph", lambda: unlike_outlet(page.tags.first(meta.AUTHOR))
    yield "microdata", lambda: unlike_outlet(meta.microdata(page.tree, "author"))


def _section(page: _Page) -> Iterator[Rung]:
    yield "json-ld", lambda: jsonld.text_at(page.node, "articleSection")
    yield "json-ld", lambda: next(iter(jsonld.crumbs(page.tree)), "")
    if page.site:
        path = page.site.section
        yield "site", lambda: page.at_site(path)
    yield "open-graph", lambda: page.tags.first(meta.SECTION)


def _published(page: _Page) -> Iterator[tuple[str, Callable[[], datetime | None]]]:
    yield "json-ld", lambda: parse_when(jsonld.text_at(page.node, "datePublished"))
    if page.site:
        path = page.site.published
        yield "site", lambda: parse_when(page.at_site(path), now=page.fetched)
    yield "open-graph", lambda: parse_when(page.tags.first(meta.PUBLISHED))
    yield "microdata", lambda: parse_when(meta.microdata(page.tree, "datePublished"))
    yield "generic", lambda: generic.visible_time(page.tree, page.fetched)
    yield "htmldate", lambda: generic.htmldate_day(page.tree, page.url)


def _modified(page: _Page) -> Iterator[tuple[str, Callable[[], datetime | None]]]:
    yield "json-ld", lambda: parse_when(jsonld.text_at(page.node, "dateModified"))
    yield "open-graph", lambda: parse_when(page.tags.first(meta.MODIFIED))
    yield "microdata", lambda: parse_when(meta.microdata(page.tree, "dateModified"))


def _time(
    page: _Page, name: str, rungs: Iterator[tuple[str, Callable[[], datetime | None]]]
) -> datetime | None:
    for rung, read in rungs:
        when = read()
        if when is None:
            continue
        if page.fetched and when > page.fetched + _AHEAD:
            page.found_by.append((name, f"{rung}, refused: in the future"))
            return None
        page.found_by.append((name, rung))
        return when
    return None


def _body(page: _Page) -> tuple[HtmlElement, str]:
    places: list[tuple[str, Callable[[], HtmlElement | None]]] = [
        ("site", lambda: _site_body(page)),
        ("container", lambda: generic.known_body(page.tree)),
        ("densest", lambda: generic.densest(page.tree)),
    ]
    best: tuple[str, HtmlElement, str] = ("", page.tree, "")
    for rung, find in places:
        container = find()
        text = generic.body_of(container)
        if container is not None and len(text) > len(best[2]):
            best = (rung, container, text)
        if len(text) >= _ENOUGH or (text and rung == "site"):
            break
    if len(best[2]) < _ENOUGH and best[0] != "site":
        best = _other_body(page, best)
    if best[2]:
        page.found_by.append(("body", best[0]))
    return (best[1], best[2]) if best[0] else (etree.Element("div"), "")


def _other_body(
    page: _Page, best: tuple[str, HtmlElement, str]
) -> tuple[str, HtmlElement, str]:
    for rung, text in (
        ("trafilatura", generic.trafilatura_text(page.tree)),
        ("json-ld", jsonld.text_at(page.node, "articleBody")),
    ):
        if len(text) > len(best[2]):
            best = (rung, best[1], text)
    return best


def _site_body(page: _Page) -> HtmlElement | None:
    found = page.tree.xpath(page.site.body) if page.site and page.site.body else []
    return found[0] if found else None


def _without_head(text: str, title: str, lead: str) -> str:
    """Drop title and lead where the body's container begins with them."""
    lines = text.split("\n")
    while lines and lines[0] and lines[0] in {title, lead}:
        lines.pop(0)
    return "\n".join(lines)


def _canonical(page: _Page) -> str:
    """Return the address that the page gives itself, if it may speak for it.

    Another site's address, or the home page that broken templates put everywhere,
    would make many posts one.
    """
    own = canonical_url(page.url)
    claims = [
        *page.tree.xpath("//link[@rel='canonical']/@href"),
        page.tags.first(("og:url",)),
    ]
    for claim in claims:
        address = canonical_url(claim, page.url) if claim else ""
        if not address or site_of(address) != site_of(own):
            continue
        if address.rstrip("/").count("/") > 2:  # noqa: PLR2004 - scheme and host
            return address
    return own


def _addresses(url: str, found: Iterator[str]) -> tuple[str, ...]:
    absolute = (canonical_url(address, url) for address in found)
    return tuple(dict.fromkeys(a for a in absolute if a))[:_MANY]
