"""Folding and tokenising, the same for what is indexed and what is typed.

A token has two forms. `folded` is lower case without any mark, `đ` as `d`: this is
what is matched. `exact` keeps the marks, with the tone mark moved to the end of the
syllable so that `hòa` and `hoà` are one: this is what ranks higher.

`nlp.unicode.fold` keeps the length of an NFC text and gives one form; an index needs
both forms, of text in any composition, so it folds word by word. The tokens of an index
are made with this module: a change needs a new `document.VERSION`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from nlp.unicode import clean

_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_TOKEN = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}]|[{_INVISIBLE}]+(?=[^\W_]))*")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_SPACES = re.compile(r"\s+")

MAX_TOKEN = 64
"""Characters of a token that count. Larger lets a text without spaces fill the index
with keys of its own length; smaller would confuse long host names."""


class Token(NamedTuple):
    """A word of a text: `text[start:end]` and its two forms."""

    start: int
    end: int
    folded: str
    exact: str


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of a text in order, with places in the text as it is."""
    for found in _TOKEN.finditer(text):
        folded, exact = _forms(found.group()[: 4 * MAX_TOKEN])
        if folded:
            yield Token(found.start(), found.end(), folded, exact)


def forms(text: str) -> tuple[list[str], list[str]]:
    """Return the folded and the exact forms of all words, in order."""
    pairs = [_forms(word[: 4 * MAX_TOKEN]) for word in _TOKEN.findall(text)]
    return [p[0] for p in pairs if p[0]], [p[1] for p in pairs if p[0]]


def fold(text: str) -> str:
    """Return a value folded as a whole, for keywords: spaces and punctuation stay."""
    bare = "".join(c for c in _decomposed(text) if not unicodedata.combining(c))
    return _SPACES.sub(" ", _undashed(bare)).strip()


@lru_cache(maxsize=65_536)
def _forms(word: str) -> tuple[str, str]:
    plain: list[str] = []
    marked: list[str] = []
    tones: list[str] = []
    for char in _decomposed(clean(word)[0]):
        if char.isalnum():
            plain.append(char)
            marked.append(char)
        elif char in _TONES:
            tones.append(char)
        elif unicodedata.combining(char):
            marked.append(char)
    folded = _undashed("".join(plain))[:MAX_TOKEN]
    return folded, "".join([*marked[:MAX_TOKEN], *tones[:2]])


def _decomposed(text: str) -> str:
    # Ð/ð (eth) stands for Đ/đ in texts that went through old Vietnamese code pages.
    lowered = unicodedata.normalize("NFKC", text).casefold().replace("ð", "đ")
    return unicodedata.normalize("NFD", lowered)


def _undashed(text: str) -> str:
    return text.replace("đ", "d")
