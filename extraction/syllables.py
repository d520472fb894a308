"""How much of a text is spelled like Vietnamese."""

import re
import unicodedata

_ONSET = "(?:ngh|ng|nh|gh|gi|kh|ch|ph|th|tr|qu|b|c|d|đ|g|h|k|l|m|n|p|q|r|s|t|v|x)?"
_VOWEL = (
    "(?:uyê|uya|uyu|yêu|iêu|oai|oay|oao|oeo|uây|uôi|ươi|ươu|iê|yê|ia|ya|ua|ưa|uô|ươ|"
    "uê|uy|uơ|uâ|oa|oă|oe|oo|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|"
    "a|ă|â|e|ê|i|o|ô|ơ|u|ư|y)"
)
_CODA = "(?:ch|nh|ng|c|m|n|p|t)?"
_SYLLABLE = re.compile(f"{_ONSET}{_VOWEL}{_CODA}")
_WORD = re.compile(r"[^\W\d_](?:[^\s<>.,;:!?()\"“”'’/|\d-])*")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ENOUGH = 400
"""Words that settle a page; more cost time, fewer leave it to its menu."""


def spelled(text: str) -> tuple[int, int]:
    """Return how many words with letters beyond ASCII are spelled well, of how many.

    A word is spelled well if it is one syllable of Vietnamese with one tone at most.
    """
    words = [word for word in _WORD.findall(text) if not word.isascii()][:_ENOUGH]
    return sum(map(_is_syllable, words)), len(words)


def is_spelled(text: str) -> bool:
    """Tell whether every word is one syllable of Vietnamese, marks or not."""
    words = text.replace("-", " ").replace(",", " ").split()
    return bool(words) and all(map(_is_syllable, words))


def _is_syllable(word: str) -> bool:
    split = unicodedata.normalize("NFD", word.lower())
    toneless = "".join(sign for sign in split if sign not in _TONES)
    if len(split) - len(toneless) > 1:
        return False
    return bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", toneless)))
