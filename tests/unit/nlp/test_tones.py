import pytest

from nlp.tones import place_tones


@pytest.mark.parametrize(
    ("typed", "standard"),
    [
        ("hoà", "hòa"),
        ("Thuý", "Thúy"),
        ("KHOẺ", "KHỎE"),
        ("qúy", "quý"),
        ("quý", "quý"),
        ("hòan", "hoàn"),
        ("xóay", "xoáy"),
        ("hùynh", "huỳnh"),
        ("tíên", "tiến"),
        ("nứơc", "nước"),
        ("của", "của"),
        ("thuở", "thuở"),
        ("khuya", "khuya"),
        ("ngoài", "ngoài"),
    ],
)
def test_tone_marks_stand_where_the_gazetteers_print_them(
    typed: str, standard: str
) -> None:
    assert place_tones(typed) == standard
