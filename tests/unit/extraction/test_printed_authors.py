"""Who wrote it, as the page prints it; never the publisher."""

import json

import pytest

from extraction.page import extract_page

URL = "https://bao.example.vn/ban-1.html"
TEXT = "".join(
    f"<p>{line}</p>"
    for line in (
        "Sáng 14/9, người dân xã Tân Giả Định dắt trâu qua cây cầu treo mới của bản.",
        "Cầu dài 62 mét, rộng hai mét, do các hộ góp công, huyện cấp xi măng và cáp.",
        "“Trước kia mưa là trẻ nghỉ học, nay sáng nào cũng đến lớp”, một người nói.",
        "Theo trưởng bản, đường dẫn hai đầu cầu còn phải đổ bê tông trước Tết.",
    )
)


GIFTS = (
    "<table><tr><td>Mọi giúp đỡ xin gửi về:<br>"
    f"{'Nhà ông Mẫu, ở đầu bản. <br>' * 9}</td></tr></table>"
)


def author(*, head: str = "", end: str = "", after: str = "", **claims: object) -> str:
    """Return the author of a page with `head` below its heading and `end` in its text.

    `after` stands below the text; `claims` are fields of its JSON-LD.
    """
    publisher = {"@type": "Organization", "name": "Báo Mẫu"}
    node = {"@type": "NewsArticle", "headline": "Bản", "publisher": publisher, **claims}
    page = (
        '<head><meta property="og:site_name" content="Báo Mẫu">'
        f'<script type="application/ld+json">{json.dumps(node)}</script></head>'
        f"<body><div><h1>Bản vùng cao có cầu treo mới</h1>{head}<i>14/09/2026 08:15</i>"
        f'<div class="detail-content">{TEXT}{end}</div>{after}</div></body>'
    )
    return extract_page(page.encode(), URL).author


def right(text: str) -> str:
    return f'<p style="text-align: right"><strong>{text}</strong></p>'


@pytest.mark.parametrize(
    ("end", "name"),
    [
        (right("Lò Văn Thử"), "Lò Văn Thử"),
        (right("LÒ VĂN THỬ"), "LÒ VĂN THỬ"),
        (right("Đ.B."), "Đ.B."),
        (right("H.Q"), "H.Q"),
        (right("PV"), "PV"),
        (right("Lò Văn Thử - Vàng Mẫu"), "Lò Văn Thử - Vàng Mẫu"),
        (right("Bài: Lò Văn Thử - Ảnh: Vàng Mẫu"), "Lò Văn Thử"),
        (right("Lò Thử (Theo <em>SCMP, Guardian</em>)"), "Lò Thử"),
        (right("Lò Thử, theo Reuters"), "Lò Thử"),
        (right("Lò Thử thực hiện"), "Lò Thử"),
        (right("Độc giả Lò Thử"), "Lò Thử"),
        (right("Lò Thử (Trung tâm Văn hóa - Truyền thanh xã)"), "Lò Thử"),
        (right("Theo Lò Thử (Báo Ví Dụ)"), "Lò Thử"),
        ("<p>Hoàng Thử (TTXVN/Vietnam+)</p>", "Hoàng Thử"),
        (f"<p><strong>Lò Thử</strong></p>{GIFTS}", "Lò Thử"),
        (right("Theo Reuters, CNN"), ""),
        (right("Theo People"), ""),
        (right("BBT"), ""),
        (right("Văn phòng UBND xã"), ""),
        ("<p>(TTXVN/Vietnam+)</p>", ""),
        ("<p>Ảnh: Vàng Mẫu</p>", ""),
        ("<p>Quang cảnh lễ thông xe. <em>Ảnh: Vàng Mẫu</em></p>", ""),
    ],
)
def test_at_the_end_of_the_text(end: str, name: str) -> None:
    assert author(end=end) == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('<p class="info">Đăng bởi: <b>Lò Thử</b> lúc 08:15</p>', "Lò Thử"),
        ('<p class="info">Đăng bởi: <b class="author">admin</b></p>', ""),
        ('<a class="author green">Lò Thử</a><span> - 14/09/2026</span>', "Lò Thử"),
        ('<span id="ctl00_lblTacGia">Lò Thử</span>', "Lò Thử"),
        ('<span class="nguoi-viet">Người viết: Lò Thử</span>', "Lò Thử"),
        ('<div class="author">Báo Mẫu</div>', ""),
    ],
)
def test_below_the_heading(head: str, name: str) -> None:
    assert author(head=head) == name


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ({"@type": "Person", "name": "Lò Thử"}, "Lò Thử"),
        ({"@type": ["Person"], "name": "Lò Thử"}, "Lò Thử"),
        ("Lò Thử", "Lò Thử"),
        ([{"@type": "Person", "name": n} for n in ("Lò Thử", "Báo Mẫu")], "Lò Thử"),
        ({"@type": "Person", "name": "Tổng hợp"}, ""),
        ({"@type": "Person", "name": "bientap02"}, ""),
        ({"@type": "Person", "name": "Mau Newspaper"}, ""),
        ({"@type": "Person", "name": "Ủy ban nhân dân xã Tân Giả Định"}, ""),
        ({"@type": "Organization", "name": "Công ty Ví Dụ"}, ""),
    ],
)
def test_a_claim_that_is_nobodys_name(claim: object, name: str) -> None:
    assert author(author=claim) == name


@pytest.mark.parametrize(
    ("claim", "after", "name"),
    [
        ("Tâm ThửTTXVN", "<strong>Tâm Thử</strong><i> (TTXVN)</i>", "Tâm Thử"),
        ("Lò thử", "LÒ THỬ", "LÒ THỬ"),
        ("Biên Tập Một", "Lò Thử", "Lò Thử"),
        ("Lò Thử, Vàng Mẫu", "Lò Thử - Vàng Mẫu", "Lò Thử, Vàng Mẫu"),
        ("thulv", "Lò Thử", "Lò Thử"),
        ("", "Lò Thử", "Lò Thử"),
    ],
)
def test_a_claim_gives_way_to_the_print(claim: str, after: str, name: str) -> None:
    box = f'<div class="author">{after}</div>'
    assert author(after=box, author={"@type": "Person", "name": claim}) == name
