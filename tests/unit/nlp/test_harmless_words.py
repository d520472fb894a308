"""Normalisation never makes an insult of harmless words."""

import re
import unicodedata
from importlib.resources import files

import pytest

from nlp.normalise import normalise
from nlp.unicode import fold

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
)


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_harmless_words_stay_harmless(text: str, form: str) -> None:
    made = normalise(unicodedata.normalize(form, text)).text.lower()
    before = set(INSULTS.findall(text.lower()))
    assert set(INSULTS.findall(made)) <= before


@pytest.mark.parametrize("text", HARMLESS)
def test_normalisation_joins_no_split_insult_of_them(text: str) -> None:
    split = files("nlp").joinpath("data", "split_insults.txt").read_text("utf-8")
    insults = {fold(line) for line in split.split("\n") if line and line[0] != "#"}
    words = set(re.findall(r"\w+", fold(text)))
    made = set(re.findall(r"\w+", fold(normalise(text).text)))
    assert not (made - words) & insults
