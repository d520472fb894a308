"""A first version of a site module, guessed from one page of the outlet."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement

from extraction import generic
from extraction.content_text import text_of
from extraction.dates import parse_when
from extraction.fields import PageFields
from extraction.made_up import MadeUp, made_up_page
from extraction.page import extract_page, parse_tree
from extraction.site import Site, has
from extraction.urls import host_of

_FIELDS = ("title", "lead", "body", "author", "section", "published")
_NOT_A_NAME = re.compile(r"\d{3,}|[^\w-]")
_SHORTEST_LEAD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDraft:
    """A module's source, a page of made-up text, what it gives, and what is open."""

    module: str
    page: str
    expected: dict[str, object]
    unsure: tuple[str, ...]


def draft_site(name: str, body: bytes, url: str) -> SiteDraft | None:
    """Draft a module for the page's outlet; None for bytes that are no page."""
    tree = parse_tree(body)
    if tree is None:
        return None
    fields = extract_page(body, url, site=Site(hosts=(), outlet=""))
    paths = _paths(tree, fields)
    site = Site(hosts=(host_of(url),), outlet=fields.outlet, **paths)
    made = MadeUp(fields, url)
    page = made_up_page(tree, made)
    found = extract_page(page.encode(), made.url, site=site)
    unsure = tuple(field for field in _FIELDS if not getattr(found, field))
    return SiteDraft(
        module=_source(name, site, paths),
        page=page,
        expected=_expected(made.url, found),
        unsure=unsure,
    )


def _paths(tree: HtmlElement, fields: PageFields) -> dict[str, str]:
    """Return an XPath for each field whose text stands in an element of the page."""
    body = generic.known_body(tree)
    if body is None:
        body = generic.densest(tree)
    found = {
        "title": _with_text(tree, fields.title, "h1", "h2", "h3", "div"),
        "lead": _with_text(tree, fields.lead, "h2", "p", "div", "h3"),
        "body": _path(tree, body) if body is not None else "",
        "author": _with_text(tree, fields.author, "a", "p", "span", "div", "strong"),
        "section": _with_text(tree, fields.section, "a", "li", "span"),
        "published": _with_time(tree, fields.published),
    }
    return {name: path for name, path in found.items() if path}


def _with_text(tree: HtmlElement, text: str, *tags: str) -> str:
    if not text:
        return ""
    for tag in tags:
        for element in tree.iter(tag):
            own = text_of(element)
            if own == text or (len(text) > _SHORTEST_LEAD and own.endswith(text)):
                return _path(tree, element)
    return ""


def _with_time(tree: HtmlElement, when: datetime | None) -> str:
    if when is None:
        return ""
    minute = when.replace(second=0, microsecond=0)
    for element in tree.iter("time", "span", "div", "p", "li"):
        if len(element) <= 2 and parse_when(text_of(element), need_time=True) == minute:  # noqa: PLR2004 - an icon beside the time
            return _path(tree, element)
    return ""


def _path(tree: HtmlElement, element: HtmlElement) -> str:
    """Return the shortest XPath whose first match is the element; "" for none."""
    ident = element.get("id") or ""
    names = (element.get("class") or "").split()
    candidates = [f"//{element.tag}[{has(n)}]" for n in names if _is_name(n)]
    if ident and _is_name(ident):
        candidates.append(f"//*[@id='{ident}']")
    candidates.append(f"//{element.tag}")
    parent = element.getparent()
    if parent is not None:
        above = [n for n in (parent.get("class") or "").split() if _is_name(n)]
        candidates += [f"//*[{has(name)}]/{element.tag}" for name in above]
    return next((path for path in candidates if _is_first(tree, path, element)), "")


def _is_name(name: str) -> bool:
    return not _NOT_A_NAME.search(name)


def _is_first(tree: HtmlElement, path: str, element: HtmlElement) -> bool:
    found = tree.xpath(path)
    return bool(found) and found[0] is element


_IN_QUOTES = re.compile(
    r"contains\(concat\(' ', normalize-space\(@class\), ' '\), ' ([\w-]+) '\)"
)


def _source(name: str, site: Site, paths: dict[str, str]) -> str:
    lines = [
        f'"""{site.outlet or name}."""\n',
        "from extraction.site import Site, has\n",
        "SITE = Site(",
        f'    hosts=("{site.hosts[0]}",),',
        f"    outlet={json.dumps(site.outlet, ensure_ascii=False)},",
    ]
    for field in _FIELDS:
        if field in paths:
            path = _IN_QUOTES.sub(r"{has('\1')}", paths[field])
            lines.append(f'    {field}={"f" if "{" in path else ""}"{path}",')
    return "\n".join([*lines, ")"]) + "\n"


def _expected(url: str, found: PageFields) -> dict[str, object]:
    published = found.published.isoformat() if found.published else None
    modified = found.modified.isoformat() if found.modified else None
    return {
        "url": url,
        "title": found.title,
        "lead": found.lead,
        "body": found.body,
        "author": found.author,
        "section": found.section,
        "outlet": found.outlet,
        "published": published,
        "modified": modified,
    }
