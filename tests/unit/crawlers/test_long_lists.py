"""Long maps and feeds are read beside the reactor, not in front of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.http import Response, TextResponse

from crawlers.deps import CrawlDeps
from crawlers.found import Found, FoundPage
from crawlers.frontier.memory import MemoryFrontier
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.sitemap import SitemapSpider
from crawlers.tally import Tally
from crawlers.visit import Visit
from domain.clock import ManualClock
from domain.ids import SourceId
from domain.profile import SourceSpec

NOW = datetime(2026, 9, 15, tzinfo=UTC)
SITE = "https://bao.example.vn"
COUNT = 3_000


def visit(kind: str) -> Visit:
    spec = SourceSpec(id=SourceId("bao"), name="Báo", kind=kind, url=f"{SITE}/list")
    deps = CrawlDeps(
        event_log=None,
        evidence=None,
        frontier=MemoryFrontier(),
        clock=ManualClock(NOW),
        pseudonym_key=b"k",
        user_agent="local",
    )
    nobody = cast("Any", None)
    return Visit(
        spec=spec,
        deps=deps,
        tally=Tally(source=spec.id, started=NOW),
        pace=nobody,
        networks=(),
        resolver=nobody,
        site="example.vn",
        holder="x",
        lease=nobody,
        spec_of=lambda _: spec,
        spiders={},
        watch=True,
    )


def answer(body: str) -> Response:
    request = Request(f"{SITE}/list", meta={"trace": "t"})
    return TextResponse(
        request.url,
        body=body.encode(),
        headers={"Content-Type": "application/xml", "ETag": '"1"'},
        request=request,
    )


async def beside(found: AsyncIterator[Request | Found]) -> tuple[int, list[Any]]:
    """Return how often something else had its turn meanwhile, and what was yielded."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    every = [one async for one in found]
    counting.cancel()
    return turns, every


def reading(kind: str) -> tuple[Visit, AsyncIterator[Request | Found]]:
    if kind == "feed":
        items = (
            f"<item><title>Tin {n}</title><link>/tin-{n}.html</link></item>"
            for n in range(COUNT)
        )
        feed = visit("feed")
        body = f"<rss><channel>{''.join(items)}</channel></rss>"
        return feed, FeedSpider(feed).parse(answer(body))
    entries = (f"<url><loc>/tin-{n}.html</loc></url>" for n in range(COUNT))
    site_map = visit("sitemap")
    body = f"<urlset>{''.join(entries)}</urlset>"
    place = cast("Any", type("Place", (), {"depth": 0}))
    return site_map, SitemapSpider(site_map).parse(answer(body), place)


@pytest.mark.parametrize(("kind", "queued"), [("sitemap", COUNT), ("feed", 1_000)])
def test_others_have_their_turn_while_a_long_list_is_read(
    kind: str, queued: int
) -> None:
    told, found = reading(kind)
    turns, every = asyncio.run(beside(found))
    # Read at once, it would be one or two.
    assert turns > 20
    assert told.tally.listed == queued
    assert [type(one) for one in every] == [FoundPage]
    assert not told.tally.errors
