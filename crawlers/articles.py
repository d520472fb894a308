"""Extracted fields to posts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.ids import PostId
from domain.labels import PostKind
from domain.post import Post
from domain.profile import Outlet, SourceSpec
from extraction.fields import FeedItem, PageFields
from extraction.urls import canonical_url, host_of


def article_post(
    spec: SourceSpec,
    url: str,
    fields: PageFields,
    item: FeedItem | None,
    fetched: datetime,
) -> Post | None:
    """Return the article, what its page lacks filled in from its feed entry.

    None where neither gives a title and a text. A feed's time is taken only where
    the page shows none: feeds give the time of the last change as often as not.
    """
    item = item or FeedItem(url=url)
    title, lead = fields.title or item.title, fields.lead or item.summary
    if not title or not (fields.body or lead):
        return None
    found_by = dict(fields.found_by)
    published = fields.published
    dated_ahead = "refused" in found_by.get("published", "")
    if published is None and item.published and not dated_ahead:
        published, found_by["published"] = item.published, "feed"
    return Post(
        id=PostId(f"url:{fields.canonical_url}"),
        revision=1,
        source=spec.id,
        kind=PostKind.ARTICLE,
        url=fields.canonical_url,
        fetched=fetched,
        title=title,
        lead=lead,
        text=fields.body,
        byline=fields.author or item.author,
        outlet=fields.outlet,
        section=fields.section,
        published=published,
        modified=fields.modified,
        aliases=tuple(dict.fromkeys([canonical_url(url)])),
        links=fields.links,
        media=fields.media,
        found_by=tuple(found_by.items()),
    )


def with_outlet(post: Post, outlets: Iterable[Outlet], otherwise: str) -> Post:
    """Name the outlet as the profile does, where its domain is known.

    Else as the page does, and where it does not, as its source is called.
    """
    host = host_of(post.url)
    for outlet in outlets:
        for domain in outlet.domains:
            bare = domain.removeprefix("www.")
            if host == bare or host.endswith(f".{bare}"):
                return replace(post, outlet=outlet.name)
    return post if post.outlet else replace(post, outlet=otherwise)
