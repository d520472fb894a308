"""Normalisation never makes an insult of harmless words."""

import re
import unicodedata
from importlib.resources import files

import pytest

from nlp.normalise import normalise

INSULTS = re.compile(
    r"(?<!\w)(?:ngu|địt|đụ|lồn|cặc|buồi|đĩ|đéo|đếch|chó má|khốn nạn|óc chó|mẹ mày|vãi)"
    r"(?!\w)"
)
HARMLESS = (
    "đi ngủ sớm đi con",
    "di ngu som di con",
    "n.g.ủ ngon nhé",
    "bún đ ậ u mắm tôm",
    "lợn của bản Lồng",
    "con lon bia",
    "lon nước ngọt 320 ml",
    "dit vit nướng",
    "đít chai bị vỡ",
    "các cụ nghỉ mát",
    "cac cu ve que",
    "buổi sáng ở chợ",
    "buoi sang o cho",
    "bưởi Đoan Hùng",
    "đeo khẩu trang khi ra đường",
    "deo khau trang",
    "đi chợ mua cá",
    "di cho mua ca",
    "chó mèo thả rông",
    "vải thiều Lục Ngạn",
    "vai ao bi rach",
    "đủ ăn đủ mặc",
    "du an duong 12",
    "dự án cấp nước D.Ự Á.N",
    "N.G.U.Y.Ễ.N Văn An",
    "A B C D",
    "U 2 3 Việt Nam",
    "đ.c thư ký họp lúc 8h",
    "lớp 1 2 3 4 5",
    "cl.b bóng đá xã",
    "dm mục hàng hóa",
    "vl xây dựng tăng giá",
    "cc là căn cước",
    "CLB thơ phường Mường Thanh",
    "d i n g u s o m",
    "đ i n g ủ s ớ m",
    "nghe n g ừ n g u ố n g",
    "bảng chữ l m n g u v",
    "c á c c ụ nghỉ mát",
    "b u ổ i sáng",
)


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_harmless_words_stay_harmless(text: str, form: str) -> None:
    made = normalise(unicodedata.normalize(form, text)).text.lower()
    before = set(INSULTS.findall(text.lower()))
    assert set(INSULTS.findall(made)) <= before


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.parametrize("sign", [" ", ".", "-", "*"])
def test_normalisation_finds_no_split_insult_in_them(text: str, sign: str) -> None:
    """«n.g.ủ» is «ngủ»: what is joined keeps its marks, and they tell it from «ngu»."""
    split = files("nlp").joinpath("data", "split_insults.txt").read_text("utf-8")
    insults = {line for line in split.split("\n") if line and line[0] != "#"}
    spelled = " ".join(sign.join(word) for word in text.split(" "))
    for written in (text, spelled):
        made = set(re.findall(r"\w+", normalise(written).text.lower()))
        assert not (made - set(re.findall(r"\w+", text.lower()))) & insults
