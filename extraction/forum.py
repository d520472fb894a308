"""Forums that run XenForo: lists of threads, pages of posts."""

import re
from datetime import datetime

from lxml.html import HtmlElement

from extraction.charset import tidy
from extraction.content import links_of, media_of, paragraphs
from extraction.content_text import squeeze, text_of
from extraction.dates import parse_when
from extraction.fields import ListingPage, ThreadPage, ThreadPost
from extraction.page import parse_tree
from extraction.site import has
from extraction.urls import canonical_url

_NUMBER = re.compile(r"(\d+)")
_THREAD = re.compile(r"/threads/(?:[^/]*\.)?(\d+)(?:/|$)")
_QUOTED = re.compile(r"post:\s*(\d+)")


def parse_forum(body: bytes, url: str, *, content_type: str = "") -> ListingPage:
    """Return the threads that a forum page lists, and the list's following page."""
    tree = parse_tree(body, content_type)
    if tree is None:
        return ListingPage(links=())
    path = f"//*[{has('structItem-title')}]//a/@href"
    links = [canonical_url(href, url) for href in tree.xpath(path)]
    threads = [link for link in links if _THREAD.search(link)]
    return ListingPage(links=tuple(dict.fromkeys(threads)), next_url=_next(tree, url))


def parse_thread(
    body: bytes,
    url: str,
    *,
    content_type: str = "",
    fetched: datetime | None = None,
) -> ThreadPage | None:
    """Return one page of a thread; None for a page that is no thread.

    A post's text leaves out what it quotes; `quotes` is the number of the post that
    it answers to.
    """
    tree = parse_tree(body, content_type)
    number = _THREAD.search(url)
    if tree is None or number is None:
        return None
    messages = tree.xpath(f"//article[{has('message--post')}]")
    heading = tree.xpath(f"//h1[{has('p-title-value')}]") or tree.xpath("//h1")
    posts = [_post(message, url, fetched) for message in messages]
    return ThreadPage(
        number=number[1],
        title=tidy(text_of(heading[0])) if heading else "",
        posts=tuple(post for post in posts if post is not None),
        next_url=_next(tree, url),
    )


def _post(
    message: HtmlElement, url: str, fetched: datetime | None
) -> ThreadPost | None:
    number = _NUMBER.search(message.get("data-content") or message.get("id") or "")
    bodies = message.xpath(f".//*[{has('bbWrapper')}]")
    if number is None or not bodies:
        return None
    body = bodies[0]
    quotes = ""
    for quote in body.xpath(f".//blockquote[{has('bbCodeBlock--quote')}]"):
        source = _QUOTED.search(quote.get("data-source") or "")
        quotes = quotes or (source[1] if source else "")
        quote.drop_tree()
    return ThreadPost(
        number=number[1],
        handle=squeeze(message.get("data-author") or ""),
        text=tidy("\n".join(paragraphs(body))),
        published=_when(message, fetched),
        quotes=quotes,
        links=tuple(filter(None, (canonical_url(a, url) for a in links_of(body)))),
        media=tuple(filter(None, (canonical_url(a, url) for a in media_of(body)))),
    )


def _when(message: HtmlElement, fetched: datetime | None) -> datetime | None:
    for time in message.iter("time"):
        value = time.get("datetime") or text_of(time)
        if when := parse_when(value, now=fetched):
            return when
    return None


def _next(tree: HtmlElement, url: str) -> str:
    found = tree.xpath(
        f"//a[{has('pageNav-jump--next')}]/@href | //link[@rel='next']/@href"
    )
    return canonical_url(found[0], url) if found else ""
