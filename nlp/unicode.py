"""Odd characters made ordinary: composition, look-alikes, invisible signs, spaces."""

import re
import unicodedata

from domain.marks import cut_row, long_rows
from nlp.rewrite import Layer, rewrite

_SPACES = "\t\x0b\x0c\x1c-\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_BREAKS = "\r\x85\u2028\u2029"
_INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e01ef"
)
_MARKS = "\u0300-\u034e\u0350-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_STYLED = (
    "\u2460-\u24ff\uff01-\uff5e\U0001d400-\U0001d7ff\U0001f130-\U0001f149"
    "\U0001f150-\U0001f169\U0001f170-\U0001f189"
)
_FOREIGN = "\u0370-\u03ff\u0400-\u052f\u0131\u0251\u0261\u1d00-\u1d25"
_ODD = re.compile(
    f"[{_SPACES}{_BREAKS}{_INVISIBLE}{_MARKS}{_STYLED}{_FOREIGN}\u0340-\u0344"
    "\u212a\u212b\u2126]"
)

# Letters that look like the Latin letter beside them in the common fonts.
_LOOK_ALIKE = {
    **dict(zip("АВЕКМНОРСТУХІЈЅԚԜ", "ABEKMHOPCTYXIJSQW", strict=True)),
    **dict(zip("авекмнорстухіјѕԛԝһӏ", "abekmhopctyxijsqwhl", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("αεικνορτυχγω", "aeikvoptuxyw", strict=True)),
    **dict(zip("ıɑɡᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ", "iagacdejkmoptuvwz", strict=True)),
}
_SPACE = re.compile(f"[{_SPACES}]")
_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
_GONE = re.compile(f"[{_INVISIBLE}]+")
_STYLED_SIGN = re.compile(f"[{_STYLED}]")
_WORD = re.compile(rf"[^\W\d_][^\W_{_MARKS}]*(?:[{_MARKS}]|[^\W_])*")
_CLUSTER = re.compile(f"[^{_MARKS}][{_MARKS}]+|[\u0340-\u0344\u212a\u212b\u2126]")
_WHOLE = re.compile(r"[\s\S]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


def _plain_sign(match: re.Match[str]) -> str:
    """Return the ASCII letter or digit behind a styled sign, else the sign."""
    sign = match.group()
    if "\U0001f130" <= sign <= "\U0001f189":
        # Squared and circled capitals stand in rows of 26 at multiples of 32.
        return chr(ord("A") + (ord(sign) - 0x1F130) % 32)
    plain = unicodedata.normalize("NFKC", sign)
    # Enclosed numbers such as (1) or 20. are signs of their own, not letters.
    return plain if len(plain) == 1 else sign


def _latin_word(match: re.Match[str]) -> str:
    word = match.group()
    if word.isascii() or not _LATIN.search(word):
        return word
    return "".join(_LOOK_ALIKE.get(letter, letter) for letter in word)


def _composed(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match.group())


_PASSES = (
    (_BREAK, lambda _: "\n"),
    (_SPACE, lambda _: " "),
    (_GONE, lambda _: ""),
    (_STYLED_SIGN, _plain_sign),
    (_CLUSTER, _composed),
    (_WORD, _latin_word),
    (_CLUSTER, _composed),
)


def compose(text: str) -> tuple[str, tuple[Layer, ...]]:
    """Compose to NFC, letter by letter where that is enough."""
    if unicodedata.is_normalized("NFC", text):
        return text, ()
    layers = []
    passes = ((long_rows(), cut_row), (_CLUSTER, _composed), (_WHOLE, _composed))
    for pattern, replace in passes:
        text, layer = rewrite(text, pattern, replace)
        if layer:
            layers.append(layer)
    return text, tuple(layers)


def clean(text: str) -> tuple[str, tuple[Layer, ...]]:
    """Compose to NFC and make odd characters ordinary.

    Returns the text and one layer of edits per pass that changed something. Cyrillic
    and Greek letters become Latin only inside words that hold Latin letters too.
    """
    if text.isascii() and not _ODD.search(text):
        return text, ()
    layers: list[Layer] = []
    if _ODD.search(text):
        for pattern, replace in ((long_rows(), cut_row), *_PASSES):
            text, layer = rewrite(text, pattern, replace)
            if layer:
                layers.append(layer)
    text, composed = compose(text)
    return text, (*layers, *composed)


def _folded(code: int) -> str | None:
    letter = chr(code)
    base = unicodedata.normalize("NFD", letter)[0]
    low = base.lower()
    low = {"đ": "d", "ð": "d", "ø": "o", "ł": "l"}.get(low, low)
    # A letter whose small form is two characters would shift every offset behind it.
    return low[0] if low[0] != letter else None


_FOLD = {
    code: folded
    for code in (*range(0x41, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x1F00))
    if chr(code).isalpha() and (folded := _folded(code))
}


def fold(text: str) -> str:
    """Lower case without any mark, `đ` as `d`; as long as the text for NFC text."""
    return text.translate(_FOLD)


def is_marked(text: str) -> bool:
    """Tell whether the text is written with Vietnamese marks rather than without.

    Running Vietnamese carries marks on a quarter of its letters; one marked word in
    twenty letters is already a person who types marks.
    """
    marked = len(_MARKED.findall(text))
    return marked > 0 and marked * 20 >= sum(map(str.isalpha, text))


_MARKED = re.compile(
    "[\u00c0-\u00c3\u00c8-\u00ca\u00cc\u00cd\u00d2-\u00d5\u00d9\u00da\u00dd"
    "\u00e0-\u00e3\u00e8-\u00ea\u00ec\u00ed\u00f2-\u00f5\u00f9\u00fa\u00fd"
    "\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0"
    "\u1ea0-\u1ef9]"
)
