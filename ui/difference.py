"""Two texts compared word by word, for people to read. Pure.

In Vietnamese a word between spaces is a syllable, and that is the unit: what is marked
can be read aloud. Paragraphs are set against each other first, so that one that was put
in does not make all that follow it differ.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from ui.passages import Piece

CONTEXT = 12
"""Unchanged words kept beside a change. Fewer hide what it is about."""

FOLDED_LEAST = 8
"""Words that are worth a fold."""

MOST_LIKE = 20_000
"""Pairs of like words (or paragraphs) of two changed stretches. Two reports of 1,500
words have about half as many; a text of two words over and over has millions, and
`difflib` takes the cube of its length for it. Beyond this, the one is shown as taken
out and the other as put in; at this bound the worst text takes a third of a second."""

BREAK = "\n"
_TOKEN = re.compile(r"\S+|\n")

Change = tuple[Sequence[str], Sequence[str]]
"""What went and what came; equal on both sides where nothing changed."""


def difference(old: str, new: str) -> tuple[Piece, ...]:
    """Compare two texts; kinds are `added`, `removed`, `folded` and none.

    A folded piece holds the unchanged words that it hides. Without the added pieces the
    words are those of the old text, without the removed ones those of the new.
    """
    changes = _joined(_changes(_lines(old), _lines(new)))
    last = len(changes) - 1
    found: list[Piece] = []
    for at, (before, after) in enumerate(changes):
        if before == after:
            found += _unchanged(after, first=at == 0, last=at == last)
        else:
            found += _changed(before, after)
    return tuple(found)


def counts(found: Sequence[Piece]) -> tuple[int, int]:
    """Return how many words were added and how many removed."""
    added, removed = (
        sum(len(p.text.split()) for p in found if p.kind == kind)
        for kind in ("added", "removed")
    )
    return added, removed


def _lines(text: str) -> list[str]:
    return [line for line in text.split(BREAK) if line.strip()]


def _changes(old: list[str], new: list[str]) -> Iterator[Change]:
    for a, b, c, d in _matched(old, new):
        before, after = _tokens(old[a:b], a), _tokens(new[c:d], c)
        if before == after:
            yield after, after
        else:
            yield from _words(before, after)


def _tokens(lines: Sequence[str], at: int) -> list[str]:
    """Return the words, a break before each paragraph but a text's first."""
    text = BREAK.join(lines)
    lead = BREAK if at and lines else ""
    return _TOKEN.findall(lead + text)


def _words(before: list[str], after: list[str]) -> Iterator[Change]:
    start = _common(before, after)
    rest = min(len(before), len(after)) - start
    end = min(_common(before[::-1], after[::-1]), rest)
    yield before[:start], before[:start]
    yield from _compared(
        before[start : len(before) - end], after[start : len(after) - end]
    )
    tail = before[len(before) - end :]
    yield tail, tail


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words two texts begin with alike."""
    found = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        found += 1
    return found


def _compared(before: list[str], after: list[str]) -> Iterator[Change]:
    for a, b, c, d in _matched(before, after):
        yield before[a:b], after[c:d]


def _matched(
    before: Sequence[str], after: Sequence[str]
) -> list[tuple[int, int, int, int]]:
    """Return stretches that are alike or differ, as a whole where that is too much."""
    known = Counter(after)
    if sum(count * known[word] for word, count in Counter(before).items()) > MOST_LIKE:
        return [(0, len(before), 0, len(after))]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [place[1:] for place in matcher.get_opcodes()]


def _joined(changes: Iterator[Change]) -> list[Change]:
    """Join neighbours of one kind; one word alike between two changes is chance."""
    found: list[Change] = []
    for before, after in changes:
        if not before and not after:
            continue
        if found and (found[-1][0] == found[-1][1]) == (before == after):
            found[-1] = [*found[-1][0], *before], [*found[-1][1], *after]
        else:
            found.append((before, after))
    lone = [
        at
        for at in range(1, len(found) - 1)
        if found[at][0] == found[at][1] and len(found[at][0]) == 1
    ]
    return found if not lone else _joined_at(found, set(lone))


def _joined_at(changes: list[Change], lone: set[int]) -> list[Change]:
    found = [changes[0]]
    for at, (before, after) in enumerate(changes[1:], start=1):
        if at in lone or at - 1 in lone:
            found[-1] = [*found[-1][0], *before], [*found[-1][1], *after]
        else:
            found.append((before, after))
    return found


def _unchanged(words: Sequence[str], *, first: bool, last: bool) -> Iterator[Piece]:
    head = 0 if first else CONTEXT
    tail = len(words) - (0 if last else CONTEXT)
    if tail - head < FOLDED_LEAST:
        head = tail = 0
    cuts = [(0, head, ""), (head, tail, "folded"), (tail, len(words), "")]
    for low, high, kind in cuts:
        if low < high:
            yield Piece(text=_text(words[low:high]), kind=kind)


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for words, kind in ((before, "removed"), (after, "added")):
        if words:
            yield Piece(text=_text(words), kind=kind)


def _text(words: Sequence[str]) -> str:
    """Put words together, with a space where no break stands."""
    parts = [words[0]] if words else []
    for one, word in pairwise(words):
        parts += [word] if BREAK in {one, word} else [" ", word]
    return "".join(parts)
