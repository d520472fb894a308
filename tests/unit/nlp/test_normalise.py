import pytest

from nlp.normalise import normalise
from nlp.teencode import _dictionary


@pytest.mark.parametrize(
    ("typed", "standard"),
    [
        ("ko bik j lun á", "không biết gì luôn á"),
        ("Ko ai trl mn vs ạ", "Không ai trả lời mọi người với ạ"),
        ("đường xấu quáaaa rồii", "đường xấu quá rồi"),
        ("hoà bình", "hòa bình"),
        ("KO BIẾT", "Không BIẾT"),
        ("thằng n.g.u", "thằng ngu"),
        ("đồ n g u", "đồ ngu"),
        ("đ ị t mẹ", "địt mẹ"),
        ("dm mày", "địt mẹ mày"),
    ],
)
def test_chat_spelling_becomes_standard(typed: str, standard: str) -> None:
    assert normalise(typed).text == standard


@pytest.mark.parametrize(
    "harmless",
    [
        "giá 5k, mua 2 m vải, còn 5 k",
        "anh K. gặp chị M ở lớp a",
        "vitamin c và điểm a",
        "xem https://ko.vn/k?z=j và #ko",
        "thư gửi dc@vs.vn",
        "danh mục dm sản phẩm",
        "chung cư cc giá tốt",
        "hàng cl cao",
        "tuyển vl gấp",
        "nạn nhân L.T.C và N.G.U",
        "bảng chữ l m n g u v",
        "lol vui ghê",
        "bên hông nhà có lỗ hổng",
        "50.000 đ một cân",
        "số VIII, XXX, coffee, Google",
        "trường mn Hoa Ban",
        "bê thui, củng cố, buồn rầu",
        "Kon Tum và Phu Luông",
        "con chó nhà em",
    ],
)
def test_units_names_numbers_and_harmless_words_stay(harmless: str) -> None:
    assert normalise(harmless).text == harmless


def test_press_text_keeps_its_words() -> None:
    text = "Ông K nói vs phóng viên: ko"
    assert normalise(text, social=False).text == text


def test_spans_lead_back_to_the_original() -> None:
    typed = "em\u200b ko bik j quáaaa"
    done = normalise(typed)
    start = done.text.index("không")
    left, right = done.to_original(start, start + len("không"))
    assert typed[left:right] == "ko"
    left, right = done.to_original(done.text.index("quá"), len(done.text))
    assert typed[left:right] == "quáaaa"


def test_text_read_in_the_wrong_encoding_is_mended() -> None:
    text = "Điện Biên Phủ đẹp lắm"
    assert normalise(text.encode().decode("latin-1")).text == text
    assert normalise("tØnh §iÖn Biªn").text == "tỉnh Điện Biên"
    assert normalise("Bên «Mạ», “ngã”").text == "Bên «Mạ», “ngã”"


def test_dictionary_is_of_use() -> None:
    assert len(_dictionary()) >= 250
