"""Social-media text to standard text, with a way back to the original's offsets."""

import re
import unicodedata
from dataclasses import dataclass

from nlp.legacy import from_legacy
from nlp.rewrite import Layer, apply, to_old
from nlp.spelled import join_split
from nlp.teencode import expand, protected_spans
from nlp.tones import place_tones
from nlp.unicode import clean, compose, fold

_MAX_ROUNDS = 16
"""A pass may uncover work for an earlier one (`k.o.o` …), and in a row of lone letters
each round settles the outermost. Real text needs two rounds; fewer leave long rows half
done, more only serve those who type a letter ten thousand times."""
_LONG = 20_000
"""Characters of a text that gets all the rounds. Of longer ones so much fewer are done
that a row of lone letters takes no more time; larger holds the worker up."""
_FEWEST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` is the standard form of `original`; `layers` lead back, last one first."""

    text: str
    original: str
    layers: tuple[Layer, ...] = ()

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Map a stretch of `text` to the smallest covering stretch of `original`."""
        for layer in reversed(self.layers):
            start, end = to_old(layer, start, end)
        return min(start, len(self.original)), min(end, len(self.original))


def normalise(text: str, *, social: bool = True) -> Normalised:
    """Return the standard form: idempotent, equal for NFC and NFD input.

    `social=False`, for press text, leaves repeated letters, chat spellings and
    spelled words alone and only mends characters and tone marks.
    """
    layers: list[Layer] = []
    now = text
    rounds = _MAX_ROUNDS * _LONG // max(_LONG, len(text))
    for _ in range(max(_FEWEST_ROUNDS, rounds)):
        new, found = _once(now, social=social)
        layers += found
        if new == now:
            break
        now = new
    return Normalised(now, text, tuple(layers))


def _once(text: str, *, social: bool) -> tuple[str, list[Layer]]:
    # Composed first: old encodings are told by letters, however those are stored.
    text, composed = compose(text)
    text, legacy = from_legacy(text)
    text, cleaned = clean(text)
    text = place_tones(text)
    layers = [*composed, *legacy, *cleaned]
    if social:
        for change in (join_split, shorten, expand):
            text, layer = change(text)
            if layer:
                layers.append(layer)
    return text, layers


_DOUBLE = re.compile(r"([a-np-z])\1|ooo")
_THREE = re.compile(r"([a-z])\1\1")
_ROMAN = frozenset("IVXLCDM")


def shorten(text: str) -> tuple[str, Layer]:
    """Shorten drawn-out words: `quáaaa` to `quá`, `đâuu` to `đâu`.

    A doubled letter goes only from words that carry Vietnamese marks, which never
    double a letter but o; English words, Roman numbers, addresses and laughter (`kkk`)
    stay, the last shortened to three letters.
    """
    folded = fold(text)
    if len(folded) != len(text):
        return text, ()
    closed: list[tuple[int, int]] | None = None
    edits = []
    done = 0
    for double in _DOUBLE.finditer(folded):
        if double.start() < done:
            continue
        start = _edge(folded, double.start(), -1)
        done = end = _edge(folded, double.end() - 1, 1) + 1
        short = _short(text[start:end], folded[start:end])
        if short == text[start:end]:
            continue
        closed = protected_spans(text) if closed is None else closed
        if not any(left < end and start < right for left, right in closed):
            edits.append((start, end, short))
    return apply(text, edits)


def _edge(folded: str, position: int, step: int) -> int:
    """Return the last letter of the word at `position` in that direction."""
    while 0 <= position + step < len(folded) and folded[position + step].isalpha():
        position += step
    return position


def _short(word: str, folded: str) -> str:
    if len(set(folded)) == 1:
        return word[:3]
    if set(word) <= _ROMAN:
        return word
    if _THREE.search(folded):
        word, folded = _collapse(word, folded, _DRAWN)
    if word.lower() != folded:
        word, folded = _collapse(word, folded, _TWICE)
    return word


_DRAWN = re.compile(r"([a-z])\1{2,}")
_TWICE = re.compile(r"([a-np-z])\1+")


def _collapse(word: str, folded: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """Keep one letter of each run: the first that carries a mark, else the first."""
    new = ""
    done = 0
    for run in pattern.finditer(folded):
        letters = word[run.start() : run.end()]
        best = max(letters, key=_marks)
        new += word[done : run.start()] + best
        done = run.end()
    new += word[done:]
    return new, fold(new)


def _marks(letter: str) -> int:
    return len(unicodedata.normalize("NFD", letter)) + (letter in "đĐ")
