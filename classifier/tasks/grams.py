"""Runs of letters and of words in many texts at once, as 64-bit names, in plain numpy.

A gram is known by the hash of its characters alone. That makes cutting fast (no string
is made for any gram), and a model kept this way holds no word of the texts it learned
from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Names = NDArray[np.uint64]
Places = NDArray[np.int64]

_SPACE = 32
_BASE = np.uint64(0x9E3779B97F4A7C15)
"""Any odd number: only those can be undone modulo 2⁶⁴, which `_between` needs."""
_UNDO = np.uint64(pow(int(_BASE), -1, 2**64))


@dataclass(frozen=True, slots=True)
class Grams:
    """Grams found: name, text they stand in, and characters `start` to `end` of it."""

    names: Names
    rows: Places
    starts: Places
    ends: Places


@dataclass(frozen=True, slots=True)
class Strip:
    """Texts laid end to end, each with a space at either end, runs of spaces as one.

    `rows` and `places` say of each character which text it is of and where it stands
    there (the space before the text at -1).
    """

    codes: NDArray[np.uint32]
    rows: Places
    places: Places
    sums: Names
    undo: Names


def strip_of(texts: Sequence[str]) -> Strip:
    """Lay texts end to end."""
    padded = [f" {text} " for text in texts]
    lengths = np.asarray([len(text) for text in padded], np.int64)
    joined = "".join(padded)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    classes = _classes(codes)
    codes = np.where(classes == _BLANK, np.uint32(_SPACE), codes)
    rows = np.repeat(np.arange(len(texts)), lengths)
    places = (
        np.arange(len(codes)) - np.repeat(np.cumsum(lengths) - lengths, lengths) - 1
    )
    blank = codes == _SPACE
    kept = np.ones(len(codes), bool)
    kept[1:] = ~(blank[1:] & blank[:-1] & (rows[1:] == rows[:-1]))
    codes, rows, places = codes[kept], rows[kept], places[kept]
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(
        _mixed(codes.astype(np.uint64)) * _powers(_BASE, len(codes)), out=sums[1:]
    )
    return Strip(codes, rows, places, sums, _powers(_UNDO, len(codes)))


def letter_grams(strip: Strip, sizes: range) -> Iterator[Grams]:
    """Yield runs of `sizes` characters that lie in one word and its edges."""
    spaces = np.cumsum(strip.codes == _SPACE)
    for size in sizes:
        starts = np.arange(len(strip.codes) - size + 1)
        lasts = starts + size - 1
        inside = spaces[lasts - 1] == spaces[starts]
        whole = inside & (strip.rows[starts] == strip.rows[lasts])
        yield _grams(strip, starts[whole], lasts[whole] + 1, size)


def word_grams(strip: Strip, sizes: range) -> Iterator[Grams]:
    """Yield runs of `sizes` words or signs (any one character beside words)."""
    starts, ends = words(strip)
    named = _between(strip, starts, ends)
    for size in sizes:
        count = max(len(starts) - size + 1, 0)
        names = np.zeros(count, np.uint64)
        for step in range(size):
            names = _mixed(names + named[step : step + count] + np.uint64(step + 1))
        first, last = starts[:count], ends[size - 1 :] - 1
        whole = strip.rows[first] == strip.rows[last]
        first, last = first[whole], last[whole]
        yield Grams(
            names[whole],
            strip.rows[first],
            strip.places[first],
            strip.places[last] + 1,
        )


def words(strip: Strip) -> tuple[Places, Places]:
    """Return where words and signs begin and end in the strip."""
    classes = _classes(strip.codes)
    word = classes == _LETTER
    before = np.concatenate([[False], word[:-1]])
    after = np.concatenate([word[1:], [False]])
    sign = classes == _SIGN
    starts = np.flatnonzero((word & ~before) | sign)
    ends = np.flatnonzero((word & ~after) | sign) + 1
    return starts, ends


def _grams(strip: Strip, starts: Places, ends: Places, size: int) -> Grams:
    names = _mixed(_between(strip, starts, ends) + np.uint64(size))
    return Grams(
        names,
        strip.rows[starts],
        np.maximum(strip.places[starts], 0),
        strip.places[ends - 1] + 1,
    )


def _between(strip: Strip, starts: Places, ends: Places) -> Names:
    """Return the hash of each stretch, the same wherever in the strip it stands."""
    found: Names = (strip.sums[ends] - strip.sums[starts]) * strip.undo[starts]
    return found


def _mixed(numbers: Names) -> Names:
    """Scatter numbers over 64 bits (the end of SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _powers(base: np.uint64, count: int) -> Names:
    powers = np.full(count, base, np.uint64)
    if count:
        powers[0] = 1
    return np.cumprod(powers)


_BLANK, _LETTER, _SIGN = 0, 1, 2


_PLANE = 0x10000


@lru_cache(maxsize=1)
def _class_table() -> NDArray[np.uint8]:
    """Return the class of every character below `_PLANE`; those above are signs."""
    signs = map(chr, range(_PLANE))
    table = np.fromiter(map(_class, signs), np.uint8, _PLANE)
    return np.append(table, np.uint8(_SIGN))


def _class(sign: str) -> int:
    if sign.isspace():
        return _BLANK
    return _LETTER if sign.isalnum() or sign == "_" else _SIGN


def _classes(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return _class_table()[np.minimum(codes, _PLANE)]
