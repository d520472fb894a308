"""Mutated pages, feeds and the like, from a seed: a failing one can be made again.

Most are small, since a mutation of a small text is as likely to meet a new path as one
of a large text and costs a tenth of it; a share is made of whole pages of outlets, and
a few of pages as long as the longest. What is small is made so that each half of the
ladder is met: pages that say all about themselves, and pages that only print it.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SITES = Path(__file__).resolve().parent / "sites"
URL = "https://bao.example.vn/tin-1234.html"
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>'
    "<item><title><![CDATA[Cầu &amp;apos;mới&amp;apos;]]></title><link>/a-1.html</link>"
    "<pubDate>Mon, 14 Sep 26 18:44:00 +07</pubDate></item>"
    "<item><title>Hai</title><link>https://b.vn/c-2.html</link><guid>2</guid>"
    "<pubDate>9/14/2026 6:44:00 PM</pubDate></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">'
    "&lt;b&gt;Mưa&lt;/b&gt; lũ</title><link rel='alternate' href='tin/3.html'/>"
    "<updated>2026-09-14T18:44:00+07:00</updated><author><name>Lò Thị Thử</name>"
    "</author><summary>Nước <![CDATA[<p>dâng</p>]]></summary></entry></feed>"
)
SITEMAP = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset '
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
    "<loc>https://bao.example.vn/a-1.html?a=1&b=2</loc><lastmod>2026-09-14</lastmod>"
    "<news:news><news:publication><news:name>Báo</news:name><news:language>vi"
    "</news:language></news:publication><news:publication_date>2026-09-14T06:00+07:00"
    "</news:publication_date><news:title>Cầu &amp;quot;mới&amp;quot;</news:title>"
    "</news:news></url><url><loc>/b-2.html</loc></url></urlset>"
)
INDEX = (
    "<sitemapindex><sitemap><loc>https://bao.example.vn/s1.xml.gz</loc>"
    "<lastmod>2026-09-14T06:00:00Z</lastmod></sitemap></sitemapindex>"
)
MAP_OF_TEXT = "https://bao.example.vn/a-1.html\r\nhttps://bao.example.vn/b-2.html\n"
SAYING = """<html><head><title>Cầu treo sửa xong | Báo Thử</title>
<meta property="og:title" content="Cầu treo sửa xong">
<meta property="og:site_name" content="Báo Thử">
<meta property="article:published_time" content="2026-09-14T06:44:00+07:00">
<link rel="canonical" href="/cau-treo-sua-xong-1234.html">
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[
{"@type":"NewsArticle","headline":"Cầu treo sửa xong","description":"Hai bản qua lại.",
"datePublished":"2026-09-14T06:44:00+07:00","dateModified":"2026-09-14T08:00:00+07:00",
"author":[{"@type":"Person","name":"Lò Văn Thử"}],"publisher":{"name":"Báo Thử"},
"articleSection":"Đời sống","isAccessibleForFree":"true",
"articleBody":"Cầu treo qua suối được sửa xong sau hai tháng."}]}</script></head><body>
<h1 itemprop="headline">Cầu treo sửa xong</h1><div class="detail-content">
<p>Cầu treo qua suối được sửa xong sau hai tháng, người dân hai bản đi lại được.</p>
<figure><img src="/anh.jpg"><figcaption>Cầu treo.</figcaption></figure>
<p>Xã cho biết còn một cầu nữa. <a href="/cau-khac-99.html">Xem thêm</a></p>
<p><b>Lò Văn Thử</b></p></div></body></html>"""
PRINTED = """<html><body><div class="top"><a href="/">Trang chủ</a>
<a href="/doi-song">Đời sống</a></div><div><h1>Trường vùng cao có giếng nước mới</h1>
<span>Thứ Hai, 14/09/2026 - 06:44 (GMT+7)</span><div>
<p>Sau ba năm chở nước từ suối, trường có giếng khoan sâu tám mươi mét.</p>
<p>Thầy hiệu trưởng nói nước đủ cho hai trăm học sinh bán trú trong mùa khô.</p>
<p>Kinh phí do phụ huynh và một hội thiện nguyện cùng góp, xã lo đường ống.</p>
<p style="text-align:right"><strong>Hoàng Thị Thử</strong></p></div>
<a rel="next" href="/truong-1234-p2.html">Trang sau</a></div></body></html>"""
LIST = """<body><nav><a href="/menu-1234.html">Một mục trong thanh thực đơn</a></nav>
<div class="list"><a href="/tin-mot-1001.html">Tin thứ nhất của ngày hôm nay</a>
<a href="/tin-hai-1002.html#c">Tin thứ hai của ngày hôm nay</a></div>
<a class="next" href="/tin-tuc/trang-2.html">Trang sau</a></body>"""
THREAD = """<div class="structItem"><div class="structItem-title">
<a href="/threads/duong.5/">Đường vào bản</a></div><time datetime="2026-03-07">x</time>
<div class="structItem-cell--meta"><dd>1,2K</dd></div></div>
<h1 class="p-title-value">Đường vào bản</h1>
<article class="message message--post" data-author="nguoi_a" data-content="post-11">
<time class="u-dt" datetime="2026-03-07T08:00:00+0700"></time>
<div class="bbWrapper">Đường lầy quá<br>xe không vào được
<blockquote class="bbCodeBlock bbCodeBlock--quote" data-source="post: 10">ừ</blockquote>
<a href="/anh.html">ảnh</a></div></article>"""
ANSWER = json.dumps(
    {
        "data": [
            {
                "id": 7,
                "slug": "cau-moi",
                "title": "Cầu &lt;b&gt;mới&lt;/b&gt;",
                "sapo": "Nước \ud83d\ude00 dâng",
                "html": "<p>Một</p><p>Hai <a href='/x'>x</a><img src='y.jpg'></p>",
                "time": 1_789_000_000_000,
                "author": ["Lò Văn Thử", 3],
            }
        ],
        "next": "c==",
        "total": 1,
    }
)
OUTLINES = (
    '<opml version="2.0"><body><outline text="Tỉnh"><outline type="rss" text="Báo" '
    'xmlUrl="https://bao.example.vn/rss" htmlUrl="https://bao.example.vn/"/></outline>'
    '<outline xmlUrl="https://b.vn/rss" category="/tin/xã,x"/></body></opml>'
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
    b'<meta property="article:published_time" content="9999-12-31T23:59:59Z">',
    b"<p>" + b"a " * 400,
    b"31/02/2026 25:61 GMT+99",
    b"<base href='javascript:x'>",
    b"\\ud800\\u0000\\udfff",
    b"&#xD800;&#xFFFF;&#x85;",
    "\u202e\u2066\ufdd0\uffff\u0085\u2028".encode(),
    b"\xed\xa0\x80",
    b"<meta charset=punycode>",
    b"<meta charset='unicode_escape'>\\ud800",
    b"charset=undefined \xff",
    b" href='//a\tb\n.vn:99999/\xe2\x80\xa8'",
    b"1e999, -0, NaN, 99999999999999999999",
    "Tr\xad­êng häc Tröôøng ".encode(),
)
_SHARES = {"small": 30, "feed": 24, "sitemap": 18, "other": 21, "site": 6, "long": 1}
"""Of a hundred mutations. More of `site` or `long` costs time (twice and fifty times
that of a small page); fewer leaves the outlets' own rules and the bounds unmet."""
_LONG = 60


@dataclass(frozen=True, slots=True)
class Seed:
    """What is mutated: of what kind it is, where it stands, its bytes."""

    kind: str
    url: str
    body: bytes


def seeds(more: Sequence[Seed] = ()) -> dict[str, list[Seed]]:
    """Return what is mutated, by share; `more` are pages beside the outlets' own."""
    sites = [_site(path) for path in sorted(SITES.glob("*/page.html"))]
    whole = b"".join(seed.body for seed in sites)
    return {
        "small": [_of("page", SAYING), _of("page", PRINTED)],
        "feed": [_of("feed", FEED), _of("feed", ATOM), _of("feed", FEED, "utf-16")],
        "sitemap": [_of("sitemap", text) for text in (SITEMAP, INDEX, MAP_OF_TEXT)],
        "other": [
            _of("listing", LIST),
            Seed("forum", "https://bao.example.vn/threads/duong.5/", THREAD.encode()),
            _of("api", ANSWER),
            _of("opml", OUTLINES),
        ],
        "site": [*sites, *more],
        "long": [
            _of("page", PRINTED.replace("<p>Thầy", "<p>Cô giáo</p>" * 4_000 + "<p>T")),
            Seed("page", URL, whole * 2),
            _of("feed", FEED.replace("</channel>", _entries())),
        ],
    }


def _entries() -> str:
    one = "<item><title>Ba {0}</title><link>/d-{0}.html</link></item>"
    return "".join(one.format(n) for n in range(_LONG * 5)) + "</channel>"


def _of(kind: str, text: str, encoding: str = "utf-8") -> Seed:
    return Seed(kind, URL, text.encode(encoding))


def _site(page: Path) -> Seed:
    """Return an outlet's page under its own address, so that its rules are met."""
    known = json.loads(page.with_name("expected.json").read_text(encoding="utf-8"))
    return Seed("page", known["url"], page.read_bytes())


def mutated(
    seed: int, start: int, count: int, more: Sequence[Seed] = ()
) -> Iterator[tuple[int, Seed]]:
    """Yield numbers with what was made; a number gives the same bytes in every run."""
    known = seeds(more)
    every = [one for part in known.values() for one in part]
    for number in range(start, start + count):
        rng = random.Random(seed * 1_000_003 + number)
        (share,) = rng.choices(tuple(_SHARES), tuple(_SHARES.values()))
        chosen = rng.choice(known[share])
        body = chosen.body
        for _ in range(rng.randint(1, 6)):
            body = _mutate(rng, body, every)
        yield number, Seed(chosen.kind, chosen.url, body)


def _mutate(rng: random.Random, body: bytes, known: Sequence[Seed]) -> bytes:
    """Return the bytes with one stretch lost, repeated, flipped or from elsewhere."""
    at, to = sorted((rng.randint(0, len(body)), rng.randint(0, len(body))))
    other = rng.choice(known).body
    ways = (
        lambda: body[:at] + body[to:],
        lambda: body[:at],
        lambda: body[:at] + rng.choice(PIECES) + body[at:],
        lambda: body[:to] + body[at : at + 2000] * rng.randint(1, 8) + body[to:],
        lambda: body[:at] + other[rng.randint(0, len(other)) :][:20_000],
        lambda: body.replace(b">", rng.choice((b" >", b"", b">>")), rng.randint(1, 9)),
        lambda: _flipped(rng, body),
        lambda: _respelled(rng, body),
    )
    return rng.choice(ways)()


def _flipped(rng: random.Random, body: bytes) -> bytes:
    flips = bytearray(body)
    for _ in range(rng.randint(1, 30) if flips else 0):
        flips[rng.randrange(len(flips))] = rng.randrange(256)
    return bytes(flips)


def _respelled(rng: random.Random, body: bytes) -> bytes:
    """Return the text in another encoding, which it may go on claiming not to be."""
    name = rng.choice(("utf-16", "utf-16-be", "cp1258", "utf-8-sig", "latin-1"))
    return body.decode("utf-8", errors="replace").encode(name, errors="replace")
