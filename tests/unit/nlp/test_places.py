import pytest

from domain.ids import UnitId
from domain.labels import About, PostKind
from domain.profile import FormerUnit, Gazetteer, Landmark, Misleading, Unit
from nlp.places import Inherited, PlaceGate, PlaceVerdict
from wiring.profile import load_profile


def unit(slug: str, name: str, kind: str = "xa", *, ambiguous: bool = False) -> Unit:
    return Unit(
        id=UnitId(slug),
        code="0",
        name=name,
        kind=kind,
        lat=0,
        lon=0,
        ambiguous=ambiguous,
    )


SMALL = Gazetteer(
    units=(
        unit("lam-khe", "Lâm Khê"),
        unit("thanh-an", "Thanh An", ambiguous=True),
        unit("suoi-bac", "Suối Bạc", "phuong"),
    ),
    former=(
        FormerUnit(
            name="Khe Sậy",
            kind="huyen",
            units=(UnitId("lam-khe"), UnitId("suoi-bac")),
        ),
    ),
    landmarks=(
        Landmark(
            name="Đèo Gió Hú", kind="pass", units=(UnitId("lam-khe"),), strong=True
        ),
    ),
    misleading=(
        Misleading(pattern="cầu Mẫu Sơn", reads_as="other", why="cầu ở nơi khác"),
        Misleading(pattern="trận Mẫu Sơn", reads_as="history", why="trận đánh xưa"),
        Misleading(
            pattern=r"ship[^.]{0,20}Mẫu Sơn", reads_as="mention", why="", kind="regex"
        ),
    ),
)
GATE = PlaceGate(SMALL, "Mẫu Sơn", "tỉnh Mẫu Sơn")


def judge(text: str, title: str = "", **more: object) -> PlaceVerdict:
    return GATE.judge(title, "", text, **{"kind": PostKind.POST, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Đường ở tỉnh Mẫu Sơn sạt rồi",
        "Mẫu Sơn hôm nay mưa to quá",
        "tinh mau son hom nay mua to qua",
        "o Mau Son mat dien tu sang",
        "xã Lâm Khê mất điện ba ngày",
        "lâm khê mất điện ba ngày",
        "Đèo Gió Hú tắc cứng",
        "xã Thanh An có dịch",
        "huyện Khe Sậy cũ họp dân",
    ],
)
def test_posts_that_name_the_province_are_about_it(text: str) -> None:
    assert judge(text).about is About.PROVINCE


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Thanh An là tên con gái tôi", About.OTHER),
        ("đường Mẫu Sơn ngập nước", About.OTHER),
        ("cầu Mẫu Sơn cấm xe tải", About.OTHER),
        ("ông tôi kể về trận Mẫu Sơn", About.HISTORY),
        ("Hà Nội mưa to", About.OTHER),
        ("trời mưa to quá", About.NONE),
        ("mâu son của tôi đâu", About.NONE),
        ("Mưa ở Lào Cai, Mẫu Sơn, Sơn La và Hà Giang", About.MENTION),
        ("gạo ngon ship tận Mẫu Sơn", About.MENTION),
        ("xã Thanh An ở Cần Thơ có dịch", About.OTHER),
    ],
)
def test_namesakes_lists_and_battles_are_not(text: str, about: About) -> None:
    assert judge(text).about is about


def test_doubtful_name_counts_beside_a_sound_one() -> None:
    verdict = judge("Từ Lâm Khê sang Thanh An mất hai giờ")
    assert verdict.units == ("lam-khe", "thanh-an")
    assert "dấu hiệu khác" in verdict.places[1].why


def test_offsets_point_into_the_whole_text() -> None:
    title, text = "Tin từ Mẫu Sơn", "Xã Lâm Khê có điện."
    whole = f"{title}\n{text}"
    verdict = judge(text, title)
    assert [whole[hit.start : hit.end] for hit in verdict.places] == [
        "Mẫu Sơn",
        "Lâm Khê",
    ]
    assert verdict.places[0].unit is None


def test_former_unit_leads_to_its_heirs() -> None:
    (hit,) = judge("huyện Khe Sậy cũ họp dân").places
    assert hit.unit is None
    assert "Lâm Khê, Suối Bạc" in hit.why


def test_comment_without_a_place_inherits() -> None:
    above = Inherited(About.PROVINCE, (UnitId("lam-khe"),), "bài gốc")
    verdict = judge("khổ quá trời", inherited=above, kind=PostKind.COMMENT)
    assert verdict.about is About.PROVINCE
    assert verdict.units == ("lam-khe",)
    assert "bài gốc" in verdict.why


def test_comment_about_elsewhere_does_not_inherit() -> None:
    above = Inherited(About.PROVINCE)
    verdict = judge("ở Cần Thơ cũng thế", inherited=above, kind=PostKind.COMMENT)
    assert verdict.about is About.OTHER


def test_source_of_the_province_supports_doubtful_names() -> None:
    text = "Thanh An mất nước từ sáng"
    assert judge(text).about is About.OTHER
    assert judge(text, source_about="province").about is About.PROVINCE
    assert judge("mất nước từ sáng", source_about="province").about is About.PROVINCE


def test_article_of_another_province_only_mentions() -> None:
    text = (
        "Tỉnh Lào Cai sáng nay họp về mưa lũ. Lào Cai có ba xã bị cô lập. "
        "Lực lượng của Lào Cai đã đến nơi. Dự báo mưa còn ở Mẫu Sơn."
    )
    verdict = judge(text, "Lào Cai họp về mưa lũ", kind=PostKind.ARTICLE)
    assert verdict.about is About.MENTION
    assert "Lào Cai" in verdict.why


def test_shipped_profile_is_judged_by_its_own_examples() -> None:
    profile = load_profile("dien-bien")
    gate = PlaceGate.of(profile)
    rows = [row for row in profile.examples if row["about"] == "province"]
    others = [row for row in profile.examples if row["about"] in {"other", "none"}]

    def said(row: dict[str, str]) -> bool:
        kind = PostKind(row["kind"])
        verdict = gate.judge(row["title"], "", row["text"], kind=kind)
        return verdict.about is About.PROVINCE

    assert sum(map(said, rows)) >= 0.9 * len(rows)
    assert not any(map(said, others))


HOME = PlaceGate.of(load_profile("dien-bien"))


@pytest.mark.parametrize(
    "text",
    [
        "Ở Điện Biên Phủ có ai bán cam không",
        "Mình ở Điện Biên Phủ mới chuyển lên",
        "Điện Biên Phủ hôm nay mưa to quá",
        "dien bien phu sang nay lanh 8 do",
        "Điện Biên Phủ ơi, ai nhặt được chìa khoá xe máy không",
    ],
)
def test_comment_that_speaks_from_the_capital_is_about_the_province(text: str) -> None:
    verdict = HOME.judge("", "", text, kind=PostKind.COMMENT)
    assert verdict.about is About.PROVINCE
    assert "nơi ở" in verdict.why
    assert len(verdict.places) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Kẹt xe ở Điện Biên Phủ từ 5h chiều",
        "Ở Điện Biên Phủ, quận 3 có quán nào ngon không",
        "Hà Nội: ở Điện Biên Phủ có ai bán cam không",
        "ngã tư Điện Biên Phủ hôm nay tắc quá",
        "Xem phim về Điện Biên Phủ mà khóc",
    ],
)
def test_street_of_the_capitals_name_is_not_the_capital(text: str) -> None:
    verdict = HOME.judge("", "", text, kind=PostKind.COMMENT)
    assert verdict.about is not About.PROVINCE


def test_article_needs_more_than_the_capitals_name_alone() -> None:
    text = "Ở Điện Biên Phủ có ai bán cam không"
    verdict = HOME.judge("", "", text, kind=PostKind.ARTICLE)
    assert verdict.about is About.OTHER
