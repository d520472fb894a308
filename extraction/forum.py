"""Forums that run XenForo: lists of threads, pages of posts."""

import re
from datetime import datetime

from lxml.html import HtmlElement

from extraction.charset import tidy
from extraction.content import links_of, media_of, paragraphs
from extraction.content_text import squeeze, text_of
from extraction.dates import parse_when
from extraction.fields import ForumPage, ThreadPage, ThreadPost, ThreadRow
from extraction.page import parse_tree
from extraction.site import has
from extraction.urls import canonical_url

_NUMBER = re.compile(r"(\d+)")
_THREAD = re.compile(r"/threads/(?:[^/]*\.)?(\d+)(?:/|$)")
_COUNT = re.compile(
    r"(\d{1,3}(?:[.,\s]\d{3})+(?=$)|\d+(?:[.,]\d+)?(?=\s*[KMNkmn])|\d+)\s*([KMNkmn]?)"
)
_UNITS = {"K": 1_000, "N": 1_000, "M": 1_000_000}
_LIKERS = re.compile(r"\d+(?=\s+(?:others?|người khác|thành viên khác))")
_QUOTED = re.compile(r"post:\s*(\d+)")


def parse_forum(body: bytes, url: str, *, content_type: str = "") -> ForumPage:
    """Return the threads that a forum page lists, and the list's following page."""
    tree = parse_tree(body, content_type)
    if tree is None:
        return ForumPage(rows=())
    rows: dict[str, ThreadRow] = {}
    for anchor in tree.xpath(f"//*[{has('structItem-title')}]//a[@href]"):
        link = canonical_url(anchor.get("href"), url)
        if _THREAD.search(link) and link not in rows:
            rows[link] = _row(anchor, link)
    return ForumPage(rows=tuple(rows.values()), next_url=_next(tree, url))


def _row(anchor: HtmlElement, link: str) -> ThreadRow:
    """Read the row that the thread's link stands in; times go by the latest shown."""
    around = anchor.xpath(f"ancestor::*[{has('structItem')}][1]")
    if not around:
        return ThreadRow(url=link)
    times = [
        parse_when(time.get("datetime") or text_of(time))
        for time in around[0].iter("time")
    ]
    counts = [
        count_of(text_of(number))
        for number in around[0].xpath(f".//*[{has('structItem-cell--meta')}]//dd")
    ]
    # XenForo shows replies, then views; themes may leave one out, never swap them.
    replies, views = (*counts, None, None)[:2]
    return ThreadRow(
        url=link,
        active=max(filter(None, times), default=None),
        replies=replies,
        views=views,
    )


def count_of(text: str) -> int | None:
    """Return a count as forums show it: `1.234`, `12K`, `1,5M`; None for none."""
    found = _COUNT.fullmatch(text.strip())
    if found is None:
        return None
    digits, unit = found[1], found[2].upper()
    if not unit:
        return int(re.sub(r"[.,\s]", "", digits))
    return round(float(digits.replace(",", ".")) * _UNITS[unit])


def is_thread(url: str) -> bool:
    """Tell whether the address is that of a thread."""
    return _THREAD.search(url) is not None


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
        likes=_likes(message),
    )


def _likes(message: HtmlElement) -> int | None:
    """Count those named under a message, and the others that it says there are."""
    bars = message.xpath(f".//a[{has('reactionsBar-link')}]")
    if not bars:
        return None
    others = _LIKERS.search(text_of(bars[0]))
    return len(bars[0].xpath(".//bdi")) + (int(others[0]) if others else 0)


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
