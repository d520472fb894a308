import unicodedata

import pytest

from nlp.unicode import clean, fold, is_marked


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("n\u200bgu\ufeff", "ngu"),
        ("Ｍường\u00a0Nhé", "Mường Nhé"),
        ("\U0001d41b\U0001d42e\U0001d42b", "bur"),
        ("lừа đảо", "lừa đảo"),  # Cyrillic а and о
        ("Москва", "Москва"),
        ("αβγ", "αβγ"),
        ("a\r\nb\u2028c", "a\nb\nc"),
        ("①②", "12"),
        ("🅰🅱", "AB"),
    ],
)
def test_odd_signs_become_ordinary(odd: str, plain: str) -> None:
    assert clean(odd)[0] == plain


def test_decomposed_text_is_composed() -> None:
    text = "Điện Biên Phủ, Tủa Chùa"
    assert clean(unicodedata.normalize("NFD", text))[0] == text


def test_fold_keeps_length_and_drops_marks() -> None:
    text = "ĐIỆN BIÊN Phủ Ở đâu İ"
    assert fold(text) == "dien bien phu o dau i"
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Đường sạt lở", True),
        ("duong sat lo o tinh", False),
        ("dien bien phu troi mua to qua ca nha oi, lạ", False),
        ("", False),
    ],
)
def test_marked_text_is_told_from_unmarked(text: str, *, marked: bool) -> None:
    assert is_marked(text) is marked
