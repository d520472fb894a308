"""What editors and templates put between the paragraphs of a text is not read."""

import pytest

from extraction.page import extract_page

URL = "https://bao.example.vn/ban-1.html"
TITLE = "Bản vùng cao có cầu treo mới sau mười năm chờ đợi"
PARAGRAPHS = (
    "Sáng 14/9, người dân xã Tân Giả Định dắt trâu qua cây cầu treo mới của bản.",
    "Cầu dài 62 mét, rộng hai mét, do các hộ góp công, huyện cấp xi măng và cáp.",
    "“Trước kia mưa là trẻ nghỉ học, nay sáng nào cũng đến lớp”, bà Lò Thị Thử nói.",
    "Theo ông Vàng A Mẫu, trưởng bản, đường dẫn hai đầu cầu còn phải đổ bê tông.",
)
CAPTION = "Cán bộ xã kiểm tra dây cáp cầu."
IMG = '<img src="/a.jpg">'
PICTURES = {
    "below, in italics": f"<p>{IMG}</p><p><em>{CAPTION}</em></p>",
    "below, slanted by style": (
        f'<div>{IMG}</div><div><span style="font-style: italic">{CAPTION}</span></div>'
    ),
    "below, centred": f'<p>{IMG}</p><p style="text-align:center">{CAPTION}</p>',
    "below, class": f'<p>{IMG}</p><p class="Image">{CAPTION}</p>',
    "same paragraph, italics": f"<p>{IMG}<br><em>{CAPTION}</em></p>",
    "same paragraph, centred": (
        f'<p style="text-align:center">{IMG}<br><span>{CAPTION}</span></p>'
    ),
    "small headings": f"<h6>{IMG}</h6><h6>{CAPTION}</h6>",
    "named box": f'<div>{IMG}<div class="image-desc">{CAPTION}</div></div>',
    "two figures, one caption": (
        f"<div><figure>{IMG}</figure><figure>{IMG}</figure>"
        f"<figcaption>{CAPTION}</figcaption></div>"
    ),
    "table of a content system": (
        f'<table class="MASTERCMS_TPL_TABLE"><tr><td>{IMG}</td></tr>'
        f'<tr><td class="media-caption">{CAPTION}</td></tr></table>'
    ),
    "credit at the end": "<p>Trẻ em qua cầu. (Ảnh: Lò Mẫu/TTXVN)</p>",
    "credit of an agency": "<p>Nguồn hình ảnh, Getty Images</p>",
    "caption that says so": "<p>Chụp lại hình ảnh, Cầu treo buổi sáng.</p>",
    "clip and its source": "<p>Clip: Toàn cảnh cây cầu mới. Nguồn: UBND xã</p>",
}
OTHERS = {
    "heading and links": (
        '<p><strong>TIN LIÊN QUAN</strong></p><p><a href="/a">Lũ quét cuốn cầu ở bản '
        'bên</a></p><p><a href="/b">Xã bên mở lớp xóa mù chữ</a></p>'
    ),
    "arrow": '<p>&gt;&gt;&gt; Xem thêm: <a href="/a">Lũ quét cuốn cầu</a></p>',
    "short link": '<p><a href="/a">Lũ quét cuốn cầu bản bên</a></p>',
    "list of links": (
        '<ul><li><a href="/a">Lũ quét cuốn cầu</a></li>'
        '<li><a href="/b">Mở lớp học</a></li></ul>'
    ),
    "headed box with summary": (
        '<div><h4>Bài viết liên quan</h4><div><a href="/a">Lũ quét cuốn cầu</a>'
        "<p>Nước lên nhanh trong đêm làm ba bản bị chia cắt nhiều ngày.</p></div></div>"
    ),
    "card": (
        f'<div><a href="/a">{IMG}</a><div><a href="/a">Lũ quét cuốn cầu ở bản bên'
        "</a><span>14/09/2026</span><p>Nước lên nhanh trong đêm.</p></div></div>"
    ),
    "headed table": (
        "<table><tr><td><b>Tin liên quan</b></td></tr><tr><td>"
        '<a href="/a">Lũ quét cuốn cầu</a></td></tr></table>'
    ),
    "named box": (
        '<div class="list_news_relation_top"><b>TIN LIÊN QUAN</b><ul><li>'
        '<a href="/a">Một bài khác</a></li></ul></div>'
    ),
    "most read": '<div><h3>Đọc nhiều</h3><a href="/x">Chuyện khác</a></div>',
    "section": "<h3>Cùng chuyên mục</h3>",
    "event": '<p>Sự kiện: <a href="/t">Xóa cầu tạm miền núi</a></p>',
    "tags": '<p>Tags: <a href="/t">cầu treo</a>, <a href="/m">miền núi</a></p>',
    "hashes": "<ul><li>#cầu treo</li><li>#miền núi</li></ul>",
}
FURNITURE = {
    "app": "<div><a href='/app'>Tải ứng dụng</a><p>Tải ứng dụng Báo Mẫu</p></div>",
    "app at the stores": "<p>Tải app Mẫu trên App Store, Google Play</p>",
    "app by code": "<p>Quét mã QR để tải ứng dụng</p>",
    "cookies": (
        "<div><p>Chúng tôi sử dụng cookie để nâng cao trải nghiệm của bạn.</p>"
        "<a>Đồng ý</a></div>"
    ),
    "cookies, by going on": (
        "<p>Bằng cách tiếp tục sử dụng trang web, bạn đồng ý với chính sách cookie.</p>"
    ),
    "google news": "<p>Theo dõi Báo Mẫu trên <a href='/g'>Google News</a></p>",
    "preferred source": "<p>Thêm Báo Mẫu trên Google</p>",
    "reader": ("<div><b>Nghe đọc bài</b><i>Giọng nữ</i><i>0:00/3:12</i></div>"),
    "voices": "<ul><li>Nữ miền Bắc</li><li>Nam miền Nam</li><li>1x</li></ul>",
    "no player": "<p>Trình duyệt của bạn không hỗ trợ phát audio.</p>",
    "player": "<div><p>Current Time 0:00</p><p>Duration 1:35</p></div>",
    "share": "<div><span>Chia sẻ</span><a>Facebook</a><a>Zalo</a></div>",
    "networks": "<ul><li>Facebook</li><li>Twitter</li><li>Email</li></ul>",
    "comments": (
        "<div><h3>Ý kiến bạn đọc (0)</h3><p>Hiện chưa có bình luận nào, hãy là người "
        "đầu tiên.</p><p>Bạn cần đăng nhập để bình luận</p></div>"
    ),
    "rights": "<p>© Báo Mẫu. Cấm sao chép dưới mọi hình thức.</p>",
    "name the source": "<p>Vui lòng ghi rõ nguồn “Báo Mẫu” khi phát hành lại.</p>",
    "counts": "<p>Lượt xem: 1.234</p><p>Thích 0</p>",
    "letters": "<p>Cỡ chữ A- A+</p><p>A A</p>",
    "stars": "<p>***</p>",
    "advert": "<p>- Advertisement -</p>",
    "vote": "<p>Biểu quyết</p>",
    "where one is": "<p>Bạn đang đọc bài viết này tại chuyên mục Xã hội.</p>",
}


@pytest.mark.parametrize("kind", ['class="detail-content"', 'class="q7x"'])
@pytest.mark.parametrize("name", [*PICTURES, *OTHERS, *FURNITURE])
def test_clutter_is_left_out(name: str, kind: str) -> None:
    clutter = (PICTURES | OTHERS | FURNITURE)[name]
    first, *rest = (f"<p>{text}</p>" for text in PARAGRAPHS)
    page = (
        f"<html><body><h1>{TITLE}</h1><span>14/09/2026 08:15</span>"
        f"<div {kind}>{first}{clutter}{''.join(rest)}{clutter}</div></body></html>"
    )
    fields = extract_page(page.encode(), URL)
    assert tuple(fields.body.split("\n")) == PARAGRAPHS
    assert fields.author == ""


@pytest.mark.parametrize(
    "kept",
    [
        f'<p>{IMG}Cây cầu cũ đã mục, <a href="/t">tỉnh</a> cho làm lại từ đầu năm.</p>',
        "<p>Tải ứng dụng lạ theo lời kẻ gian, ông Mẫu mất hai trăm triệu đồng.</p>",
        "<p>Quét mã QR lạ dán ở cổng chợ, nhiều người bị trừ tiền trong tài khoản.</p>",
        "<p>Nghe tin con đỗ đại học, bà Thử bán trâu lo tiền nhập học.</p>",
        "<p>Mọi thông tin về kẻ gian, xin báo cho Công an xã qua số 0900 000 000.</p>",
        "<p>Bản quyền ca khúc đã được nhạc sĩ tặng cho bản.</p>",
        "<p>Facebook của kẻ gian đã bị khóa.</p>",
        '<ul><li>Hộ nghèo: 12 triệu.</li><li><a href="/t">Hộ</a> khác: 6.</li></ul>',
    ],
)
def test_text_that_begins_like_clutter_stays(kept: str) -> None:
    first, *rest = (f"<p>{text}</p>" for text in PARAGRAPHS)
    page = f"<h1>{TITLE}</h1><div>{first}{kept}{''.join(rest)}</div>"
    body = extract_page(page.encode(), URL).body
    assert len(body.split("\n")) > len(PARAGRAPHS)
