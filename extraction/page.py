"""An article page to its fields, by a ladder of rungs.

JSON-LD (what the page says to search engines) comes first, then the site module, Open
Graph and microdata, and last guesses. For the body the order is site module, known
containers, densest text, trafilatura, JSON-LD: what `articleBody` holds is often cut.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from domain.post import MAX_TEXT
from extraction import generic, headline, jsonld, meta
from extraction.body import Body, find_body, without_head
from extraction.byline import as_printed, printed_author
from extraction.charset import decode, looks_binary, tidy
from extraction.content import media_of
from extraction.content_text import squeeze, text_of
from extraction.dates import parse_when
from extraction.fields import PageFields
from extraction.names import clean_name, is_house
from extraction.paging import next_page
from extraction.printed_time import agreed, names_utc, printed_time
from extraction.site import Site
from extraction.sites import site_for
from extraction.urls import canonical_url, host_of, site_of

_AHEAD = timedelta(days=1)
"""How far in the future a publication may lie: clocks differ, embargoes do not."""
_MANY = 100
_LINE = 500
_LEAD = 2_000
_FREE = "isAccessibleForFree"
_CLOSED = {"locked", "metered"}

Rung = tuple[str, Callable[[], str]]
TimeRung = tuple[str, Callable[[], datetime | None]]


@dataclass(slots=True)
class _Page:
    tree: HtmlElement
    url: str
    fetched: datetime | None
    node: jsonld.Node
    tags: meta.MetaTags
    site: Site | None
    guess_day: bool = True
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


MAX_TAGS = 50_000
"""Tags of one page, closing ones too; the longest pages with all their comments have
20,000. Each costs a node, and every rung of the ladder walks all of them."""
MAX_LETTERS = 2_000_000
"""Characters of a page that are read; the largest articles' pages have 0.6 million."""
_CROWDED_TAG = re.compile(r"<[A-Za-z](?:[^<>=]*=){257}")

_STYLES = re.compile(rb"<style\b[^<>]*+>[^<]*+</style\s*>")
"""Style sheets in the page: three quarters of some, and nothing that is read."""


def is_hostile(text: str) -> bool:
    """Tell a page that no editor wrote: masses of tags, or of attributes in one.

    Depth needs no bound of ours: libxml2 stops at 256 elements within each other.
    """
    return text.count("<") > MAX_TAGS or _CROWDED_TAG.search(text) is not None


def parse_tree(body: bytes, content_type: str = "") -> HtmlElement | None:
    """Return the page's tree, or None where the bytes are no page."""
    body = _STYLES.sub(b"", body)
    if looks_binary(body, content_type):
        return None
    text = decode(body, content_type)[:MAX_LETTERS]
    if not text.strip() or is_hostile(text):
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
    guess_day: bool = True,
) -> PageFields:
    """Return what the page shows. Never raises for odd input: fields stay empty.

    `url` is the page's address, `content_type` the header, `fetched` the time of the
    fetch: publications that lie after it are dropped, and “5 phút trước” counts from
    it. Host and `fetched` pick the site module, for which `site` may stand in.
    Without `guess_day` a page that tells no time gets none: guesses are slow, know no
    hour, and would hide what a feed said.
    """
    tree = parse_tree(body, content_type)
    if tree is None:
        return PageFields(canonical_url=canonical_url(url))
    site = site or site_for(url, fetched)
    page = _Page(
        tree=tree,
        url=url,
        fetched=fetched,
        node=jsonld.article_node(tree, url),
        tags=meta.MetaTags(tree),
        site=site,
        guess_day=guess_day,
    )
    if site and site.drop:
        for element in tree.xpath(site.drop):
            element.drop_tree()
    return _fields(page)


def _fields(page: _Page) -> PageFields:
    outlet = page.pick("outlet", _outlet(page))[:_LINE]
    title = page.pick("title", _title(page, outlet))[:_LINE]
    lead = page.pick("lead", _lead(page))[:_LEAD]
    body = find_body(
        page.tree,
        page.site.body if page.site else "",
        jsonld.text_at(page.node, "articleBody"),
    )
    if body.rung:
        page.found_by.append(("body", body.rung))
    author = page.pick("author", _author(page, outlet, body))[:_LINE]
    section = page.pick("section", _section(page))[:_LINE]
    published = _time(page, "published", _published(page))
    modified = _time(page, "modified", _modified(page))
    if published and modified:
        modified = max(published, modified)
    return PageFields(
        title=tidy(title),
        lead=tidy(lead),
        body=tidy(without_head(body.text, title, lead, author))[:MAX_TEXT],
        author=tidy(author),
        section=tidy(section),
        outlet=tidy(outlet),
        published=published,
        modified=modified,
        canonical_url=_canonical(page),
        next_page=next_page(page.tree, page.url),
        links=_addresses(page.url, body.links),
        media=_addresses(page.url, media_of(body.container)),
        found_by=tuple(page.found_by),
        walled=_walled(page),
    )


def _walled(page: _Page) -> bool:
    """Tell whether the page says that not everybody may read all of it."""
    free = page.node.get("isAccessibleForFree")
    said = free if free is not None else meta.microdata(page.tree, _FREE)
    return str(said).lower() == "false" or page.tags.first(meta.TIER).lower() in _CLOSED


def _title(page: _Page, outlet: str) -> Iterator[Rung]:
    claims = [
        jsonld.text_at(page.node, "headline"),
        page.tags.first(meta.TITLE),
        headline.page_title(page.tree),
    ]
    heads = headline.headings(page.tree)
    head = headline.best_heading(heads, claims)
    known = (outlet, *_own_names(page), *_sections(page))

    def full(text: str) -> str:
        return headline.in_full(text, head, known) if text else ""

    yield "json-ld", lambda: full(claims[0])
    if page.site:
        path = page.site.title
        yield "site", lambda: page.at_site(path)
    yield "open-graph", lambda: full(claims[1])
    yield "generic", lambda: head or headline.likeliest(heads, known) or full(claims[2])


def _sections(page: _Page) -> list[str]:
    return [jsonld.text_at(page.node, "articleSection"), *jsonld.crumbs(page.tree)]


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


def _own_names(page: _Page) -> tuple[str, ...]:
    """Return what the page calls itself: no author bears these names."""
    return (
        host_of(page.url),
        jsonld.name_at(page.node, "publisher"),
        page.tags.first(("og:site_name",)),
        page.tags.first(("application-name",)),
        page.tags.first(("copyright",)),
    )


def _author(page: _Page, outlet: str, body: Body) -> Iterator[Rung]:
    known = tuple(name for name in (outlet, *_own_names(page)) if name)

    def person(text: str) -> str:
        names = [clean_name(name) for name in text.split(", ")]
        return ", ".join(name for name in names if not is_house(name, known))

    lines = body.text.split("\n")

    @cache
    def printed() -> str:
        return printed_author(page.tree, body.container, lines, known)

    def claimed() -> str:
        claim = person(jsonld.name_at(page.node, "author", persons=True))
        return as_printed(claim, printed(), lambda: text_of(page.tree)) if claim else ""

    if page.site:
        path = page.site.author
        yield "json-ld", claimed
        yield "site", lambda: clean_name(page.at_site(path))
    yield "json-ld", claimed
    yield "open-graph", lambda: person(page.tags.first(meta.AUTHOR))
    yield "microdata", lambda: person(meta.microdata(page.tree, "author"))
    yield "printed", printed


def _section(page: _Page) -> Iterator[Rung]:
    yield "json-ld", lambda: jsonld.text_at(page.node, "articleSection")
    yield "json-ld", lambda: next(iter(jsonld.crumbs(page.tree)), "")
    if page.site:
        path = page.site.section
        yield "site", lambda: page.at_site(path)
    yield "open-graph", lambda: page.tags.first(meta.SECTION)
    yield "generic", lambda: generic.section_of(page.tree)


def _published(page: _Page) -> Iterator[TimeRung]:
    @cache
    def printed() -> datetime | None:
        return printed_time(page.tree, page.fetched)

    def claimed(text: str) -> datetime | None:
        when = parse_when(text)
        return agreed(when, printed(), utc=names_utc(text)) if when else None

    yield "json-ld", lambda: claimed(jsonld.text_at(page.node, "datePublished"))
    if page.site:
        path = page.site.published
        yield "site", lambda: parse_when(page.at_site(path), now=page.fetched)
    yield "open-graph", lambda: claimed(page.tags.first(meta.PUBLISHED))
    yield "microdata", lambda: claimed(meta.microdata(page.tree, "datePublished"))
    yield "generic", printed
    if page.guess_day:
        yield "htmldate", lambda: generic.htmldate_day(page.tree, page.url)


def _modified(page: _Page) -> Iterator[TimeRung]:
    yield "json-ld", lambda: parse_when(jsonld.text_at(page.node, "dateModified"))
    yield "open-graph", lambda: parse_when(page.tags.first(meta.MODIFIED))
    yield "microdata", lambda: parse_when(meta.microdata(page.tree, "dateModified"))


def _time(page: _Page, name: str, rungs: Iterator[TimeRung]) -> datetime | None:
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


def _addresses(url: str, found: Iterable[str]) -> tuple[str, ...]:
    absolute = (canonical_url(address, url) for address in found)
    return tuple(dict.fromkeys(a for a in absolute if a))[:_MANY]
