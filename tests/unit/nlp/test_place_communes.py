"""Which commune a text names, in the shipped province."""

from collections.abc import Mapping

import pytest

from domain.labels import About, PostKind
from domain.profile import FormerUnit, Unit
from nlp.places import PlaceGate, PlaceVerdict
from nlp.unicode import fold
from wiring.profile import load_profile

PROFILE = load_profile("dien-bien")
GATE = PlaceGate.of(PROFILE)


KINDS = {"xa": "xã", "phuong": "phường"}


def full_name(unit: Unit | FormerUnit) -> str:
    return f"{KINDS[unit.kind]} {unit.name}"


def judge(text: str, title: str = "", kind: PostKind = PostKind.POST) -> PlaceVerdict:
    return GATE.judge(title, "", text, kind=kind)


@pytest.mark.parametrize("unit", PROFILE.gazetteer.units, ids=lambda unit: unit.id)
def test_each_commune_is_known_by_its_full_name(unit: Unit) -> None:
    verdict = judge(f"{full_name(unit)}, tỉnh Điện Biên mất điện từ tối qua")
    assert verdict.about is About.PROVINCE
    assert unit.id in verdict.units


@pytest.mark.parametrize("unit", PROFILE.gazetteer.units, ids=lambda unit: unit.id)
def test_each_commune_is_known_without_tone_marks(unit: Unit) -> None:
    verdict = judge(fold(f"{full_name(unit)}, tinh Dien Bien mat dien tu toi qua"))
    assert verdict.about is About.PROVINCE
    assert unit.id in verdict.units


def heirs() -> Mapping[str, frozenset[str]]:
    """Return each old commune's full name with all that its name may lead to."""
    known: dict[str, frozenset[str]] = {}
    for former in PROFILE.gazetteer.former:
        if len(former.units) == 1 and former.kind in KINDS:
            name = full_name(former)
            known[name] = known.get(name, frozenset()) | frozenset(former.units)
    return known


@pytest.mark.parametrize(("name", "units"), heirs().items())
def test_an_old_commune_leads_to_the_one_that_has_its_land(
    name: str, units: frozenset[str]
) -> None:
    own = {unit.id for unit in PROFILE.gazetteer.units if full_name(unit) == name}
    found = set(judge(f"Sạt lở ở {name} (tỉnh Điện Biên)").units)
    assert found
    assert found <= units | own


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Sau bão, xã Thanh An (Cần Thơ) vẫn ngập", About.OTHER),
        ("Cúp điện cả buổi ở phường Điện Biên, quận Ba Đình", About.OTHER),
        ("Nhà ở 12 Điện Biên Phủ, quận 3, gần chợ", About.OTHER),
        ("Tòa 8B Lê Trực (Điện Biên - Ba Đình - Hà Nội) xây vượt tầng", About.OTHER),
        ("Phố Đông Lân, P.Điện Biên, TP Thanh Hóa có trộm", About.OTHER),
        (
            "DNTN xây dựng số 1 tỉnh Điện Biên bán căn hộ ở Đà Nẵng",
            About.OTHER,
        ),
        (
            "Nhiệt độ ở Hải Phòng, Lạng Sơn, Lào Cai, Điện Biên Phủ, Sơn La dưới 33 độ",
            About.MENTION,
        ),
        (
            "Lai Châu nằm giữa hai điểm du lịch Sa Pa và Điện Biên Phủ",
            About.MENTION,
        ),
        ("Người lính Pháp cuối cùng ra khỏi cứ điểm Điện Biên Phủ", About.HISTORY),
        ("Cuba nhắc chiến thắng lịch sử Điện Biên Phủ ở Hà Nội", About.HISTORY),
        ("Tranh Kết nạp Đảng ở Điện Biên Phủ treo ở Hà Nội", About.HISTORY),
    ],
)
def test_names_that_others_share_are_told_by_what_stands_around(
    text: str, about: About
) -> None:
    assert judge(text).about is about


SCENE = "Phiên họp kéo dài cả ngày và nhiều ý kiến được nêu ra. " * 14


def test_a_delegate_s_province_is_a_mention() -> None:
    text = f"Bà Lò Thị Na (đoàn ĐBQH tỉnh Điện Biên) hỏi về sách. {SCENE}"
    assert judge(text, kind=PostKind.ARTICLE).about is About.MENTION


def test_a_late_aside_is_a_mention() -> None:
    text = f"{SCENE}Xe đăng ký ở phường Him Lam, tỉnh Điện Biên."
    assert judge(text, kind=PostKind.ARTICLE).about is About.MENTION


def test_an_address_in_the_lead_is_where_it_plays() -> None:
    text = (
        "Anh Lò Văn Lả (trú ở Nậm Nèn, Mường Chà, Điện Biên) đã qua cơn nguy kịch. "
        f"{SCENE}Anh được mổ ở Hà Nội."
    )
    assert judge(text, kind=PostKind.ARTICLE).about is About.PROVINCE


def test_birth_years_are_no_sign_of_the_past() -> None:
    text = (
        "Công an tỉnh Điện Biên bắt Bùi Văn Khe (SN 1972) và Lò Văn Lả (SN 1974) "
        f"ở xã Thanh Nưa, huyện Điện Biên. {SCENE}"
    )
    assert judge(text, kind=PostKind.ARTICLE).about is About.PROVINCE
