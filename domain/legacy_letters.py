"""Letters of the encodings that Vietnamese text had before Unicode.

TCVN3 (ABC fonts), VNI and VISCII kept each letter in signs of Latin-1, so that a text
that was read as Latin-1 looks like “Tr­êng häc”, “Tröôøng hoïc” or “TrÜ¶ng h÷c”. The
tables map those signs to letters. Who reads bytes and who mends text share them.
"""

import re

TCVN3: dict[str, str] = dict(
    zip(
        "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\xadøõö÷ùýúûüþ¡¢§£¤¥¦",
        "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)

_VNI_MARKED = {
    "a": ("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ"),
    "e": ("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    "o": ("ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    "ô": ("ùøûõï", "ớờởỡợ"),
    "u": ("ùøûõï", "úùủũụ"),
    "ö": ("ùøûõï", "ứừửữự"),
    "y": ("ùøûõ", "ýỳỷỹ"),
}
_VNI_ALONE = dict(zip("ñíìæóòôöî", "đíìỉĩịơưỵ", strict=True))


def _vni() -> dict[str, str]:
    table = dict(_VNI_ALONE)
    for base, (marks, letters) in _VNI_MARKED.items():
        for mark, letter in zip(marks, letters, strict=True):
            table[base + mark] = letter
            table[base.upper() + mark] = letter.upper()
    capitals = {sign.upper(): letter.upper() for sign, letter in table.items()}
    return table | capitals


VNI: dict[str, str] = _vni()
"""Signs of VNI, one or two long; the longer ones must be tried first."""
VNI_SIGN = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))

VISCII: dict[str, str] = dict(
    zip(
        map(chr, range(0x80, 0x100)),
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
        "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
        strict=True,
    )
) | dict(zip("\x02\x05\x06\x14\x19\x1e", "ẲẴẪỶỸỴ", strict=True))

# Read as Windows-1252, the bytes 80 to 9F became these signs.
_CP1252 = {
    sign: byte
    for byte in range(0x80, 0xA0)
    if (sign := bytes([byte]).decode("cp1252", "ignore"))
}
_NEXT = "\x80-\xbf" + "".join(map(re.escape, _CP1252))
TWICE = re.compile(f"[\xc3-\xc6][{_NEXT}]|[\xe1\xe2][{_NEXT}]{{2}}|\xf0[{_NEXT}]{{3}}")
"""What one letter of UTF-8 became when its bytes were read as Latin-1 letters."""
TWICE_STARTS = (
    *(re.compile(f"{first}[{_NEXT}]") for first in "\xc3\xc4\xc5\xc6"),
    *(re.compile(f"{first}[{_NEXT}]{{2}}") for first in "\xe1\xe2"),
    re.compile(f"\xf0[{_NEXT}]{{3}}"),
)
"""The same by first letter: searched ten times as fast where nothing is found."""

UNICODE_ONLY = re.compile("[\u0102-\u01b0\u1ea0-\u1ef9]")
"""Letters of Vietnamese that Latin-1 has not: a text with them is no old encoding."""


def bytes_of(text: str) -> bytes:
    """Return the bytes that were read as Latin-1 or Windows-1252.

    Raises UnicodeEncodeError where the text holds other letters.
    """
    return b"".join(
        bytes([_CP1252[sign]]) if sign in _CP1252 else sign.encode("latin-1")
        for sign in text
    )


def read_once(part: str) -> str:
    """Return the letters behind a part that `TWICE` matched; else the part."""
    try:
        return bytes_of(part).decode("utf-8")
    except UnicodeError:
        return part
