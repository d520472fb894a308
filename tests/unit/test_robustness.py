import random
import unicodedata

import pytest

from benchmarks.robustness import WAYS
from nlp.normalise import normalise

TEXT = "Thằng đó ngu không ai bằng, người gì mà được việc chi đâu"


@pytest.mark.parametrize("name", WAYS)
def test_each_way_changes_a_text_and_is_the_same_again(name: str) -> None:
    made = [WAYS[name](TEXT, random.Random(3)) for _ in range(2)]
    assert made[0] == made[1] != TEXT


@pytest.mark.parametrize("name", ["look-alike letters", "decomposed (NFD)"])
def test_odd_letters_are_normalised_away(name: str) -> None:
    made = WAYS[name](TEXT, random.Random(3))
    assert normalise(made).text == unicodedata.normalize("NFC", TEXT)
