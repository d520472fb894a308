"""Facts about a text's shape: length, signs, numbers, manner and lexicons met."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from math import log2

import numpy as np

from classifier.features import see
from classifier.tasks.grams import Grams
from domain.labels import PostKind
from nlp.normalise import Normalised
from nlp.unicode import is_marked

_COUNTED = {"?": 3, "!": 3, ".": 8, ",": 8, "\n": 3}
"""Signs counted, up to so many: more than that tells no more and is seldom seen."""


def facts_of(normal: Normalised) -> list[str]:
    """Return the facts that hold, each a word or two."""
    text = normal.original
    seen = see(text, PostKind.COMMENT, normal.text)
    return [*seen.facts, *_shape(text, normal.text, len(seen.tokens))]


def _shape(text: str, standard: str, tokens: int) -> Iterator[str]:
    words = standard.split()
    letters = sum(map(len, words)) / max(len(words), 1)
    changed = sum(a != b for a, b in zip(text.lower().split(), words, strict=False))
    yield f"length {min(int(2 * log2(1 + tokens)), 16)}"
    yield f"marked {is_marked(text)}"
    yield f"changed {min(int(4 * changed / max(len(words), 1)), 3)}"
    yield f"letters {int(2 * letters)}"
    yield f"numbers {min(sum(w[0].isdigit() for w in words), 4)}"
    for sign, most in _COUNTED.items():
        yield f"count {sign!r} {min(text.count(sign), most)}"


def line_grams(texts: Sequence[str]) -> Iterator[Grams]:
    """Yield each line of each text as a gram; lines stand for no place in a text."""
    lines = [text.split("\n") for text in texts]
    counts = [len(part) for part in lines]
    names = np.asarray([_name(line) for part in lines for line in part], np.uint64)
    nowhere = np.zeros(len(names), np.int64)
    yield Grams(names, np.repeat(np.arange(len(texts)), counts), nowhere, nowhere)


@lru_cache(maxsize=10_000)
def _name(line: str) -> int:
    return int.from_bytes(blake2b(line.encode(), digest_size=8).digest(), "big")
