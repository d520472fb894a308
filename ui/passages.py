"""Text cut into pieces that are shown differently: marked, masked, added, removed.

Pieces travel as data and are drawn as text nodes, so nothing of a post can ever be
markup. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stretch to point out; `kind` is shown by style, `label` in words."""

    start: int
    end: int
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text of one style. `kind` is empty for plain text."""

    text: str
    kind: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph with its role: `title`, `lead` or `text`."""

    role: str
    pieces: tuple[Piece, ...]


def pieces(
    text: str,
    marks: Sequence[Mark],
    masks: Sequence[Mark],
    start: int = 0,
    end: int | None = None,
) -> tuple[Piece, ...]:
    """Cut `text[start:end]` at the edges of marks and masks.

    A mask replaces what it covers by its label, whatever is marked there.
    """
    stop = len(text) if end is None else end
    edges = {start, stop}
    for each in (*marks, *masks):
        edges |= {min(max(e, start), stop) for e in (each.start, each.end)}
    cut = sorted(edges)
    found: list[Piece] = []
    for low, high in pairwise(cut):
        mask = _covering(masks, low, high)
        if mask is None:
            found.append(_piece(text[low:high], _covering(marks, low, high)))
        elif not (found and low > start and _covering(masks, low - 1, low) == mask):
            found.append(Piece(text=mask.label, kind="mask", label=mask.label))
    return tuple(found)


def _piece(text: str, mark: Mark | None) -> Piece:
    if mark is None:
        return Piece(text=text)
    return Piece(text=text, kind=mark.kind, label=mark.label)


def _covering(marks: Sequence[Mark], low: int, high: int) -> Mark | None:
    return next((m for m in marks if m.start <= low and high <= m.end), None)


def paragraphs(
    parts: Sequence[tuple[str, str]], marks: Sequence[Mark], masks: Sequence[Mark]
) -> tuple[Paragraph, ...]:
    """Cut the parts of a post, (role, text) as in `Post.whole_text`, by line."""
    whole = "\n".join(text for _, text in parts)
    found = []
    at = 0
    for role, part in parts:
        for line in part.split("\n"):
            if line.strip():
                cut = pieces(whole, marks, masks, at, at + len(line))
                found.append(Paragraph(role=role, pieces=cut))
            at += len(line) + 1
    return tuple(found)


def plain(found: Sequence[Piece]) -> str:
    """Return the text as shown, masks included."""
    return "".join(piece.text for piece in found)


def excerpt(text: str, longest: int) -> str:
    """Return the first words of a text on one line."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    head = line[:longest].rsplit(" ", 1)[0]
    return f"{head or line[:longest]}…"
