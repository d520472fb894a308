from hypothesis import given
from hypothesis import strategies as st

from classifier.alike import shingles, similar_pairs, similar_within
from classifier.rows import Row

TEXTS = st.lists(st.text("abcd ", max_size=24), max_size=12)
SHARES = st.sampled_from((0.3, 0.5, 0.6, 0.8, 1.0))


def rows(texts: list[str]) -> list[Row]:
    return [Row(id=str(place), text=text) for place, text in enumerate(texts)]


def jaccard(one: str, other: str) -> float:
    some, others = shingles(one), shingles(other)
    return len(some & others) / len(some | others)


@given(TEXTS, TEXTS, SHARES)
def test_every_pair_above_the_share_is_found(
    some: list[str], others: list[str], share: float
) -> None:
    wanted = [
        (i, j)
        for i, one in enumerate(some)
        for j, other in enumerate(others)
        if jaccard(one, other) >= share
    ]
    found = list(similar_pairs(rows(some), rows(others), share))
    assert [(i, j) for i, j, _ in found] == wanted
    assert all(share <= alike <= 1 for _, _, alike in found)


def test_within_a_list_each_pair_is_told_once() -> None:
    texts = ["đường liên xã hỏng nặng", "trời đẹp quá", "duong lien xa hong nang"]
    assert list(similar_within(rows(texts), 0.6)) == [(0, 2, 1.0)]


def test_a_text_without_words_is_like_another_such() -> None:
    assert list(similar_within(rows(["", "…"]), 0.6)) == [(0, 1, 1.0)]
