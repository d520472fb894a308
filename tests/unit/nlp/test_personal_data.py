import pytest

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
