"""Rewriting text while remembering where each stretch came from."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """`new[start:end]` stands for `old[old_start:old_end]`."""

    start: int
    end: int
    old_start: int
    old_end: int


Layer = tuple[Edit, ...]
"""Edits of one pass in order, without overlap; what lies between them is unchanged."""


def rewrite(
    text: str, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]
) -> tuple[str, Layer]:
    """Replace every match whose replacement differs; return new text and edits."""
    found = (
        (match.start(), match.end(), replace(match)) for match in pattern.finditer(text)
    )
    return apply(text, [edit for edit in found if text[edit[0] : edit[1]] != edit[2]])


def apply(text: str, edits: Sequence[tuple[int, int, str]]) -> tuple[str, Layer]:
    """Apply `(start, end, replacement)` edits, given in order and without overlap."""
    if not edits:
        return text, ()
    parts: list[str] = []
    layer: list[Edit] = []
    done = length = 0
    for start, end, new in edits:
        parts += (text[done:start], new)
        length += start - done
        layer.append(Edit(length, length + len(new), start, end))
        length += len(new)
        done = end
    parts.append(text[done:])
    return "".join(parts), tuple(layer)


def to_old(layer: Layer, start: int, end: int) -> tuple[int, int]:
    """Map a stretch of the new text back to the smallest covering old stretch."""
    old_start = _back(layer, start)[0]
    if end <= start:
        return old_start, old_start
    return old_start, max(old_start, _back(layer, end - 1)[1])


def _back(layer: Layer, position: int) -> tuple[int, int]:
    """Return the old stretch that the character at `position` stands for."""
    index = bisect_right(layer, position, key=lambda edit: edit.start) - 1
    # An edit that left nothing behind never holds a character.
    if index < 0:
        return position, position + 1
    edit = layer[index]
    if position < edit.end:
        return edit.old_start, edit.old_end
    old = edit.old_end + position - edit.end
    return old, old + 1
