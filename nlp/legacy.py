"""Text of old encodings that was read as Latin-1: TCVN3, VNI, and UTF-8 read twice.

All are mended only where the whole text shows it; a single odd letter is left alone.
"""

import re

from domain.legacy_letters import TCVN3, TWICE, UNICODE_ONLY, VNI, VNI_SIGN, read_once
from nlp.rewrite import Layer, rewrite

# Signs that stand inside words in TCVN3 and between words in all other text.
_TCVN3_SIGN = re.compile(
    r"(?<=[A-Za-z])[¸µ¶·¹»¼½¾¨©ª«¬®]|[®«¬©¨§][a-z]|(?<=[a-z])[Æ-ÌÎ-ÙÜÝÞ](?=[a-z])"
)
_TCVN3_LETTER = re.compile("[" + re.escape("".join(TCVN3)) + "]")
# Two vowels in a row of which the second bears a mark that only VNI puts there.
_VNI_MARK = re.compile(r"[aeouyAEOUYôöÔÖ][ùøûõïåäëüÙØÛÕÏÅÄËÜ]|ñ[aeouöô]|[öô][ùøûõï]")
_FEWEST = 2
"""So many mended letters prove a text; one could be a quotation mark behind a name."""
_FEWEST_VNI = 3
"""As above; more, since French and German have some of VNI's pairs."""


def from_legacy(text: str) -> tuple[str, tuple[Layer, ...]]:
    """Mend a text of an old encoding; return it and the edits (none: as it was)."""
    if text.isascii():
        return text, ()
    for pattern, replace, is_sure in (
        (TWICE, _decoded, _is_mojibake),
        (_TCVN3_LETTER, _from_tcvn3, _is_tcvn3),
        (VNI_SIGN, _from_vni, _is_vni),
    ):
        if is_sure(text):
            text, layer = rewrite(text, pattern, replace)
            return text, (layer,) if layer else ()
    return text, ()


def _is_mojibake(text: str) -> bool:
    found = TWICE.findall(text)
    return len(found) >= _FEWEST and all(read_once(part) != part for part in found)


def _is_tcvn3(text: str) -> bool:
    if len(_TCVN3_SIGN.findall(text)) < _FEWEST:
        return False
    return UNICODE_ONLY.search(text) is None


def _is_vni(text: str) -> bool:
    if len(_VNI_MARK.findall(text)) < _FEWEST_VNI:
        return False
    return UNICODE_ONLY.search(text) is None


def _from_tcvn3(match: re.Match[str]) -> str:
    return TCVN3[match.group()]


def _from_vni(match: re.Match[str]) -> str:
    return VNI[match.group()]


def _decoded(match: re.Match[str]) -> str:
    return read_once(match.group())
