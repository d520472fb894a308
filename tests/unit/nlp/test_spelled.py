import pytest

from nlp.normalise import normalise


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chốt c.ọ.c t.i.ề.n 100%", "chốt cọc tiền 100%"),
        ("đ.ậ.p cho tan, đ.ố.t chùa, đ.i!", "đập cho tan, đốt chùa, đi!"),
        ("t-i-ê-m, t*i*ê*m, t_i_ê_m", "tiêm, tiêm, tiêm"),
        ("M.ô.n.g và K í n h gửi", "Mông và Kính gửi"),
        ("KHÔNG C.Ầ.N, K H Ô N G", "KHÔNG CẦN, KHÔNG"),
        ("rut t i e n the", "rut tien the"),
        ("n ó s ẽ đ ã", "nó sẽ đã"),
        ("l à đây", "là đây"),
        ("kem trộn c.ọ.c.", "kem trộn cọc."),
    ],
)
def test_syllables_written_letter_by_letter_are_joined(typed: str, meant: str) -> None:
    assert normalise(typed).text == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c ó t h u ố c l à m khí", "có thuốc làm khí"),
        ("k h u y ế n n g h ị", "khuyến nghị"),
        ("t h ằ n g n g u", "thằng ngu"),
        ("ó c c h ó", "óc chó"),
        ("b ạ n t làm", "bạn t làm"),
    ],
)
def test_a_row_of_letters_may_be_several_words(typed: str, meant: str) -> None:
    assert normalise(typed).text == meant


@pytest.mark.parametrize(
    "kept",
    [
        "anh T. ở nhà, T.ở nhà",
        "m ở đâu, t ở nhà",
        "m à, v à",
        "nạn nhân L.T.C, N.G.U và L.Ê",
        "t.p h.c.m, v.v, đ.c thư ký",
        "bảng chữ l m n g u v",
        "xem a.i.vn và t.a.o@xe.vn",
        "c o c h o gui xe",
        "A B C D",
    ],
)
def test_initials_chat_forms_and_rows_of_doubt_stay(kept: str) -> None:
    assert normalise(kept).text == kept


def test_a_joined_word_leads_back_to_its_letters() -> None:
    typed = "chốt c.ọ.c hôm nay"
    done = normalise(typed)
    start = done.text.index("cọc")
    assert typed[slice(*done.to_original(start, start + 3))] == "c.ọ.c"
