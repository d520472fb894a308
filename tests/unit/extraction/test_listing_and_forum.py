"""List pages and forum pages."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from extraction.forum import parse_forum, parse_thread
from extraction.listing import parse_listing
from extraction.selectors import to_xpath

URL = "https://bao.example.vn/tin-tuc"
PAGES = Path(__file__).resolve().parents[4] / "shared" / "data" / "pages"
LIST = """<body><nav><a href="/menu-1234.html">Một mục trong thanh thực đơn</a></nav>
<div class="list"><div class="item">
<a href="/tin-mot-1001.html">Tin thứ nhất của ngày</a>
</div><div class="item"><a href="/tin-hai-1002.html#binh-luan">Tin thứ hai của ngày</a>
<a href="/tin-hai-1002.html">Tin thứ hai của ngày</a></div>
<a href="https://khac.example.com/tin-9999.html">Tin của một tờ báo khác</a></div>
<a class="next" href="/tin-tuc/trang-2.html">Trang sau</a>
<aside><a href="/doc-nhieu-1003.html">Đọc nhiều nhất tuần này</a></aside></body>"""
THREAD = """<h1 class="p-title-value">Đường vào bản</h1>
<article class="message message--post" data-author="nguoi_a" data-content="post-11">
<time class="u-dt" datetime="2026-03-07T08:00:00+0700"></time>
<div class="bbWrapper">Đường lầy quá<br>xe không vào được</div></article>
<article class="message message--post" data-author="nguoi_b" id="js-post-12">
<time datetime="2026-03-07T08:03:00+07:00"></time><div class="bbWrapper">
<blockquote class="bbCodeBlock bbCodeBlock--quote" data-source="post: 11">lầy
</blockquote>
Đúng vậy <a href="/anh.html">ảnh</a></div></article>
<a class="pageNav-jump--next" href="/threads/duong.5/page-2">Sau</a>"""


def test_links_are_guessed_from_outside_menus_and_side_bars() -> None:
    page = parse_listing(LIST.encode(), URL)
    assert page.links == (
        "https://bao.example.vn/tin-mot-1001.html",
        "https://bao.example.vn/tin-hai-1002.html",
    )
    assert page.next_url == "https://bao.example.vn/tin-tuc/trang-2.html"


def test_selectors_of_the_source_are_obeyed() -> None:
    rules = {"link": "aside a", "next": "//nav/a"}
    page = parse_listing(LIST.encode(), URL, selectors=rules)
    assert page.links == ("https://bao.example.vn/doc-nhieu-1003.html",)
    assert page.next_url == "https://bao.example.vn/menu-1234.html"


def test_a_wrong_selector_is_named() -> None:
    with pytest.raises(ConfigurationError, match="div\\["):
        to_xpath("div[")
    with pytest.raises(ConfigurationError, match="//a\\["):
        to_xpath("//a[")


@pytest.mark.shared
@pytest.mark.skipif(not PAGES.exists(), reason="../shared is not there")
@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("dantri", "dantri.com.vn"),
        ("vnexpress", "vnexpress.net"),
        ("vietnamnet", "vietnamnet.vn"),
        ("baochinhphu", "baochinhphu.vn"),
    ],
)
def test_real_lists_give_articles(name: str, host: str) -> None:
    body = gzip.decompress((PAGES / f"{name}_list.html.gz").read_bytes())
    links = parse_listing(body, f"https://{host}/kinh-doanh").links
    assert len(links) >= 15
    assert all(host in link for link in links)


def test_a_forum_lists_its_threads() -> None:
    body = (
        '<div class="structItem-title"><a href="/forums/a.1/?prefix=2">Hỏi</a>'
        '<a href="/threads/duong.5/">Đường</a></div>'
    )
    page = parse_forum(body.encode(), "https://dd.example.vn/forums/a.1/")
    assert page.links == ("https://dd.example.vn/threads/duong.5/",)


def test_a_thread_gives_its_posts() -> None:
    page = parse_thread(THREAD.encode(), "https://dd.example.vn/threads/duong.5/")
    assert page is not None
    assert (page.number, page.title) == ("5", "Đường vào bản")
    assert page.next_url == "https://dd.example.vn/threads/duong.5/page-2"
    first, second = page.posts
    assert first.text == "Đường lầy quá\nxe không vào được"
    assert first.published == datetime(2026, 3, 7, 1, tzinfo=UTC)
    assert (second.number, second.handle, second.quotes) == ("12", "nguoi_b", "11")
    assert second.text == "Đúng vậy ảnh"
    assert second.links == ("https://dd.example.vn/anh.html",)


def test_a_page_that_is_no_thread() -> None:
    assert parse_thread(b"<h1>x</h1>", "https://dd.example.vn/about") is None
    assert parse_thread(b"", "https://dd.example.vn/threads/a.1/") is None
