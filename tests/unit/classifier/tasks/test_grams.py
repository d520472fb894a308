"""Grams are what slicing strings would give, wherever a text stands in a batch."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifier.tasks.grams import letter_grams, strip_of, word_grams

TEXTS = st.lists(st.text("abcđ ,!\n😀ấ_1", max_size=20), min_size=1, max_size=6)


def slices(texts, grams):
    """Return (row, characters) of every gram."""
    found = []
    for row, start, end in zip(
        grams.rows.tolist(), grams.starts.tolist(), grams.ends.tolist(), strict=True
    ):
        found.append((row, texts[row][start:end]))
    return found


@given(TEXTS, st.integers(1, 3))
def test_words_and_signs_in_a_row(texts, size) -> None:
    (grams,) = word_grams(strip_of(texts), range(size, size + 1))
    wanted = []
    for row, text in enumerate(texts):
        cut = list(re.finditer(r"\w+|[^\w\s]", text))
        wanted += [
            (row, text[first.start() : last.end()])
            for first, last in zip(cut, cut[size - 1 :], strict=False)
        ]
    assert slices(texts, grams) == wanted


@given(TEXTS, st.integers(2, 5))
def test_letters_of_a_word_and_its_edges(texts, size) -> None:
    (grams,) = letter_grams(strip_of(texts), range(size, size + 1))
    wanted = 0
    for text in texts:
        for word in text.split():
            wanted += max(len(word) + 2 - size + 1, 0)
    assert len(grams.names) == wanted
    assert all(not re.search(r"\S\s+\S", part) for _, part in slices(texts, grams))


@given(TEXTS)
def test_equal_grams_have_equal_names_wherever_they_stand(texts) -> None:
    together = [*letter_grams(strip_of(texts), range(2, 6))]
    for row, text in enumerate(texts):
        alone = [*letter_grams(strip_of([text]), range(2, 6))]
        for many, few in zip(together, alone, strict=True):
            assert np.array_equal(many.names[many.rows == row], few.names)


@given(TEXTS)
def test_different_grams_have_different_names(texts) -> None:
    names: dict[str, int] = {}
    for grams in word_grams(strip_of(texts), range(1, 3)):
        cut = slices(texts, grams)
        for (_, part), name in zip(cut, grams.names.tolist(), strict=True):
            words = " ".join(re.findall(r"\w+|[^\w\s]", part))
            assert names.setdefault(words, name) == name
    assert len(set(names.values())) == len(names)
