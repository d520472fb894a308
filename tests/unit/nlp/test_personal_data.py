import unicodedata
from time import process_time

import pytest

from domain.post import MAX_TEXT
from nlp.personal_data import mask, personal_data


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("gọi 0912.345.678 nhé", "phone", "0912.345.678"),
        ("sđt +84 912 345 678", "phone", "+84 912 345 678"),
        ("mail a.b@example.vn", "email", "a.b@example.vn"),
        ("CCCD 011099001234", "identity", "011099001234"),
        ("CMND số: 123456789 cấp", "identity", "123456789"),
        ("stk 1903 5678 9012 ngân hàng", "account", "1903 5678 9012"),
        ("xe 27B1-123.45 vượt đèn", "plate", "27B1-123.45"),
        ("số nhà 24, ngõ 3", "address", "24, ngõ 3"),
        ("gọi o9l2 345 678 nhé", "phone", "o9l2 345 678"),
        ("goi 0 9 1 2 3 4 5 6 7 8 nha", "phone", "0 9 1 2 3 4 5 6 7 8"),
        ("máy bàn (0215) 3826 909 đó", "phone", "(0215) 3826 909"),
        ("xưng công an gọi từ 024 3825 1234", "phone", "024 3825 1234"),
        (
            "số không chín một hai ba bốn năm sáu bảy tám",
            "phone",
            "không chín một hai ba bốn năm sáu bảy tám",
        ),
        ("thẻ 4111 1111 1111 1111 bị lộ", "account", "4111 1111 1111 1111"),
        ("gõ 3604205556677 Agribank", "account", "3604205556677"),
        ("hộ chiếu C1234567 bị giữ", "identity", "C1234567"),
        ("BHYT GD4111112345678 rơi", "identity", "GD4111112345678"),
        ("xe 27b1-33456 của nó", "plate", "27b1-33456"),
        ("thư a.b (at) gmail (dot) com", "email", "a.b (at) gmail (dot) com"),
        ("trú tại bản Pá Bon, xã Mường Pồn.", "address", "bản Pá Bon, xã Mường Pồn"),
        ("nó ở lô 12 khu tái định cư", "address", "lô 12 khu tái định cư"),
        ("Cháu Lò Thị Mai (13 tuổi) bị xâm hại", "name", "Lò Thị Mai"),
        ("Nghi phạm bóp cổ chị Vì Thị Ngoan", "name", "Vì Thị Ngoan"),
        ("nạn nhân là chị Lường Thị Phương", "name", "Lường Thị Phương"),
    ],
)
def test_personal_data_is_found(text: str, kind: str, value: str) -> None:
    assert [(s.kind, text[s.start : s.end]) for s in personal_data(text)] == [
        (kind, value)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "gọi 113, 114, 115 hoặc 1900 1234, 1800 6789",
        "Đường dây nóng của Công an tỉnh: 0215 3826 114",
        "vốn 1.200.000.000 đồng, tăng 12,5%",
        "Quyết định 1234/QĐ-UBND ngày 12/12/2022",
        "năm 2024 có 45 xã",
        "Điện thoại Văn phòng UBND tỉnh 0215.3825.433",
        "Dự án 84 912 345 678 đồng đã giải ngân",
        "giấy phép số 0123456789/GP-STNMT",
        "ngày 05.09.2025 chuyển khoản 950000000 đồng",
        "Sạt ta-luy ở Mường Pồn, Quốc lộ 12 gián đoạn gần ba giờ",
        "nhà ở tỉnh lộ 142 bị ngập",
        "RAM 16GB, màn hình 2560x1440, lớp 12A1 và 12A2",
        "Gửi đơn về ubnd@dienbien.gov.vn hoặc banbientap@bao.example.vn",
        "Trụ sở báo: số 408 Điện Biên Phủ, quận 10",
        "Trường ở địa chỉ 276 đường Hoàng Công Chất",
        "Sạt lở tại bản Huổi Chon, xã Mường Lói",
        "Em Lò Thị Mai đoạt giải nhất học sinh giỏi",
        "Bị cáo Vì Văn Tú lĩnh án vì tội giết người",
        "Nạn nhân Cao Mỹ D. được xác định bị sát hại",
        "Nạn nhân Chất độc da cam được tặng quà",
    ],
)
def test_public_numbers_sums_and_dates_are_not(text: str) -> None:
    assert personal_data(text) == ()


def test_mask_keeps_the_length_and_hides_the_value() -> None:
    text = "gọi 0912345678 hoặc a@b.vn"
    hidden = mask(text, personal_data(text))
    assert len(hidden) == len(text)
    assert "09123456" not in hidden
    assert "a@b" not in hidden


def test_a_victim_s_name_is_hidden_wherever_it_stands_again() -> None:
    text = "Nạn nhân Vàng Thị Sua bị chồng đánh. Hàng xóm thương Vàng Thị Sua."
    assert [s.kind for s in personal_data(text)] == ["name", "name"]


def test_decomposed_text_is_masked_at_its_own_offsets() -> None:
    text = unicodedata.normalize("NFD", "số điện thoại: 0912345678")
    (span,) = personal_data(text)
    assert text[span.start : span.end] == "0912345678"


@pytest.mark.parametrize("part", ["1", "a", "a@b.vn ", "0912345678 "])
def test_the_longest_text_takes_seconds_whatever_it_holds(part: str) -> None:
    text = (part * MAX_TEXT)[:MAX_TEXT]
    begun = process_time()
    personal_data(text)
    assert process_time() - begun < 15  # quadratic, it took a minute to four
