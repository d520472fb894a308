import gzip
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import ConfigurationError
from domain.ids import SourceId
from domain.profile import SourceSpec
from extraction.sitemap import (
    MOST_BYTES,
    MOST_ENTRIES,
    Sitemap,
    SitemapEntry,
    parse_sitemap,
    robots_sitemaps,
)
from extraction.sitemap_rules import newest_first, sitemap_rules

URL = "https://bao.example.vn/maps/a.xml"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = """<url><loc>https://bao.example.vn/a.html</loc>
<news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<news:publication><news:name>Báo Ví Dụ</news:name><news:language>vi</news:language>
</news:publication><news:publication_date>2026-03-07T09:15:00+07:00
</news:publication_date><news:title>Mưa &amp; lũ</news:title></news:news>
<image:image xmlns:image="x"><image:loc>https://bao.example.vn/i.jpg</image:loc>
</image:image></url>"""


def read(text: str | bytes) -> Sitemap:
    body = text.encode() if isinstance(text, str) else text
    found = parse_sitemap(body, URL)
    assert found is not None
    return found


def urls(found: Sitemap) -> list[str]:
    return [entry.url for entry in found.pages]


def urlset(*locs: str, ns: str = SITEMAP) -> str:
    entries = "".join(f"<url><loc>{loc}</loc></url>" for loc in locs)
    return f'<?xml version="1.0"?><urlset xmlns="{ns}">{entries}</urlset>'


def test_a_news_map_tells_of_its_articles_and_not_of_pictures() -> None:
    (entry,) = read(f'<urlset xmlns="{SITEMAP}">{NEWS}</urlset>').pages
    assert entry == SitemapEntry(
        url="https://bao.example.vn/a.html",
        title="Mưa & lũ",
        published=datetime(2026, 3, 7, 2, 15, tzinfo=UTC),
        outlet="Báo Ví Dụ",
        language="vi",
    )


def test_an_index_names_maps() -> None:
    found = read(
        "<sitemapindex><sitemap><loc>/maps/b.xml.gz</loc><lastmod>2026-03-07"
        "</lastmod></sitemap></sitemapindex>"
    )
    (entry,) = found.maps
    assert entry.url == "https://bao.example.vn/maps/b.xml.gz"
    # A bare day ends at midnight in Indochina: what changed that evening is not missed.
    assert entry.modified == datetime(2026, 3, 7, 17, tzinfo=UTC)
    assert found.pages == ()


@pytest.mark.parametrize(
    "body",
    [
        urlset("/a.html"),
        urlset("/a.html", ns="http://example.org/wrong"),
        urlset("/a.html").replace(f' xmlns="{SITEMAP}"', ""),
        "\ufeff\n  " + urlset("/a.html"),
        urlset("/a.html").encode("utf-16"),
        urlset("/a.html").replace('"1.0"', '"1.0" encoding="utf-16"'),
        gzip.compress(urlset("/a.html").encode()),
        gzip.compress(urlset("/a.html").encode())[:-9],
        urlset(" <![CDATA[/a.html]]> ", "/a.html", "", "javascript:x", "ftp://x/y"),
        urlset("/a.html").replace("</urlset>", "<url><loc>/b"),
        "https://bao.example.vn/a.html\r\nnot an address\n",
        "\ufeffhttps://bao.example.vn/a.html",
    ],
)
def test_maps_as_they_really_come(body: str | bytes) -> None:
    assert urls(read(body)) == ["https://bao.example.vn/a.html"]


def test_an_entry_whose_bytes_are_no_text_loses_no_other() -> None:
    odd = urlset("/odd.html", "/a.html").encode().replace(b"odd", b"\xed\xa0\x80")
    found = read(odd)
    assert "https://bao.example.vn/a.html" in urls(found)
    named = (
        urlset("/odd.html", "/a.html")
        .encode()
        .replace(b"<loc>/odd", b"<lo\xed\xa0\x80/><loc>/odd")
    )
    assert "https://bao.example.vn/a.html" in urls(read(named))
    begun = b"<\xed\xa0\x80urlset><url><loc>/a.html</loc></url></urlset>"
    assert parse_sitemap(begun, URL) is None or urls(read(begun))
    news = f"<urlset>{NEWS}</urlset>".encode()
    title = b"<news:title>"
    (entry,) = read(news.replace(title, title + b"\xed\xa0\x80")).pages
    assert entry.url == "https://bao.example.vn/a.html"


def test_signs_that_no_text_holds_are_taken_out_of_titles() -> None:
    body = NEWS.replace("<news:title>", "<news:title>&amp;#1;&amp;#xD800;")
    (entry,) = read(f"<urlset>{body}</urlset>").pages
    assert entry.title.lstrip("\ufffd") == "Mưa & lũ"


def test_addresses_with_bare_ampersands_stay_whole() -> None:
    wanted = "https://bao.example.vn/?a=1&b=2&amp=3"
    assert urls(read(urlset("/?a=1&b=2&amp=3"))) == [wanted]
    assert urls(read(urlset("/?a=1&amp;b=2&amp;amp=3"))) == [wanted]
    many = urlset(*(f"/?a={n}&b={n}&amp;c={n}" for n in range(5_000)))
    found = urls(read(many))
    assert found == [f"https://bao.example.vn/?a={n}&b={n}&c={n}" for n in range(5_000)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body><a href='/a.html'>x</a></body></html>",
        b"<rss><channel><image><url>http://x/y</url></image></channel></rss>",
        b"%PDF-1.4",
        b"\x1f\x8bnot gzip at all",
        b'<!DOCTYPE a [<!ENTITY a "aa">]><urlset><url><loc>&a;</loc></url></urlset>',
    ],
)
def test_what_is_no_map(body: bytes) -> None:
    assert parse_sitemap(body, URL) is None


def test_no_more_entries_than_the_format_allows() -> None:
    line = "<url><loc>/{n}</loc><lastmod></lastmod></url>"
    entries = "".join(line.format(n=n) for n in range(MOST_ENTRIES + 10))
    found = read(gzip.compress(f"<urlset>{entries}</urlset>".encode(), 1))
    assert (len(found.pages), found.cut) == (MOST_ENTRIES, True)


def test_a_packed_bomb_is_cut() -> None:
    head = b"<urlset><url><loc>/a.html</loc></url><!-- "
    packed = gzip.compress(head + b" " * (MOST_BYTES + 1), 1)
    found = read(packed)
    assert (urls(found), found.cut) == (["https://bao.example.vn/a.html"], True)


def test_maps_that_robots_names() -> None:
    text = (
        "User-agent: *\nDisallow: /x\nSITEMAP : /a.xml # ours\n"
        "Sitemap: https://bao.example.vn/b.xml\nsitemap: /a.xml\nSitemap:\n"
    )
    assert robots_sitemaps(text, "https://bao.example.vn/robots.txt") == (
        "https://bao.example.vn/a.xml",
        "https://bao.example.vn/b.xml",
    )


def spec(**keys: str) -> SourceSpec:
    return SourceSpec(id=SourceId("b"), name="b", kind="sitemap", url=URL, sitemap=keys)


def test_rules_choose_by_pattern_and_age() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    rules = sitemap_rules(
        spec(include=r"/tin/", exclude=r"/video/", maps="news", max_age_days="3")
    )
    url = "https://bao.example.vn/tin/a.html"
    young, old = now - timedelta(days=2), now - timedelta(days=4)
    assert rules.wants(SitemapEntry(url=url), now)
    assert rules.wants(SitemapEntry(url=url, modified=young, published=old), now)
    assert not rules.wants(SitemapEntry(url=url, modified=old), now)
    assert not rules.wants(SitemapEntry(url="https://x/tin/video/a"), now)
    assert not rules.wants(SitemapEntry(url="https://x/khac/a"), now)
    assert rules.opens(SitemapEntry(url="https://x/news-1.xml"), now)
    assert not rules.opens(SitemapEntry(url="https://x/tags.xml"), now)
    assert sitemap_rules(spec()).wants(SitemapEntry(url=url, modified=old), now)


@pytest.mark.parametrize(
    "keys", [{"inlcude": "x"}, {"include": "("}, {"max_age_days": "vài"}]
)
def test_rules_that_are_wrong(keys: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(keys))):
        sitemap_rules(spec(**keys))


def test_newest_first_and_undated_last() -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC)
    entries = [
        SitemapEntry(url="none"),
        SitemapEntry(url="old", modified=first),
        SitemapEntry(url="new", published=first + timedelta(days=1)),
    ]
    assert [e.url for e in newest_first(entries)] == ["new", "old", "none"]
