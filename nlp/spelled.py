"""Words written letter by letter, joined again: `n.g.u`, `đ ị t`, `c.ọ.c t.i.ề.n`.

Any Vietnamese syllable is joined, not insults alone: whoever hides a word from filters
hides «cọc» and «đốt» too. Rows that spell no syllable are initials, alphabets, puzzles.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from nlp.language import syllables
from nlp.rewrite import Layer, rewrite
from nlp.teencode import protected_spans
from nlp.tones import TONES
from nlp.unicode import fold

_ROW = re.compile(
    r"(?<![^\W_])[^\W\d_](?P<sep>[ .*_-]{1,2})[^\W\d_](?![^\W_])"
    r"(?:(?P=sep)[^\W\d_](?![^\W_]))*"
)
_ALONE = frozenset("aàáảạâăeêéếềiíìoôơờởồổuúùủưừyýỳ")
"""Vowels that are words, calls or chat forms by themselves: «k ở» is no syllable."""
_NEVER_CHAT = frozenset("dglpqx")
"""Consonants that stand for no word in chats, so that «l à» can only be «là»."""
_MARKED = re.compile("[^\x00-\x7f]")
_TONED = re.compile("[^\x00-\x7fĐÔƠƯÊÂĂđôơưêâă]")
_STOPS = ("c", "ch", "p", "t")
_RISING_OR_HEAVY = frozenset("\u0301\u0323")
_MISSPELT = re.compile(r"k[aou]|c[eiy]|n?gh[aouy]|n?ge|ngi|q[^u]")
_ONSET = re.compile("^[bcdghklmnpqrstvx]+")
_LONGEST = 7
"""Letters of the longest syllable, «nghiêng»."""
_REMEMBERED = 80
"""Characters of a row that is remembered with its answer; more than a real one has."""
_SURELY = 3
"""Letters of a row above which one may be left over, a chat form beside the word; with
fewer, letters of an alphabet would be words by chance."""


def join_split(text: str) -> tuple[str, Layer]:
    """Join words written letter by letter.

    The row of letters must be syllables and nothing more, but for one letter before
    or behind. In capitals only what carries a mark is joined: «L.T.C» are initials.
    """
    if _ROW.search(text) is None:
        return text, ()
    closed = protected_spans(text)

    def joined(match: re.Match[str]) -> str:
        row = match.group()
        if any(start <= match.start() < end for start, end in closed):
            return row
        return _joined(row, match["sep"])

    return rewrite(text, _ROW, joined)


def _joined(row: str, sep: str) -> str:
    # Long rows are not remembered: thousands of them would fill memory.
    return (_short_row if len(row) <= _REMEMBERED else _row)(row, sep)


def _row(row: str, sep: str) -> str:
    letters = row[:: len(sep) + 1]
    if not _is_spelled(letters, sep):
        return row
    whole = len(letters)
    kept = [(0, whole)]
    if whole > _SURELY and not letters.isascii():
        kept += [(0, whole - 1), (1, whole)]
    for start, end in kept:
        if words := _words(letters[start:end].lower()):
            parts = [letters[:start], *_cased(words, letters[start:]), letters[end:]]
            return " ".join(filter(None, parts))
    return row


_short_row = lru_cache(maxsize=4_000)(_row)


def _is_spelled(letters: str, sep: str) -> bool:
    """Tell a row that may be words from initials and from chat forms side by side."""
    rest = letters[1:]
    if rest != rest.lower():
        sure = _TONED if len(letters) <= _SURELY else _MARKED
        return letters.isupper() and bool(sure.search(rest))
    if len(rest) == 1 and (" " in sep or letters[0].isupper()):
        return rest not in _ALONE or letters[0] in _NEVER_CHAT
    return True


def _cased(words: tuple[str, ...], letters: str) -> Iterator[str]:
    place = 0
    for word in words:
        yield letters[place : place + len(word)]
        place += len(word)


def _words(letters: str) -> tuple[str, ...]:
    """Return the syllables that the letters are, or none.

    Where they can be cut in several ways, the cut that begins syllables with most
    consonants is taken; but never one that finds an insult, nor any without marks.
    """
    if letters in _insults():
        return (letters,)
    words, several = _best_cut(letters)
    if not several or len(words) == 1:
        return words
    unsure = letters.isascii() or _insults().intersection(words)
    return () if unsure else words


def _best_cut(letters: str) -> tuple[tuple[str, ...], bool]:
    """Return the cut of few syllables, then many consonants before vowels.

    And whether there are others. Of equals the first syllable is the shortest. From the
    end, a rank for each place: rows can be cut in more ways than could be listed.
    """
    best: dict[int, tuple[tuple[int, int], int]] = {len(letters): ((0, 0), 0)}
    several: set[int] = set()
    for start in range(len(letters) - 2, -1, -1):
        ends = range(start + 2, min(start + _LONGEST, len(letters)) + 1)
        found = [
            (_joined_rank(letters[start:end], best[end][0]), end)
            for end in ends
            if end in best and _is_syllable(letters[start:end])
        ]
        if found:
            best[start] = max(found, key=lambda pair: pair[0])
            if len(found) > 1 or found[0][1] in several:
                several.add(start)
    if 0 not in best:
        return (), False
    words = []
    start = 0
    while start < len(letters):
        end = best[start][1]
        words.append(letters[start:end])
        start = end
    return tuple(words), 0 in several


def _joined_rank(word: str, rest: tuple[int, int]) -> tuple[int, int]:
    begun = len(word) - len(_ONSET.sub("", fold(word)))
    return rest[0] - 1, rest[1] + begun


@lru_cache(maxsize=1)
def _insults() -> frozenset[str]:
    text = files("nlp").joinpath("data", "split_insults.txt").read_text("utf-8")
    lines = (line for line in text.split("\n") if not line.startswith("#"))
    return frozenset(line for line in lines if line)


@lru_cache(maxsize=8_000)
def _is_syllable(word: str) -> bool:
    folded = fold(word)
    if folded not in syllables() or _MISSPELT.match(folded):
        return False
    tones = [mark for mark in unicodedata.normalize("NFD", word) if mark in TONES]
    if folded.endswith(_STOPS) and tones:
        return len(tones) == 1 and tones[0] in _RISING_OR_HEAVY
    return len(tones) <= 1
