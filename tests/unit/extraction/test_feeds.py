"""Feeds as publishers really write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from extraction.feeds import parse_feed

URL = "https://bao.example.vn/rss/tin-moi.rss"
RSS = Path(__file__).resolve().parents[4] / "shared" / "data" / "rss"


def feed(*items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Tin</title>{''.join(items)}</channel></rss>"
    ).encode()


def item(link: str, date: str = "", title: str = "Tin") -> str:
    head = f"<item><title>{title}</title><link>{link}</link>"
    return f"{head}<pubDate>{date}</pubDate></item>"


def test_relative_links_and_tracking_parameters() -> None:
    found = parse_feed(feed(item("/a-1.html?utm_source=rss&amp;id=2")), URL)
    assert [entry.url for entry in found] == ["https://bao.example.vn/a-1.html?id=2"]


def test_entities_escaped_twice() -> None:
    found = parse_feed(
        feed(item("/a", title="Ph&amp;#7889; &amp;apos;c&amp;apos;")), URL
    )
    assert found[0].title == "Phố 'c'"


@pytest.mark.parametrize(
    "odd",
    ["&#xD800;", "&#57343;", "&#x110000;", "&#0;", "&#99999999999;", "&#" + "9" * 9000],
)
def test_references_to_no_letter_lose_no_feed(odd: str) -> None:
    items = item("/a", title=f"Mưa {odd} lũ") + item("/b", title="Nắng &#7871;&#x1EBF;")
    first, second = parse_feed(feed(items), URL)
    assert first.title.startswith("Mưa")
    first.title.encode()
    assert second.title == "Nắng ếế"


def test_signs_that_are_undone_last_are_taken_out_too() -> None:
    odd = "&amp;#1;&amp;amp;#x85;&amp;#xD800;&amp;#xFFFF;"
    found = parse_feed(feed(item("/a", title=f"Mưa{odd}")), URL)
    assert found[0].title.rstrip("\ufffd…") == "Mưa"


def test_markup_in_a_summary_is_taken_out() -> None:
    body = feed(
        "<item><link>/a</link><description><![CDATA[<a href='x'><img></a></br>Tóm "
        "<b>tắt</b>.]]></description></item>"
    )
    assert parse_feed(body, URL)[0].summary == "Tóm tắt."


def test_one_entry_tells_the_order_of_day_and_month_for_all() -> None:
    body = feed(item("/a", "9/4/2026 6:44:00 PM"), item("/b", "9/14/2026 6:44:00 PM"))
    first, second = parse_feed(body, URL)
    assert first.published == datetime(2026, 9, 4, 11, 44, tzinfo=UTC)
    assert second.published == datetime(2026, 9, 14, 11, 44, tzinfo=UTC)


def test_a_repeated_entry_counts_once_and_one_without_link_not_at_all() -> None:
    body = feed(item("/a"), item("/a?utm_medium=x"), item(""))
    assert len(parse_feed(body, URL)) == 1


def test_atom() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry>'
        '<title>Một</title><link href="/a.html"/><id>urn:1</id>'
        "<updated>2026-03-07T08:00:00+07:00</updated></entry></feed>"
    ).encode()
    found = parse_feed(body, URL)
    assert found[0].url == "https://bao.example.vn/a.html"
    assert found[0].published == datetime(2026, 3, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"not xml", b"<html><body>404</body></html>"])
def test_what_is_no_feed(body: bytes) -> None:
    assert parse_feed(body, URL) == []


def test_an_entity_bomb_stays_small() -> None:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a0 "x">{lines}]>'
    body = bomb.encode() + feed(item("/a", title="&a11;"))[38:]
    assert sum(len(entry.title) for entry in parse_feed(body, URL)) < 10_000


@pytest.mark.shared
@pytest.mark.skipif(not RSS.exists(), reason="../shared is not there")
def test_real_feeds_give_every_entry_a_title_an_address_and_a_time() -> None:
    for path in sorted(RSS.glob("*.*ss")) + sorted(RSS.glob("*.xml")):
        body = path.read_bytes()
        found = parse_feed(body, "https://vnexpress.net/rss/x.rss")
        assert len(found) == body.count(b"<item>"), path.name
        for entry in found:
            assert entry.title
            assert entry.url.startswith("http")
            assert entry.published is not None


@pytest.mark.parametrize("name", [" http://x.vn/a b", "http://x.vn/a&#32;b"])
def test_a_namespace_named_with_blanks_breaks_nothing(name: str) -> None:
    body = f"""<rss version="2.0" xmlns:x="{name}"><channel><x:y/><item>
    <title>Tin</title><link>https://b.vn/1</link></item></channel></rss>"""
    found = parse_feed(body.encode(), "https://b.vn/rss")
    assert [item.url for item in found] in (["https://b.vn/1"], [])
    if "&" not in name:
        assert found[0].title == "Tin"
