"""The words of a query: which columns they are sought in, in which strictness."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from searchindex.document import FieldKind
from searchindex.fields import is_kind
from searchindex.fold import forms
from searchindex.query import (
    AllOf,
    AnyOf,
    DateRange,
    FieldIs,
    Node,
    Not,
    NumberRange,
    Phrase,
    Words,
)

MAX_WORDS = 64
"""Words of one part of a query that count. More makes a pasted page slow without
finding anything else; fewer would cut a quoted paragraph."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Words sought together: `side_by_side` in this order, or each anywhere."""

    folded: tuple[str, ...]
    exact: tuple[str, ...]
    side_by_side: bool
    columns: tuple[str, ...] = ("title", "text")


class Marks(Enum):
    """How the marks typed must stand in a document for a rank.

    Not under `ANY`, a word of the document counts as what was typed when its letters
    are the same once all marks are gone.
    """

    EXACT = auto()
    """Each word with the very letters typed."""

    AGREEING = auto()
    """Each word with the very letters typed, or written without any mark: `sat lo`
    may mean `sạt lở`, but `sắt … lò` says something else."""

    SOME = auto()
    """At least one word that was typed with marks, with these."""

    ANY = auto()


@dataclass(frozen=True, slots=True)
class Strictness:
    """How words must match to count for a rank."""

    marks: Marks = Marks.ANY
    side_by_side: bool = False
    title: bool = False


RANKS = (
    Strictness(Marks.EXACT, side_by_side=True, title=True),
    Strictness(Marks.EXACT, side_by_side=True),
    Strictness(Marks.EXACT),
    Strictness(Marks.AGREEING, side_by_side=True, title=True),
    Strictness(Marks.AGREEING, side_by_side=True),
    Strictness(Marks.AGREEING),
    Strictness(Marks.SOME),
    Strictness(side_by_side=True, title=True),
    Strictness(side_by_side=True),
    Strictness(),
)
"""Best first. A document's rank is the first that it meets; within a rank the newest
comes first. Ranks look at the document alone, never at how frequent a word is in the
index, so pages stay stable while documents come in and the order costs the same for
rare and common words."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Words to find in one of the columns: side by side, or each anywhere.

    `exact`: as exact forms, in the columns that hold these.
    """

    words: tuple[str, ...]
    columns: tuple[str, ...]
    exact: bool
    side_by_side: bool


def sought(terms: Terms, how: Strictness) -> tuple[tuple[Sought, ...], ...]:
    """Return what a rank demands of the words: of each group, one must be found.

    A group that is empty never is; of words that are none, nothing is demanded.
    """
    columns = terms.columns
    if how.title and "title" in columns:
        columns = ("title",)
    side_by_side = terms.side_by_side or how.side_by_side
    loose = Sought(
        terms.folded, exact=False, side_by_side=side_by_side, columns=columns
    )
    pairs = list(dict.fromkeys(zip(terms.folded, terms.exact, strict=True)))
    match how.marks:
        case Marks.EXACT:
            letters = Sought(
                terms.exact, columns, exact=True, side_by_side=side_by_side
            )
            return ((letters,),)
        case Marks.AGREEING:
            either = (
                tuple(_single(word, columns) for word in dict.fromkeys((exact, folded)))
                for folded, exact in pairs
            )
            return (*either, *(((loose,),) if side_by_side else ()))
        case Marks.SOME:
            marked = tuple(_single(e, columns) for f, e in pairs if f != e)
            return ((loose,), marked) if marked else ((loose,),)
        case Marks.ANY:
            return ((loose,),)


def _single(word: str, columns: tuple[str, ...]) -> Sought:
    return Sought((word,), columns, exact=True, side_by_side=False)


def ranks(node: Node | None) -> Iterator[tuple[float, Strictness]]:
    """Yield the ranks of a query with what they are worth, best first.

    Where nothing was typed with marks, marks say nothing of a document.
    """
    marked = any(terms.folded != terms.exact for terms in positive_terms(node))
    telling = (Marks.EXACT, Marks.ANY)
    for at, how in enumerate(RANKS):
        if marked or how.marks in telling:
            yield float(len(RANKS) - at), how


def terms_of(node: Node) -> Terms | None:
    """Return the words of a leaf that seeks text, None for all other nodes."""
    match node:
        case Words(text):
            return _terms(text, side_by_side=False)
        case Phrase(text):
            return _terms(text, side_by_side=True)
        case FieldIs(name, value, phrase) if is_kind(name, FieldKind.TEXT):
            return _terms(value, side_by_side=phrase, columns=(name,))
        case _:
            return None


def positive_terms(node: Node | None) -> Iterator[Terms]:
    """Yield the words that a matching document holds (nothing under a `Not`)."""
    match node:
        case None | Not():
            return
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from positive_terms(part)
        case _:
            terms = terms_of(node)
            if terms is not None and terms.folded:
                yield terms


def flat(node: Node) -> list[Node]:
    """Return the conditions that all must hold, without nested `AllOf`."""
    if isinstance(node, AllOf):
        return [inner for part in node.parts for inner in flat(part)]
    return [node]


def wordy(node: Node) -> bool:
    """Tell whether a query is made of words and keywords alone, without ranges.

    Ranks look at these conditions only: a range has no better or worse.
    """
    match node:
        case DateRange() | NumberRange():
            return False
        case AllOf(parts) | AnyOf(parts):
            return all(wordy(part) for part in parts)
        case Not(part):
            return wordy(part)
        case _:
            return True


def _terms(
    text: str, *, side_by_side: bool, columns: tuple[str, ...] = ("title", "text")
) -> Terms:
    folded, exact = forms(text)
    return Terms(
        tuple(folded[:MAX_WORDS]), tuple(exact[:MAX_WORDS]), side_by_side, columns
    )
