import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import PostId
from searchindex.likeness import (
    COMMON,
    LOOKED_AT,
    MOST_WORDS,
    Neighbours,
    Wording,
)

SCAM = "Tuyển người xâu vòng tại nhà, cọc trước ba trăm nghìn giữ chỗ"
LIKE = "Cần người gấp hoa giấy tại nhà, cọc trước hai trăm nghìn giữ chỗ nhé"
ROAD = "Đường vào bản lầy lội, xe máy không qua được, mong xã sửa"
LETTERS = "aăâáàảbcdđeêghiklmnoôơprstuưvxyý "
texts = st.text(alphabet=LETTERS, max_size=60)


def held(**posts: str) -> Neighbours:
    found = Neighbours()
    for name, text in posts.items():
        found.put(PostId(name), Wording.of(text))
    return found


def names(found: Neighbours, text: str, least: float = 0.05) -> list[str]:
    return [a.post_id for a in found.nearest(Wording.of(text), least=least)]


def test_the_post_that_says_like_things_comes_first() -> None:
    neighbours = held(road=ROAD, like=LIKE)
    assert names(neighbours, SCAM) == ["like"]
    (alike,) = neighbours.nearest(Wording.of(SCAM), least=0.0)
    assert 0.1 < alike.share < 0.9


def test_a_text_is_most_alike_to_itself_in_any_writing() -> None:
    neighbours = held(road=ROAD, scam=SCAM)
    bare = unicodedata.normalize("NFD", SCAM)
    bare = "".join(c for c in bare if not unicodedata.combining(c)).replace("đ", "d")
    for text in (SCAM, bare, SCAM.upper(), unicodedata.normalize("NFD", SCAM)):
        (first,) = neighbours.nearest(Wording.of(text), least=0.9)
        assert first.post_id == "scam"
        assert first.share == pytest.approx(1)


def test_how_people_talk_is_no_likeness() -> None:
    talk = " ".join(sorted(COMMON))
    assert not Wording.of(talk).traits
    assert names(held(a=f"{talk} ruộng"), f"{talk} chợ", least=0.0) == []


def test_one_word_in_common_is_not_enough() -> None:
    assert names(held(pig="Xin giá con lợn"), "Đồ con lợn", least=0.0) == []


def test_hidden_stretches_do_not_count() -> None:
    text = "Quán Lò Văn Ánh bán cháo lòng"
    shut = Wording.of(text, [(text.index("Lò"), text.index(" bán"))])
    # What stands on both sides of a hidden stretch is not side by side.
    both = Wording.of("quán").traits | Wording.of("bán cháo lòng").traits
    assert shut.traits == both


def test_a_stretch_hidden_twice_or_past_the_end_is_hidden() -> None:
    text = "cầu treo hỏng ván"
    assert not Wording.of(text, [(0, 4), (0, 99), (2, 6)]).traits


def test_places_point_into_the_text() -> None:
    said = {SCAM[start:end] for _, start, end in Wording.of(SCAM).placed()}
    assert {"xâu vòng", "cọc", "cọc trước", "giữ chỗ"} <= said


def test_long_texts_are_read_to_a_bound() -> None:
    long = " ".join(f"tu{n}" for n in range(MOST_WORDS + 50))
    assert len(Wording.of(long).traits) == 2 * MOST_WORDS - 1


def test_no_more_are_weighed_than_the_bound() -> None:
    wave = {f"p{n}": SCAM for n in range(3 * LOOKED_AT)}
    others = {f"o{n}": f"{n} mot{n} hai{n} ba{n}" for n in range(40 * LOOKED_AT)}
    assert len(names(held(**wave, **others), SCAM)) == LOOKED_AT


def test_a_new_text_replaces_the_former() -> None:
    neighbours = held(a=SCAM)
    neighbours.put(PostId("a"), Wording.of(ROAD))
    assert names(neighbours, SCAM) == []
    assert names(neighbours, ROAD) == ["a"]
    assert len(neighbours) == 1


@given(st.lists(st.tuples(st.sampled_from("abcd"), texts), max_size=12), texts)
def test_what_is_held_depends_on_the_last_texts_alone(
    puts: list[tuple[str, str]], asked: str
) -> None:
    neighbours = held()
    for name, text in puts:
        neighbours.put(PostId(name), Wording.of(text))
    found = neighbours.nearest(Wording.of(asked), least=0.0)
    again = held(**dict(puts)).nearest(Wording.of(asked), least=0.0)
    assert {a.post_id: round(a.share, 9) for a in found} == {
        a.post_id: round(a.share, 9) for a in again
    }
    assert all(0 <= a.share <= 1 + 1e-9 for a in found)


@given(st.lists(texts, max_size=6))
def test_nothing_is_left_of_what_was_dropped(given_texts: list[str]) -> None:
    neighbours = held(**{f"p{n}": text for n, text in enumerate(given_texts)})
    for n in range(len(given_texts) + 1):
        neighbours.drop(PostId(f"p{n}"))
    assert neighbours == Neighbours()
