"""The words of a query: which columns they are sought in, in which strictness."""

from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Strictness:
    """How words must match to count for a rank."""

    exact: bool = False
    side_by_side: bool = False
    title: bool = False


RANKS = (
    Strictness(exact=True, side_by_side=True, title=True),
    Strictness(exact=True, side_by_side=True),
    Strictness(exact=True),
    Strictness(side_by_side=True, title=True),
    Strictness(side_by_side=True),
    Strictness(),
)
"""Best first. A document's rank is the first that it meets; within a rank the newest
comes first. Ranks look at the document alone, never at how frequent a word is in the
index, so pages stay stable while documents come in and the order costs the same for
rare and common words."""


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


def strict(terms: Terms, how: Strictness) -> Terms:
    """Return the words as a rank demands them; `exact` is the caller's matter."""
    columns = terms.columns
    if how.title and "title" in columns:
        columns = ("title",)
    return Terms(
        terms.folded, terms.exact, terms.side_by_side or how.side_by_side, columns
    )


def _terms(
    text: str, *, side_by_side: bool, columns: tuple[str, ...] = ("title", "text")
) -> Terms:
    folded, exact = forms(text)
    return Terms(
        tuple(folded[:MAX_WORDS]), tuple(exact[:MAX_WORDS]), side_by_side, columns
    )
