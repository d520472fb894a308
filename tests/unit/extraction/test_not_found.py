"""Pages that say that nothing is there, and headlines that only sound so."""

import pytest

from extraction.not_found import is_phrase, leads_up, says_not_found

SAYS = [
    "Không tìm thấy trang",
    "Không tìm thấy trang | Báo Vùng Cao",
    "Rất tiếc, trang bạn yêu cầu không tồn tại",
    "Trang không tồn tại - Báo Ví Dụ",
    "Bài viết không tồn tại hoặc đã bị xóa",
    "Bài viết này đã bị gỡ bỏ",
    "Nội dung không còn tồn tại",
    "404",
    "404 - Not Found",
    "Lỗi 404",
    "Page not found",
    "404 Page Not Found",
    "The page you requested could not be found.",
    "The requested thread could not be found.",
]
HEADLINES = [
    "Không tìm thấy nạn nhân trong vụ sạt lở ở xã vùng cao",
    "Bài viết sai sự thật về dịch bệnh đã bị gỡ bỏ, chủ tài khoản bị phạt 7,5 triệu",
    "Trang trại lợn không tồn tại trên giấy tờ",
    "404 tỷ đồng làm đường vào xã Mường Nhà",
    "Body not found: search goes on in the flooded valley",
    "Tin tức không tìm thấy lối ra cho nông sản",
    "",
]


@pytest.mark.parametrize("text", SAYS)
def test_usual_words_for_a_missing_page(text: str) -> None:
    assert is_phrase(text)
    for page in (f"<title>{text}</title>", f"<title>Báo</title><h1>{text}</h1>"):
        assert says_not_found(f"<meta charset=utf-8>{page}<p>x</p>".encode())


@pytest.mark.parametrize("text", HEADLINES)
def test_headlines_are_none(text: str) -> None:
    assert not is_phrase(text)


def test_a_page_that_cannot_be_read_says_nothing() -> None:
    assert not says_not_found(b"")


@pytest.mark.parametrize(
    ("asked", "came", "up"),
    [
        ("/thoi-su/bai-1.html", "/", True),
        ("/bai-1.html", "/index.html", True),
        ("/bai-1.html", "/trang-chu", True),
        ("/bai-1.html", "/404.html", True),
        ("/thoi-su/bai-1.html", "/thoi-su/", True),
        ("/thoi-su/bai-1.html", "/thoi-su.htm", True),
        ("/thoi-su/bai-1.html", "/thoi-su/bai-1.html", False),
        ("/thoi-su/bai-1.html", "/thoi-su/bai-2.html", False),
        ("/thoi-su/bai-1.html", "/xa-hoi/bai-1.html", False),
        ("/r?id=1", "/bai-1.html", False),
    ],
)
def test_where_redirects_lead(asked: str, came: str, *, up: bool) -> None:
    assert leads_up(f"https://a.vn{asked}", f"https://a.vn{came}") is up
