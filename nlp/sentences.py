"""Where sentences begin and end; by signs, since social text has little else."""

import re

_END = re.compile(r"[.!?…]+[\"”’)\]]*(?=\s+[^\s\da-zà-ỹđ])|\n+")
_LONGEST = 400
"""Characters: a text without signs is cut at a space, for the taggers' sake."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence, without surrounding space."""
    found = []
    start = 0
    for match in _END.finditer(text):
        found += _cut(text, start, match.end())
        start = match.end()
    return found + _cut(text, start, len(text))


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    parts = []
    while start < end:
        stop = end
        if end - start > _LONGEST:
            space = text.rfind(" ", start, start + _LONGEST)
            stop = space if space > start else start + _LONGEST
        piece = text[start:stop]
        left = len(piece) - len(piece.lstrip())
        right = len(piece.rstrip())
        if right > left:
            parts.append((start + left, start + right))
        start = stop
    return parts
