"""Two texts word by word: nothing is lost, nothing is invented, long calm is folded."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.difference import CONTEXT, counts, difference

LONG = " ".join(f"tiếng{n}" for n in range(60))
words = st.sampled_from(["cầu", "sập", "Nậm", "Rốm", "không", "<b>", "mưa,"])
texts = st.lists(st.lists(words, max_size=30).map(" ".join), max_size=6).map("\n".join)


def kinds(old, new):
    return [(p.kind, p.text) for p in difference(old, new)]


def test_what_came_and_went_is_named():
    assert kinds("nước dâng 5 mét", "nước dâng 1 mét rồi") == [
        ("", "nước dâng"),
        ("removed", "5 mét"),
        ("added", "1 mét rồi"),
    ]


def test_syllables_are_the_unit():
    assert kinds("Cầu đã sập rồi đó", "Cầu đã sấp rồi đó")[1:3] == [
        ("removed", "sập"),
        ("added", "sấp"),
    ]


def test_long_unchanged_parts_are_folded_around_the_change():
    found = difference(f"{LONG} năm {LONG}", f"{LONG} sáu {LONG}")
    assert [p.kind for p in found] == ["folded", "", "removed", "added", "", "folded"]
    assert len(found[1].text.split()) == CONTEXT
    assert len(found[0].text.split()) == 60 - CONTEXT


def test_a_paragraph_put_in_leaves_the_others_alone():
    found = kinds("Một\nHai\nBa", "Một\nMới tinh\nHai\nBa")
    assert found == [("", "Một"), ("added", "\nMới tinh"), ("", "\nHai\nBa")]


def test_the_same_twice_is_one_fold_and_nothing_is_nothing():
    assert [p.kind for p in difference(LONG, LONG)] == ["folded"]
    assert difference("", "") == ()
    assert kinds("", "mới") == [("added", "mới")]
    assert counts(difference("", "mới tinh")) == (2, 0)


@given(old=texts, new=texts)
def test_both_texts_can_be_read_from_it(old, new):
    found = difference(old, new)
    before = " ".join(p.text for p in found if p.kind != "added")
    after = " ".join(p.text for p in found if p.kind != "removed")
    assert re.findall(r"\S+", before) == old.split()
    assert re.findall(r"\S+", after) == new.split()


@pytest.mark.parametrize("between", [" ", "\n"])
@pytest.mark.parametrize("length", [180, 2_000, 100_000])
def test_hostile_texts_take_bounded_time(between, length):
    old = between.join("ab"[n % 2 == 0] for n in range(length))
    new = between.join("ba"[n % 3 == 0] for n in range(length))
    began = time.monotonic()
    difference(old, new)
    assert time.monotonic() - began < 3
