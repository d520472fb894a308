"""Text of old encodings that was read as Latin-1: TCVN3, and UTF-8 read twice.

Both are mended only where the whole text shows it; a single odd letter is left alone.
"""

import re

from nlp.rewrite import Layer, rewrite

_TCVN3 = dict(
    zip(
        "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\xadøõö÷ùýúûüþ¡¢§£¤¥¦",
        "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
# Signs that stand inside words in TCVN3 and between words in all other text.
_TCVN3_SIGN = re.compile(
    r"(?<=[A-Za-z])[¸µ¶·¹»¼½¾¨©ª«¬®]|[®«¬©¨§][a-z]|(?<=[a-z])[Æ-ÌÎ-ÙÜÝÞ](?=[a-z])"
)
_UNICODE_ONLY = re.compile("[\u0102-\u01b0\u1ea0-\u1ef9]")
_TCVN3_LETTER = re.compile("[" + re.escape("".join(_TCVN3)) + "]")

# Read as Windows-1252, the bytes 80 to 9F became these signs.
_CP1252 = {
    sign: byte
    for byte in range(0x80, 0xA0)
    if (sign := bytes([byte]).decode("cp1252", "ignore"))
}
_NEXT = "\x80-\xbf" + "".join(map(re.escape, _CP1252))
_TWICE = re.compile(f"[\xc3-\xc6][{_NEXT}]|[\xe1\xe2][{_NEXT}]{{2}}|\xf0[{_NEXT}]{{3}}")
_FEWEST = 2
"""So many mended letters prove a text; one could be a quotation mark behind a name."""


def from_legacy(text: str) -> tuple[str, tuple[Layer, ...]]:
    """Mend a text of an old encoding; return it and the edits (none: as it was)."""
    if text.isascii():
        return text, ()
    for pattern, replace, is_sure in (
        (_TWICE, _decoded, _is_mojibake),
        (_TCVN3_LETTER, _from_tcvn3, _is_tcvn3),
    ):
        if is_sure(text):
            text, layer = rewrite(text, pattern, replace)
            return text, (layer,) if layer else ()
    return text, ()


def _is_mojibake(text: str) -> bool:
    found = _TWICE.findall(text)
    return len(found) >= _FEWEST and all(_letters(part) != part for part in found)


def _is_tcvn3(text: str) -> bool:
    if len(_TCVN3_SIGN.findall(text)) < _FEWEST:
        return False
    return _UNICODE_ONLY.search(text) is None


def _from_tcvn3(match: re.Match[str]) -> str:
    return _TCVN3[match.group()]


def _decoded(match: re.Match[str]) -> str:
    return _letters(match.group())


def _letters(part: str) -> str:
    raw = bytes(_CP1252.get(sign, ord(sign)) for sign in part)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return part
