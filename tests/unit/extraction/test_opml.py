import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.opml import Outline, parse_opml, write_opml
from extraction.safe_xml import XmlRefusedError

LIST = """\ufeff<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Nguồn</title></head><body>
<outline text="Trung ương"><outline text="Báo" title="">
<outline type="rss" text="Báo A" xmlUrl="https://a.example.vn/rss?utm_source=x"
 htmlUrl="https://a.example.vn/"/></outline></outline>
<outline title="Báo B" XMLURL="https://b.example.vn/rss" category="/tỉnh/xã,/khác"/>
<outline text="Trang" type="link" url="https://c.example.vn"/>
<outline text="Lần nữa" xmlUrl="https://a.example.vn/rss"/>
<outline text="Hỏng" xmlUrl="javascript:alert(1)"/></body></opml>"""


def test_folders_categories_and_what_is_no_feed() -> None:
    assert parse_opml(LIST.encode()) == (
        Outline(
            url="https://a.example.vn/rss",
            title="Báo A",
            page="https://a.example.vn/",
            folders=("Trung ương", "Báo"),
        ),
        Outline(url="https://b.example.vn/rss", title="Báo B", folders=("tỉnh", "xã")),
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", XmlRefusedError),
        (b"<opml><body><outline", XmlRefusedError),
        (b"khong phai XML", XmlRefusedError),
        (b'<!DOCTYPE opml [<!ENTITY a "x">]><opml>&a;</opml>', XmlRefusedError),
        (b"<rss/>", ValueError),
    ],
)
def test_what_is_no_list(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_opml(body)


LIST_NAME = "Danh sách nguồn"
"""Has a letter beyond Latin-1: the list is in no old encoding, whatever is in it."""
letters = st.characters(exclude_categories=("Cs",), exclude_characters="ÃÄÅÆáâð")
"""Without those that begin UTF-8 read as Latin-1: several of these are mended."""


def as_it_comes_back(text: str) -> str:
    """Return a name on one line, without what XML cannot hold."""
    outline = Outline(url="http://a/", title=text, folders=())
    return parse_opml(write_opml([outline], LIST_NAME))[0].title


names = st.text(letters, min_size=1, max_size=12).map(as_it_comes_back)
outlines = st.builds(
    Outline,
    url=st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9/]{0,9}", fullmatch=True),
    title=names.filter(bool),
    page=st.sampled_from(["", "https://a.example/"]),
    folders=st.lists(names.filter(bool), max_size=3).map(tuple),
)


@given(st.lists(outlines, max_size=8, unique_by=lambda outline: outline.url))
def test_what_is_written_is_read_back(written: list[Outline]) -> None:
    read = parse_opml(write_opml(written, LIST_NAME))
    key = lambda outline: outline.url  # noqa: E731 - sorted twice by the same
    assert sorted(read, key=key) == sorted(written, key=key)
