"""Whether a short post speaks from the capital: as of a town, and not of a street.

Every larger town has a street of the capital's name, so the name alone says nothing.
"""

import re

from nlp.place_hits import Hit

_BEFORE = re.compile(r"\b(?:o|tai|len|ve|tu|ra|den|toi|tren)\s$")
_AFTER = re.compile(
    r"\s?(?:oi\b|minh\b|(?:sang|trua|chieu|toi|dem|hom) (?:nay|qua)"
    r"|(?:may|\d+) hom nay|(?:dang |lai |vua |van )?(?:mua|nang|lanh|ret|ngap|suong"
    r"|mat (?:dien|nuoc)|dong dat))"
)
_STREET = re.compile(
    r"\b(?:ket xe|tac (?:duong|qua)|dong xe|vong xoay|bung binh|nga (?:tu|nam|sau)"
    r"|cau vuot|quan \d|q\.? ?\d|lan duong|den do|mat tien|duong|film|phim|sach)\b"
)
"""What a neighbour of the street, or a viewer of the battle, speaks of."""

_REACH = 12
"""Letters before the name that are looked at: a preposition."""


def is_lived_in(folded: str, hit: Hit) -> bool:
    """Tell it of a name in a text without marks.

    «o NAME co ai ban cam» and «NAME hom nay lanh qua» do.
    """
    if _STREET.search(folded):
        return False
    return bool(
        _BEFORE.search(folded, max(0, hit.start - _REACH), hit.start)
        or _AFTER.match(folded, hit.end)
    )
