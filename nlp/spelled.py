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


@lru_cache(maxsize=4_000)
def _joined(row: str, sep: str) -> str:
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
    found = sorted(_cuts(letters), key=_begun, reverse=True)
    if len(found) < 2 or len(found[0]) == 1:  # noqa: PLR2004 - no choice, or a syllable
        return found[0] if found else ()
    unsure = letters.isascii() or _insults().intersection(found[0])
    return () if unsure else found[0]


def _begun(words: tuple[str, ...]) -> tuple[int, int]:
    """Rank a cut: few syllables, then many consonants before vowels."""
    begun = sum(len(fold(word)) - len(_ONSET.sub("", fold(word))) for word in words)
    return -len(words), begun


def _cuts(letters: str) -> Iterator[tuple[str, ...]]:
    if not letters:
        yield ()
    for end in range(2, min(_LONGEST, len(letters)) + 1):
        if _is_syllable(letters[:end]):
            for rest in _cuts(letters[end:]):
                yield (letters[:end], *rest)


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
