import unicodedata

import pytest

from searchindex.fold import MAX_TOKEN, fold, forms, tokens


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Điện Biên", ["dien", "bien"]),
        ("Ðường", ["duong"]),  # eth, as old code pages wrote Đ
        ("NGƯỜI", ["nguoi"]),
        ("covid-19, a_b", ["covid", "19", "a", "b"]),
        ("𝐋𝐮̛̀𝐚 ｄａｏ", ["lua", "dao"]),
        ("lừ\u200ba", ["lua"]),
        ("một\u200b", ["mot"]),
        ("đ.ồ.n", ["d", "o", "n"]),
        ("🙂…«»", []),
        ("", []),
    ],
)
def test_folded_forms(text, folded):
    assert forms(text)[0] == folded
    assert forms(unicodedata.normalize("NFD", text))[0] == folded


def test_exact_forms_tell_marks_apart_but_not_their_place():
    (bien, bien_to, bien_doi), _ = forms("biên biển biến")[1], None
    assert len({bien, bien_to, bien_doi}) == 3
    assert forms("hòa")[1] == forms("hoà")[1]
    assert forms("thủy")[1] == forms("thuỷ")[1]
    assert forms("da")[1] != forms("đa")[1]


def test_tokens_point_into_decomposed_text():
    text = unicodedata.normalize("NFD", "Ở Mường Nhé")
    found = [unicodedata.normalize("NFC", text[t.start : t.end]) for t in tokens(text)]
    assert found == ["Ở", "Mường", "Nhé"]


def test_endless_words_are_cut_on_both_sides_alike():
    assert len(forms("a" * 10_000)[0][0]) == MAX_TOKEN


def test_values_keep_their_punctuation():
    assert fold("  Báo  Đại-Đoàn Kết ") == "bao dai-doan ket"
