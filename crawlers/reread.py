"""A stored capture read again with today's extraction. Pure.

Only what extraction gives is taken over: id, address, thread, times of the fetch and
the evidence stay those of the post. What a page never had and a feed entry or list gave
is kept: `found_by` names the rung of each field that came from the page itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from crawlers.articles import article_post, with_outlet
from domain.labels import PostKind
from domain.post import Post
from domain.profile import Outlet, SourceSpec
from evidence.port import Capture
from extraction.api import own_address, parse_json, read_item, read_page
from extraction.api_rules import api_rules
from extraction.fields import PageFields
from extraction.forum import parse_thread
from extraction.page import extract_page
from extraction.selectors import site_of_selectors
from extraction.urls import canonical_url
from extraction.watched import watch_rules, watched_fields

CORRECTED = ("title", "lead", "text", "byline", "section", "published")
"""Fields whose correction is worth a revision. Links, pictures and the outlet's name
come along; alone they would make a revision of nearly every post after any change."""

_RUNGS = {"text": "body", "byline": "author"}
_ARTICLES = {"feed", "sitemap", "listing"}


@dataclass(frozen=True, slots=True)
class Reread:
    """The post as it reads now, and which fields differ."""

    post: Post
    changed: tuple[str, ...]


def parser_of(post: Post, spec: SourceSpec | None) -> str:
    """Return the kind of parser for a post's capture; "" where there is none.

    By what read it then, since a source may have become another kind or be gone.
    """
    if dict(post.found_by).get("text") == "forum":
        return "forum"
    kind = spec.kind if spec else "feed"
    if kind in _ARTICLES:
        return "article" if post.kind is PostKind.ARTICLE else ""
    return kind if kind in {"page", "json_api"} else ""


def reread(
    post: Post, capture: Capture, spec: SourceSpec | None, outlets: Iterable[Outlet]
) -> Reread | None:
    """Return what today's extraction makes of the capture; None where it finds nothing.

    `spec` is the source as it is now, None when it is no more.
    """
    source = spec or SourceSpec(id=post.source, name=post.outlet, kind="", url=post.url)
    kind = parser_of(post, spec)
    made = (
        _message(post, capture)
        if kind == "forum"
        else _article(post, capture, source, _fields(kind, post, capture, source))
    )
    if made is None:
        return None
    if kind != "forum":
        made = with_outlet(made, outlets, source.outlet or source.name)
    changed = tuple(name for name in CORRECTED if _differ(name, post, made))
    return Reread(made, changed)


def content_type_of(capture: Capture) -> str:
    """Return the answer's content type in lower case."""
    for name, value in capture.response_headers:
        if name.lower() == "content-type":
            return value.lower()
    return ""


def _fields(
    kind: str, post: Post, capture: Capture, spec: SourceSpec
) -> PageFields | None:
    said = content_type_of(capture)
    if kind == "article":
        return extract_page(
            capture.body,
            capture.url,
            content_type=said,
            fetched=capture.fetched,
            site=site_of_selectors(spec),
            guess_day=dict(post.found_by).get("published") != "feed",
        )
    if kind == "page":
        address = canonical_url(spec.url)
        rules = watch_rules(spec)
        return watched_fields(capture.body, address, rules, content_type=said)
    return _item(post, capture, spec, said) if kind == "json_api" else None


def _item(
    post: Post, capture: Capture, spec: SourceSpec, said: str
) -> PageFields | None:
    """Read an item out of its own answer, else out of the list that it stood in."""
    rules, base = api_rules(spec), canonical_url(spec.url)
    try:
        answer = parse_json(capture.body, said)
    except ValueError:
        return None
    own = rules.detail_item.find(answer) if rules.detail.text else None
    page = read_page(answer, rules)
    listed = [
        item
        for item in (page.items if page else ())
        if own_address(item, rules, base) == post.url
    ]
    sources = [source for source in (own, *listed) if source is not None]
    if not sources:
        return None
    return read_item(tuple(sources), rules, post.url, fetched=capture.fetched)


def _article(
    post: Post, capture: Capture, spec: SourceSpec, fields: PageFields | None
) -> Post | None:
    if fields is None:
        return None
    found = article_post(spec, capture.url, fields, None, capture.fetched)
    if found is None:
        return None
    once = dict(post.found_by)
    kept = {
        name: getattr(post, name)
        for name in (*CORRECTED, "modified")
        if not getattr(found, name) and _RUNGS.get(name, name) not in once
    }
    if once.get("published") == "feed" and found.published is None:
        kept["published"] = post.published
    if fields.next_page:
        # Its further pages are other captures; this one would cut the text short.
        kept["text"] = post.text
    return replace(
        post,
        **{
            "title": found.title,
            "lead": found.lead,
            "text": found.text,
            "byline": found.byline,
            "section": found.section,
            "outlet": found.outlet,
            "published": found.published,
            "modified": found.modified,
            "links": found.links,
            "media": found.media,
            "found_by": _rungs(post, found, kept),
            **kept,
        },
    )


def _rungs(
    post: Post, found: Post, kept: dict[str, object]
) -> tuple[tuple[str, str], ...]:
    """Return the rungs of today; fields that were kept keep theirs."""
    names = {_RUNGS.get(name, name) for name in kept}
    before = [pair for pair in post.found_by if pair[0] in names]
    return (*(pair for pair in found.found_by if pair[0] not in names), *before)


def _message(post: Post, capture: Capture) -> Post | None:
    thread = parse_thread(
        capture.body,
        capture.url,
        content_type=content_type_of(capture),
        fetched=capture.fetched,
    )
    number = post.id.rpartition(":post-")[2]
    entries = thread.posts if thread else ()
    entry = next((one for one in entries if one.number == number), None)
    if entry is None or thread is None or not (entry.text or post.title):
        return None
    return replace(
        post,
        title=thread.title if post.title else "",
        text=entry.text,
        published=entry.published,
        links=entry.links,
        media=entry.media,
    )


def _differ(name: str, before: Post, after: Post) -> bool:
    was, now = getattr(before, name), getattr(after, name)
    if isinstance(was, str) and isinstance(now, str):
        return was.split() != now.split()
    return bool(was != now)
