"""Mutated pages and feeds: from a seed, so that a failing one can be made again."""

import random
from collections.abc import Iterator
from pathlib import Path

SITES = Path(__file__).resolve().parent / "sites"
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>'
    "<item><title><![CDATA[Cầu &amp;apos;mới&amp;apos;]]></title><link>/a-1.html</link>"
    "<pubDate>Mon, 14 Sep 26 18:44:00 +07</pubDate></item>"
    "<item><title>Hai</title><link>https://b.vn/c-2.html</link><guid>2</guid>"
    "<pubDate>9/14/2026 6:44:00 PM</pubDate></item></channel></rss>"
)
PIECES = (
    b"<div>" * 40,
    b"</div></article>",
    b"<!--",
    b"]]>",
    b"<table><tr><td>",
    b"\x00\xff\xfe",
    b"\xc3\xa1\xc3",
    b"&#x1F600;&#0;&bogus;",
    b'<script type="application/ld+json">{"@graph":[',
    b'{"@type":"NewsArticle","headline":["a",{}],"author":[[1]]}',
    b'<meta property="article:published_time" content="0000-99-99T99:99">',
    b"<p>" + b"a " * 400,
    b"31/02/2026 25:61 GMT+99",
    b"<base href='javascript:x'>",
    "Tr\xad­êng häc Tröôøng ".encode(),
)


def seeds() -> list[tuple[str, bytes]]:
    """Return what is mutated: (`page` or `feed`, bytes)."""
    pages = [("page", p.read_bytes()) for p in sorted(SITES.glob("*/page.html"))]
    return [*pages, ("feed", FEED.encode()), ("feed", FEED.encode("utf-16"))]


def mutated(seed: int, start: int, count: int) -> Iterator[tuple[int, str, bytes]]:
    """Yield (number, kind, bytes); a number gives the same bytes in every run."""
    known = seeds()
    for number in range(start, start + count):
        rng = random.Random(seed * 1_000_003 + number)
        kind, body = rng.choice(known)
        for _ in range(rng.randint(1, 6)):
            body = _mutate(rng, body, known)
        yield number, kind, body


def _mutate(rng: random.Random, body: bytes, known: list[tuple[str, bytes]]) -> bytes:
    """Return the bytes with one stretch lost, repeated, flipped or from elsewhere."""
    at, to = sorted((rng.randint(0, len(body)), rng.randint(0, len(body))))
    other = rng.choice(known)[1]
    ways = (
        lambda: body[:at] + body[to:],
        lambda: body[:at],
        lambda: body[:at] + rng.choice(PIECES) + body[at:],
        lambda: body[:to] + body[at : at + 2000] * rng.randint(1, 8) + body[to:],
        lambda: body[:at] + other[rng.randint(0, len(other)) :],
        lambda: body.replace(b">", rng.choice((b" >", b"", b">>")), rng.randint(1, 9)),
        lambda: _flipped(rng, body),
    )
    return rng.choice(ways)()


def _flipped(rng: random.Random, body: bytes) -> bytes:
    flips = bytearray(body)
    for _ in range(rng.randint(1, 30) if flips else 0):
        flips[rng.randrange(len(flips))] = rng.randrange(256)
    return bytes(flips)
