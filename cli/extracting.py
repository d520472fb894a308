"""A saved answer read by a source's rules, whatever its kind: one row an item."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.errors import NotFoundError
from domain.profile import SourceSpec
from extraction.api import own_address, parse_json, read_item, read_page
from extraction.api_rules import api_rules
from extraction.feeds import parse_feed
from extraction.fields import PageFields
from extraction.page import extract_page
from extraction.selectors import site_of_selectors
from extraction.sitemap import parse_sitemap
from extraction.sitemap_rules import newest_first
from extraction.watched import watch_rules, watched_fields


def rows_of(
    body: bytes, url: str, content_type: str, spec: SourceSpec | None
) -> Iterator[dict[str, Any]]:
    """Yield what the source's spider would read out of the answer at `url`.

    Without a source, the answer is an article's page. Raises `NotFoundError` for what
    the source's kind finds nothing in.
    """
    kind = spec.kind if spec else ""
    found = False
    if spec and kind in {"json_api", "page"}:
        fields = _items(body, url, content_type, spec)
    elif kind == "sitemap" and (site_map := parse_sitemap(body, url)):
        for entry in newest_first((*site_map.pages, *site_map.maps)):
            found = True
            yield {"url": entry.url, "title": entry.title, "modified": entry.modified}
        fields = iter(())
    elif kind == "feed" and (items := parse_feed(body, url)):
        for item in items:
            found = True
            yield {"url": item.url, "title": item.title, "published": item.published}
        fields = iter(())
    else:
        site = site_of_selectors(spec) if spec else None
        page = extract_page(body, url, content_type=content_type, site=site)
        fields = iter([page])
    for one in fields:
        found = True
        yield row_of(one)
    if not found:
        raise NotFoundError(f"Nothing is found at {url} by the rules of its source.")


def row_of(fields: PageFields) -> dict[str, Any]:
    """Return the fields of an article as they are printed."""
    return {
        "title": fields.title,
        "lead": fields.lead,
        "body": fields.body,
        "author": fields.author,
        "section": fields.section,
        "outlet": fields.outlet,
        "published": _time(fields.published),
        "modified": _time(fields.modified),
        "canonical_url": fields.canonical_url,
        "found_by": dict(fields.found_by),
    }


def _items(
    body: bytes, url: str, content_type: str, spec: SourceSpec
) -> Iterator[PageFields]:
    if spec.kind == "page":
        rules = watch_rules(spec)
        watched = watched_fields(body, url, rules, content_type=content_type)
        if watched:
            yield watched
        return
    paths = api_rules(spec)
    try:
        answer = parse_json(body, content_type)
    except ValueError:
        return
    page = read_page(answer, paths)
    if page is None:
        own = paths.detail_item.find(answer)
        yield read_item((own,), paths, url)
        return
    for item in page.items:
        yield read_item((item,), paths, own_address(item, paths, url))


def _time(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
