"""The meaning of a query, spelled out for one document at a time."""

from dataclasses import dataclass
from functools import cached_property

from searchindex.document import Document, FieldKind
from searchindex.fields import comparable, is_kind, keywords, moment, number, seconds
from searchindex.fields import slot as slot_of
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
from searchindex.terms import Sought, Strictness, flat, ranks, sought, terms_of, wordy

BREAK = "¶"
"""Stands between lead and text, so that no phrase reaches over the gap."""

LOOSE = Strictness()


@dataclass
class Prepared:
    """A document with its words and values ready for matching."""

    document: Document

    def __post_init__(self) -> None:
        post = self.document.post
        self.slot = slot_of(self.document)
        title = forms(post.title)
        lead, text = forms(post.lead), forms(post.text)
        self.folded = {"title": title[0], "text": [*lead[0], BREAK, *text[0]]}
        self.exact = {"title": title[1], "text": [*lead[1], BREAK, *text[1]]}

    @cached_property
    def keys(self) -> dict[str, frozenset[str]]:
        found = keywords(self.document)
        return {n: frozenset(comparable(n, v) for v in vs) for n, vs in found.items()}

    def matches(self, node: Node, how: Strictness = LOOSE) -> bool:
        """Tell whether the document is one that the query means."""
        match node:
            case AllOf(parts):
                return all(self.matches(part, how) for part in parts)
            case AnyOf(parts):
                return any(self.matches(part, how) for part in parts)
            case Not(part):
                return not self.matches(part)
            case DateRange() | NumberRange():
                return self._within(node)
            case _:
                return self._holds(node, how)

    def rank(self, node: Node) -> float:
        """Return how well a matching document matches, larger is better."""
        ranked = AllOf(tuple(part for part in flat(node) if wordy(part)))
        return next(n for n, how in ranks(ranked) if self.matches(ranked, how))

    def _holds(self, node: Words | Phrase | FieldIs, how: Strictness) -> bool:
        terms = terms_of(node)
        if terms is not None:
            groups = sought(terms, how)
            return all(any(self._reads(one) for one in group) for group in groups)
        if isinstance(node, FieldIs) and is_kind(node.field, FieldKind.KEYWORD):
            value = comparable(node.field, node.value)
            return value in self.keys.get(node.field, ())
        return False

    def _reads(self, wanted: Sought) -> bool:
        texts = self.exact if wanted.exact else self.folded
        columns = [texts[name] for name in wanted.columns]
        if wanted.side_by_side:
            return any(_contains(column, wanted.words) for column in columns)
        held = set().union(*columns)
        return held.issuperset(wanted.words)

    def _within(self, node: DateRange | NumberRange) -> bool:
        low: float | None
        high: float | None
        if isinstance(node, NumberRange):
            if not is_kind(node.field, FieldKind.NUMBER):
                return False
            value = number(self.document, node.field)
            low, high = node.low, node.high
        else:
            if not is_kind(node.field, FieldKind.DATE):
                return False
            value = moment(self.document, node.field)
            low = None if node.since is None else seconds(node.since)
            high = None if node.until is None else seconds(node.until) - 1
        return (low is None or low <= value) and (high is None or value <= high)


def _contains(column: list[str], wanted: tuple[str, ...]) -> bool:
    if not wanted:
        return True
    size = len(wanted)
    starts = (at for at, word in enumerate(column) if word == wanted[0])
    return any(tuple(column[at : at + size]) == wanted for at in starts)
