"""The ladder: which rung gives what, and what hostile pages may not do."""

import json
from datetime import UTC, datetime

import pytest

from extraction.page import extract_page
from extraction.site import Site

URL = "https://bao.example.vn/thoi-su/tin-moi-123456.html"
FETCHED = datetime(2026, 3, 7, 3, tzinfo=UTC)
PARAGRAPHS = "".join(
    f"<p>Đoạn văn thứ {n} kể tiếp câu chuyện của xã, dài vừa đủ để đọc.</p>"
    for n in range(8)
)


def page(*, head: str = "", main: str = "") -> bytes:
    return (
        f"<html><head><title>Tên trang | Báo</title>{head}</head><body><nav>"
        f"<a href='/a'>Trang chủ</a></nav>{main}<aside><p>Đọc nhiều: một tin khác "
        "không liên quan tới bài này, cũng khá dài.</p></aside></body></html>"
    ).encode()


def ld(**facts: object) -> str:
    node = {"@type": "NewsArticle", **facts}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def test_json_ld_wins_over_open_graph() -> None:
    head = ld(headline="Từ JSON", datePublished="2026-03-07T08:00:00+07:00")
    head += '<meta property="og:title" content="Từ OG">'
    fields = extract_page(page(head=head, main=PARAGRAPHS), URL)
    assert fields.title == "Từ JSON"
    assert dict(fields.found_by)["title"] == "json-ld"
    assert fields.published == datetime(2026, 3, 7, 1, tzinfo=UTC)


def test_open_graph_title_loses_the_outlets_name() -> None:
    head = '<meta property="og:title" content="Cầu mới thông xe - Báo Ví Dụ">'
    fields = extract_page(page(head=head, main="<h1>Cầu mới thông xe</h1>"), URL)
    assert fields.title == "Cầu mới thông xe"


def test_of_several_articles_the_pages_own_is_read() -> None:
    other = ld(headline="Bài khác", url="https://bao.example.vn/khac-9.html")
    own = ld(headline="Bài này", url=URL)
    fields = extract_page(page(head=other + own, main=PARAGRAPHS), URL)
    assert fields.title == "Bài này"


def test_broken_json_ld_is_passed_over() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle",</script>'
    fields = extract_page(page(head=head, main=f"<h1>Tiêu đề</h1>{PARAGRAPHS}"), URL)
    assert fields.title == "Tiêu đề"
    assert fields.body.startswith("Đoạn văn thứ 0")


def test_json_ld_with_entities_trailing_comma_and_graph() -> None:
    head = (
        '<script type="application/ld+json">{"@graph": [{"@type": ["Article"], '
        '"headline": "Gi&#225;o d&amp;#7909;c",}]}</script>'
    )
    assert extract_page(page(head=head), URL).title == "Giáo dục"


def test_a_page_of_tables_with_a_vietnamese_date() -> None:
    main = (
        '<table><tr><td><div id="tieude">Lịch cắt điện</div>'
        '<span class="ngay">Thứ Bảy, 07/03/2026 - 08:15 (GMT+7)</span>'
        '<div id="tomtat"><b>Điện lực thông báo.</b></div>'
        f'<div id="noidung">{PARAGRAPHS}</div></td></tr></table>'
    )
    fields = extract_page(page(main=main), URL)
    assert fields.title == "Lịch cắt điện"
    assert fields.lead == "Điện lực thông báo."
    assert fields.published == datetime(2026, 3, 7, 1, 15, tzinfo=UTC)
    assert fields.body.count("\n") == 7
    assert "Đọc nhiều" not in fields.body


def test_captions_related_boxes_and_pointers_are_no_text() -> None:
    main = (
        '<div class="detail-content"><p>Câu đầu của bài viết này.</p>'
        "<figure><img src='/a.jpg'><figcaption>Chú thích ảnh</figcaption></figure>"
        '<div class="box related-news"><a href="/x">Bài liên quan</a></div>'
        "<p><a href='/y-1.html'>Một bài khác hoàn toàn không thuộc bài này đâu</a></p>"
        "<p>&gt;&gt; Xem thêm: bài khác</p><script>alert(1)</script>"
        f"{PARAGRAPHS}</div>"
    )
    body = extract_page(page(main=main), URL).body
    assert body.startswith("Câu đầu của bài viết này.\nĐoạn văn thứ 0")
    for noise in ("Chú thích", "liên quan", "hoàn toàn", "Xem thêm", "alert"):
        assert noise not in body


def test_a_publication_in_the_future_is_refused() -> None:
    head = ld(headline="Mai sau", datePublished="2099-03-07T08:00:00+07:00")
    fields = extract_page(page(head=head, main=PARAGRAPHS), URL, fetched=FETCHED)
    assert fields.published is None
    assert "future" in dict(fields.found_by)["published"]


def test_modified_is_never_before_published() -> None:
    head = ld(
        headline="T",
        datePublished="2026-03-07T08:00:00+07:00",
        dateModified="2026-03-06T08:00:00+07:00",
    )
    fields = extract_page(page(head=head), URL)
    assert fields.modified == fields.published


def test_markup_in_a_title_stays_text() -> None:
    evil = '<img src=x onerror=alert(1)>=HYPERLINK("http://x","y")'
    fields = extract_page(page(head=ld(headline=evil), main=PARAGRAPHS), URL)
    assert fields.title == evil


def test_a_canonical_address_of_another_site_or_of_the_home_page_is_not_believed() -> (
    None
):
    for claim in ("https://evil.example.com/a.html", "https://bao.example.vn/"):
        head = f'<link rel="canonical" href="{claim}">'
        assert extract_page(page(head=head), URL).canonical_url == URL
    own = '<link rel="canonical" href="/thoi-su/tin-moi-123456.html?utm_source=x">'
    assert extract_page(page(head=own), URL + "?a=1").canonical_url == URL


def test_a_sources_own_selectors_stand_in_for_a_site_module() -> None:
    site = Site(hosts=(), outlet="", title="//b[@id='t']", body="//div[@id='b']")
    main = "<h1>Sai</h1><b id='t'>Đúng</b><div id='b'><p>Thân bài</p></div>"
    fields = extract_page(page(main=main), URL, site=site)
    assert (fields.title, fields.body) == ("Đúng", "Thân bài")


def test_nothing_and_rubbish_give_empty_fields() -> None:
    for body in (b"", b"   ", b"\x00\xff" * 500, b"<html></html>", b"<" * 9000):
        fields = extract_page(body, URL)
        assert not fields.is_article
        assert fields.canonical_url == URL


def test_a_very_deep_page_does_not_break_the_walk() -> None:
    fields = extract_page(page(main="<div>" * 5000 + PARAGRAPHS), URL)
    assert fields.canonical_url == URL


@pytest.mark.parametrize(
    ("head", "walled"),
    [
        ("", False),
        (ld(headline="A", isAccessibleForFree=False), True),
        (ld(headline="A", isAccessibleForFree="False"), True),
        (ld(headline="A", isAccessibleForFree=True), False),
        ('<meta itemprop="isAccessibleForFree" content="false">', True),
        ('<meta property="article:content_tier" content="locked">', True),
        ('<meta property="article:content_tier" content="free">', False),
    ],
)
def test_a_page_for_subscribers_says_so(head: str, *, walled: bool) -> None:
    assert extract_page(page(head=head), URL).walled is walled


def test_day_and_hour_in_elements_of_their_own() -> None:
    main = f"<h1>T</h1><i>14-09-2025</i><i>09:40</i><div>{PARAGRAPHS}</div>"
    fields = extract_page(page(main=main), URL)
    assert fields.published == datetime(2025, 9, 14, 2, 40, tzinfo=UTC)


def test_broken_json_ld_still_tells_headline_and_time() -> None:
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Ông A '
        'nói: "Xã đã xong" hôm nay","datePublished":"2026-03-07T08:00:00+07:00",'
        '"description":"x "y" z"}</script>'
    )
    fields = extract_page(page(head=head, main=PARAGRAPHS), URL)
    assert fields.title == 'Ông A nói: "Xã đã xong" hôm nay'
    assert fields.published == datetime(2026, 3, 7, 1, tzinfo=UTC)


def test_two_objects_in_one_script() -> None:
    one = '{"@type":"Organization","name":"Báo"}\n'
    two = '{"@type":"NewsArticle","headline":"Hai"}'
    head = f'<script type="application/ld+json">{one}{two}</script>'
    assert extract_page(page(head=head, main=PARAGRAPHS), URL).title == "Hai"


def test_a_split_article_names_its_next_page_and_no_other() -> None:
    for link, url, found in (
        ("/tin-123.html?page=2", "https://b.vn/tin-123.html", True),
        ("/tin-123.html?page=3", "https://b.vn/tin-123.html?page=2", True),
        ("/tin-123-p2.html", "https://b.vn/tin-123.html", True),
        ("/tin-123/trang-2", "https://b.vn/tin-123", True),
        ("/tin-123/2/", "https://b.vn/tin-123/", True),
        ("/tin-124.html", "https://b.vn/tin-123.html", False),
        ("/tin-123.html?page=1", "https://b.vn/tin-123.html?page=2", False),
        ("https://x.vn/tin-123.html?page=2", "https://b.vn/tin-123.html", False),
    ):
        main = f"{PARAGRAPHS}<a href='{link}'>Trang 2</a><a href='{link}'>3</a>"
        fields = extract_page(page(main=main), url)
        assert bool(fields.next_page) is found, link
        head = f"<link rel='next' href='{link}'>"
        assert bool(extract_page(page(head=head), url).next_page) is found, link


def test_a_paragraph_put_before_the_box_of_the_others_is_part_of_the_text() -> None:
    added = "<p>Bài viết đã được sửa: số liệu mới là 34 hộ dân bị ảnh hưởng.</p>"
    rest = "".join(
        f"<p>{'Đoạn văn của bài, dài vừa đủ để đọc. ' * 3}</p>" for _ in "abc"
    )
    page = (
        f"<h1>T</h1><section><div class=body>{added}<div>{rest}</div></div></section>"
    )
    assert "34 hộ dân" in extract_page(page.encode(), "https://a.vn/b.html").body


def test_a_day_is_guessed_only_where_it_is_asked_for() -> None:
    main = f"<h1>Cầu mới</h1>{PARAGRAPHS}<p>Đăng ngày 14/09/2025</p>"
    guessed = extract_page(page(main=main), URL, fetched=FETCHED)
    assert guessed.published is not None
    assert dict(guessed.found_by)["published"] == "htmldate"
    left = extract_page(page(main=main), URL, fetched=FETCHED, guess_day=False)
    assert left.published is None


def test_style_sheets_are_left_out_and_cost_no_text() -> None:
    styles = "<style>p > b{color:red}</style>" * 3 + "<style>a::after{content:'<'}"
    main = f"{styles}</style><h1>Cầu mới</h1>{PARAGRAPHS}<style>"
    fields = extract_page(page(main=main), URL)
    assert fields.title == "Cầu mới"
    assert fields.body.count("\n") == 7
    assert "color" not in fields.body
