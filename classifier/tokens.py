"""Texts cut into syllables, with everything made of digits masked by its shape.

Numbers are masked so that a model learns «a telephone number stands here» and never
the number: made-up numbers in a corpus look alike in ways real ones do not.
"""

import re
from dataclasses import dataclass

from nlp.unicode import fold

_TOP = (
    "com|vn|net|org|info|top|xyz|cc|me|club|shop|site|vip|online|io|ly|live|app|link"
    "|store|win|bet|fun|pro|asia|tv|gg"
)
_MONEY = (
    "k|tr|triệu|trieu|củ|cu|tỷ|tỉ|ty|ti|nghìn|ngàn|nghin|ngan|đồng|dong|đ|vnđ|vnd"
    "|usd|đô|do|lít|lit|cành|canh|xị"
)
_PART = r"[\w-]{1,63}"
"""Of a host's name, which allows no more. Without an end a row of dashes or of letters
with dots between is read again from each of its signs: minutes for one hostile post."""
_TOKEN = re.compile(
    rf"""
      (?P<LINK>https?://\S+|www\.\S+|\b{_PART}(?:\.{_PART}){{0,8}}\.(?:{_TOP})\b(?:/\S*)?)
    | (?P<MAIL>[\w.+-]{{1,64}}@{_PART}\.[\w.-]+)
    | (?P<PERCENT>\d[\d.,]{{0,20}}\s?(?:%|phần\străm|phan\stram))
    | (?P<MONEY>
        (?<!\w)\d{{1,20}}(?:[.,]\d{{1,20}}){{0,8}}\s?(?:{_MONEY})
        (?:\d+|(?=[^\w]|$))(?:k\b)?
      )
    | (?P<PHONE>(?<!\w)(?:\+?84|0)(?:[\s.-]?[\dx*]){{8,9}}(?!\w))
    | (?P<YEARS>\b(?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d\b)
    | (?P<THOUSANDS>
        (?<![\w.,])[1-9]\d{{0,2}}(?:(?:\.\d{{3}})+|(?:,\d{{3}})+)(?!\w|[.,-]\d)
      )
    | (?P<IDNUM>(?<!\w)\d(?:[\s.-]?[\dx*]){{7,15}}(?!\w))
    | (?P<DATE>\b\d{{1,2}}[/-]\d{{1,2}}(?:[/-]\d{{2,4}})?\b)
    | (?P<TIME>\b\d{{1,2}}\s?(?:h|giờ|gio|:\d\d|g)(?:\d{{0,2}})\b)
    | (?P<NUMBER>\d+(?:[.,]\d+)*)
    | (?P<word>[^\W\d_]+)
    | (?P<sign>[!?]+|["“”«»]|[\U0001f300-\U0001faff\u2600-\u27bf])
    """,
    re.VERBOSE,
)
_STRETCH = re.compile(r"([^\W\d_])\1{2,}")


@dataclass(frozen=True, slots=True)
class Token:
    """A syllable, sign or masked number at `start` to `end` of the text cut.

    `form` is in lower case with its marks, `folded` without; masks are in capitals.
    """

    start: int
    end: int
    form: str
    folded: str
    kind: str


def tokenise(text: str) -> list[Token]:
    """Cut a text (NFC) into tokens; stretched letters («quáaaa») are shortened."""
    tokens = []
    for match in _TOKEN.finditer(text.lower()):
        kind = match.lastgroup or ""
        form = match.group()
        if kind == "word":
            form = _STRETCH.sub(r"\1", form)
            tokens.append(Token(match.start(), match.end(), form, fold(form), kind))
        elif kind == "sign":
            tokens.append(Token(match.start(), match.end(), form[0], form[0], kind))
        else:
            kind, shape = _shape(kind, form)
            tokens.append(Token(match.start(), match.end(), shape, shape, kind))
    return tokens


def _shape(kind: str, form: str) -> tuple[str, str]:
    """Return kind and mask; «2008-2009» and «510.100.000» are nobody's papers."""
    match kind:
        case "YEARS":
            return "NUMBER", "YEAR"
        case "THOUSANDS":
            return "NUMBER", "NUMBER"
        case "NUMBER":
            return kind, _number_shape(form)
        case _:
            return kind, kind


def _number_shape(form: str) -> str:
    digits = sum(sign.isdigit() for sign in form)
    if digits == 4 and form[:2] in {"19", "20"}:  # noqa: PLR2004 - a year has four
        return "YEAR"
    return {1: "NUMBER1", 2: "NUMBER2"}.get(digits, "NUMBER")
