"""One convention for tone marks: `hòa`, `thúy`, `khỏe`, as the gazetteers print.

In open syllables with oa, oe and uy the mark stands on the first vowel; everywhere
else on the main vowel (`hoàn`, `thuyền`, `quý`). Each change swaps the marks of two
neighbours, so the text keeps its length.
"""

import re
import unicodedata

TONES = "\u0300\u0301\u0303\u0309\u0323"


def _with_tones(vowels: str) -> str:
    return "".join(
        unicodedata.normalize("NFC", vowel + tone)
        for vowel in vowels + vowels.upper()
        for tone in TONES
    )


_END = r"(?![^\W\d_])"
_LAST_IS = r"(?:ch|nh|ng|[cmnpt])"
_WRONG = re.compile(
    "|".join(
        (
            # hoà -> hòa, khoẻ -> khỏe; thuý -> thúy unless after q
            f"[oO][{_with_tones('ae')}]{_END}",
            f"(?<![qQ])[uU][{_with_tones('y')}]{_END}",
            # hòan -> hoàn, xóay -> xoáy, hùynh -> huỳnh, qúy -> quý
            f"[{_with_tones('o')}][aAăĂeE](?={_LAST_IS}{_END}|[iyou]{_END})",
            f"[{_with_tones('u')}][yY](?={_LAST_IS}{_END}|[êÊ])",
            f"(?<=[qQ])[{_with_tones('u')}][yYaAeEiIơƠ]",
            # tíên -> tiến, thúê -> thuế, nứơc -> nước, múôn -> muốn
            f"[{_with_tones('iy')}][êÊ]",
            f"[{_with_tones('u')}][êÊơƠôÔâÂ]",
            f"[{_with_tones('ư')}][ơƠ]",
        )
    ),
    # Rimes are matched in either case; the onset decides nothing.
    re.IGNORECASE,
)


def _swap(match: re.Match[str]) -> str:
    first, second = (unicodedata.normalize("NFD", part) for part in match.group())
    tone = next(mark for mark in first + second if mark in TONES)
    bare_first = "".join(mark for mark in first if mark != tone)
    bare_second = "".join(mark for mark in second if mark != tone)
    if tone in first:
        bare_second += tone
    else:
        bare_first += tone
    swapped = (unicodedata.normalize("NFC", part) for part in (bare_first, bare_second))
    return "".join(swapped)


def place_tones(text: str) -> str:
    """Move misplaced tone marks; same length, same case, NFC in and out."""
    return text if text.isascii() else _WRONG.sub(_swap, text)
