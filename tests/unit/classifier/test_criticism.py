import pytest

from classifier.criticism import pardon
from classifier.features import see
from domain.labels import PostKind


def why(text: str, complaint: float = 0.9) -> str:
    return pardon(see(text, PostKind.COMMENT), complaint)


@pytest.mark.parametrize(
    "text",
    [
        "Ủy ban xã ăn hại, đồ ngu, làm mãi không xong con đường",
        "dm dien luc lam an nhu cut",
        "Cán bộ một cửa mặt dày, hạch sách dân",
    ],
)
def test_vulgar_criticism_of_an_authority_is_pardoned_with_a_reason(text: str) -> None:
    assert why(text).startswith("Không gắn cờ")


def test_the_reason_names_the_authority() -> None:
    assert "«điện lực»" in why("Điện lực ngu như chó, cắt điện cả ngày")


@pytest.mark.parametrize(
    "text",
    [
        "Cán bộ xã ăn hại, tao đốt nhà chúng mày",
        "Cán bộ ăn hại, tối nay mang xăng đốt trụ sở",
        "Ủy ban dung túng bọn mọi, đuổi hết đi",
    ],
)
def test_a_threat_or_an_attack_on_a_group_is_not_pardoned(text: str) -> None:
    assert why(text) == ""


def test_no_pardon_without_an_authority_or_a_complaint() -> None:
    assert why("thằng hàng xóm ngu như bò") == ""
    assert why("Ủy ban nào nuôi nổi mày, đồ ngu", complaint=0.1) == ""
