import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.counterfactual import FAITHS, PEOPLES
from classifier.groups import mask_groups
from classifier.tokens import tokenise


def forms(text: str) -> list[str]:
    return [token.form for token in mask_groups(tokenise(text), text)]


@pytest.mark.parametrize("name", PEOPLES)
def test_every_people_is_one_mask(name: str) -> None:
    assert forms(f"bà con người {name} vui lắm") == [
        "bà", "con", "người", "GROUP", "vui", "lắm",
    ]  # fmt: skip


@pytest.mark.parametrize("name", FAITHS)
def test_every_faith_is_one_mask(name: str) -> None:
    assert forms(f"theo đạo {name} đã lâu") == ["theo", "đạo", "FAITH", "đã", "lâu"]


@pytest.mark.parametrize(
    "text",
    [
        "con dao cùn quá",
        "thái rau cho lợn",
        "kinh tế khó khăn",
        "cống tắc",
        "thuốc lào",
        "cháu Lò Văn Thái học giỏi",
        "đi Thái Bình thăm bạn",
        "nhà nào có hoa ban",
    ],
)
def test_common_words_persons_and_places_stay(text: str) -> None:
    assert "GROUP" not in forms(text)


def test_lists_of_names_and_texts_without_marks() -> None:
    assert forms("chợ có Mông, Thái, Dao và Khơ Mú").count("GROUP") == 4
    assert "GROUP" in forms("nguoi mong o ban ben")
    assert "GROUP" in forms("lu kho mu nha bac")


@given(st.text(max_size=80))
def test_masks_keep_their_places_in_the_text(text: str) -> None:
    masked = mask_groups(tokenise(text), text)
    ends = [0, *(token.end for token in masked)]
    assert all(e <= t.start < t.end for e, t in zip(ends, masked, strict=False))
