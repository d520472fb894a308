"""Hostile XML is refused in bounded time; honest XML is read."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from domain.errors import QuarantineError
from extraction.feeds import parse_feed
from extraction.safe_xml import XmlRefusedError, bounded_text, parse_xml

_LAUGHS = "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
BILLION = f'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">{_LAUGHS}]><l>&j;</l>'
FEED = '<rss version="2.0"><channel><item><link>/1</link><title>{}</title>'
END = "</item></channel></rss>"
QUADRATIC = '<!DOCTYPE l [<!ENTITY a "' + "a" * 50_000 + '">]><l>' + "&a;" * 50_000

HOSTILE = {
    "entity expansion": (BILLION.encode(), "xml_entities"),
    "in UTF-16": (BILLION.encode("utf-16"), "xml_entities"),
    "behind a comment": (f"<!--<a>--><?x?>\n{BILLION}".encode(), "xml_entities"),
    "one long entity": (QUADRATIC.encode(), "xml_entities"),
    "a file": (
        b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
        "xml_entities",
    ),
    "an address": (
        b'<!DOCTYPE l [<!ENTITY % a SYSTEM "http://127.0.0.1/x">%a;]><l/>',
        "xml_entities",
    ),
    "a `>` in the name": (
        b'<!DOCTYPE l PUBLIC "a>b" "c" [<!ENTITY a "b">]><l>&a;</l>',
        "xml_entities",
    ),
    "depth": (b"<a>" * 100_000 + b"</a>" * 100_000, "xml_too_deep"),
    "depth below libxml2's own": (b"<a>" * 65 + b"</a>" * 65, "xml_too_deep"),
    "elements": (b"<r>" + b"<a/>" * 900_000 + b"</r>", "xml_too_large"),
    "attributes": (
        b"<r " + b" ".join(b'a%d=""' % n for n in range(300_000)) + b"/>",
        "xml_too_large",
    ),
    "bytes": (b"<r>" + b"x" * 10_000_000 + b"</r>", "xml_too_large"),
    "nothing": (b"", "xml_malformed"),
    "no XML": (b"{}", "xml_malformed"),
    "bytes of no text": (bytes(range(256)) * 40, "xml_malformed"),
    "a comment without end": (b"<!--" * 600_000, "xml_malformed"),
}


@pytest.mark.parametrize("recover", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused_soon(name: str, recover: bool) -> None:
    body, reason = HOSTILE[name]
    started = time.perf_counter()
    with pytest.raises(XmlRefusedError) as refused:
        parse_xml(body, recover=recover)
    assert time.perf_counter() - started < 5
    assert refused.value.reason == reason
    assert isinstance(refused.value, QuarantineError)


@pytest.mark.parametrize("name", HOSTILE)
def test_as_a_feed_they_are_none(name: str) -> None:
    started = time.perf_counter()
    assert parse_feed(HOSTILE[name][0], "http://a.vn/") == []
    assert time.perf_counter() - started < 5


def test_nothing_is_read_from_elsewhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("<!ENTITY a 'secret'>")
    outer = f'<!DOCTYPE l SYSTEM "{secret.as_uri()}"><l>&a;</l>'.encode()
    assert not etree.tostring(parse_xml(outer, recover=True)).count(b"secret'")
    include = (
        '<l xmlns:xi="http://www.w3.org/2001/XInclude">'
        f'<xi:include href="{secret}" parse="text"/></l>'
    )
    assert not "".join(parse_xml(include.encode()).itertext())


def test_an_honest_document_is_read_in_any_encoding() -> None:
    text = '<?xml version="1.0" encoding="{}"?><!DOCTYPE a><a b="c">Đường &amp; phố</a>'
    for name in ("utf-8", "utf-16", "windows-1258"):
        written = text.replace("Đường", "Đuong").replace("phố", "pho")
        root = parse_xml(written.format(name).encode(name))
        assert root.text == "Đuong & pho"
        assert root.get("b") == "c"


def test_bounds_can_be_narrower() -> None:
    parse_xml(b"<a><b/></a>", max_depth=2, max_bytes=11)
    with pytest.raises(XmlRefusedError):
        parse_xml(b"<a><b/></a>", max_depth=1)
    with pytest.raises(XmlRefusedError):
        parse_xml(b"<a><b/></a>", max_bytes=10)


def test_what_is_malformed_is_mended_when_asked() -> None:
    with pytest.raises(XmlRefusedError, match="xmlParseEntityRef"):
        parse_xml(b"<a><b>x & y</b></a>")
    assert parse_xml(b"<a><b>x & y</b></a>", recover=True).findtext("b") == "x  y"
    assert bounded_text(b"<?xml version='1.0'?><a>x & y") == "<a>x & y"


@pytest.mark.parametrize(
    "middle",
    [
        "&lt;b" * 39_000,
        "x " * 2_000_000,
        "<![CDATA[" + "<div>" * 100_000 + "]]>",
        "<a>" * 60_000 + "&",
        f'<a b="{"x" * 4_000_000}"/>',
        "<" * 190_000,
        "& " * 190_000,
        "<a " + "b=1 " * 100_000,
    ],
)
def test_odd_feeds_take_bounded_time(middle: str) -> None:
    started = time.perf_counter()
    parse_feed((FEED.format(middle) + END).encode(), "http://a.vn/")
    assert time.perf_counter() - started < 10


def test_a_feed_with_faults_that_publishers_make_is_read() -> None:
    body = (FEED.format("Cầu & đường <br> mới") + END).encode()
    assert [item.url for item in parse_feed(body, "http://a.vn/")] == ["http://a.vn/1"]
    old = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        f'"http://my.netscape.com/publish/formats/rss-0.91.dtd">{FEED.format("x")}{END}'
    )
    assert len(parse_feed(old.encode(), "http://a.vn/")) == 1


@given(st.binary(max_size=400) | st.text(alphabet='<>&;!["=/a-]', max_size=200))
def test_any_bytes_are_read_or_refused(found: bytes | str) -> None:
    body = found if isinstance(found, bytes) else found.encode()
    for recover in (False, True):
        try:
            parse_xml(body, recover=recover)
        except XmlRefusedError as error:
            assert error.reason.startswith("xml_")
