"""Endless rows of combining marks, cut short before anything normalises them.

Normalising sorts the marks of a letter in quadratic time, in one call that nothing can
interrupt: a page of a million marks would hold a crawler or a worker for hours.
"""

import re
import unicodedata
from functools import cache

MOST = 30
"""Marks kept in a row, what UAX 15 calls stream-safe. Letters bear three at most; with
hundreds sorting takes longer than all else that is done with a text."""


@cache
def long_rows() -> re.Pattern[str]:
    """Return the pattern of rows longer than `MOST`."""
    marks = "".join(
        chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code))
    )
    return re.compile(f"[{marks}]{{{MOST + 1},}}")


def cut_row(match: re.Match[str]) -> str:
    """Return what is kept of a row that `long_rows` matched."""
    return match.group()[:MOST]


def composed(text: str) -> str:
    """Return the text in NFC, its rows of marks cut."""
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", long_rows().sub(cut_row, text))
