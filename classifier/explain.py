"""Which words of the original text weighed how much for a label."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.features import lexicon_hits, see, word_terms
from classifier.heads import BINARY
from classifier.model import Model
from classifier.port import Subject
from classifier.tokens import Token
from domain.analysis import WeightedTerm
from domain.labels import PostKind
from nlp.normalise import Normalised, normalise

TERMS = 6
AGAINST = 2
"""Terms shown that speak against the label; more crowd out those that speak for it."""
_JOIN = 0.25
"""Neighbours are joined to a phrase where each weighs this share of the heaviest."""
_LONGEST = 5


def read(subject: Subject) -> Normalised:
    """Normalise a subject's text as training does, with the way back to offsets."""
    return normalise(subject.text, social=subject.kind is not PostKind.ARTICLE)


@dataclass(slots=True)
class Explainer:
    """Explains one text; the cutting is done once for all its labels."""

    model: Model
    subject: Subject

    def why(self, names: Sequence[str]) -> Mapping[str, tuple[WeightedTerm, ...]]:
        """Return the heaviest words towards each label named, then those against."""
        if not names:
            return {}
        normal = read(self.subject)
        seen = see(self.subject.text, self.subject.kind, normal.text)
        row = self.model.vocabulary.matrix([seen])
        values = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        shares = list(_shares(self.model, seen.tokens, seen.facts, values))
        return {name: self._top(name, shares, seen.tokens, normal) for name in names}

    def _top(
        self,
        name: str,
        shares: list[tuple[int, int, float]],
        tokens: Sequence[Token],
        normal: Normalised,
    ) -> tuple[WeightedTerm, ...]:
        weights = self.model.weights[BINARY.index(name)]
        per_token = np.zeros(len(tokens))
        for place, column, value in shares:
            per_token[place] += value * float(weights[column])
        per_token *= self.model.sigmoids[name].slope
        sums: dict[str, float] = defaultdict(float)
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for first, last in _phrases(per_token, tokens, normal.text):
            start, end = normal.to_original(tokens[first].start, tokens[last].end)
            term = self.subject.text[start:end].lower()
            sums[term] += float(per_token[first : last + 1].sum())
            spans[term].append((start, end))
        order = sorted(sums, key=lambda term: (-sums[term], term))
        best = [term for term in order if sums[term] > 0][:TERMS]
        best += [term for term in reversed(order) if sums[term] < 0][:AGAINST]
        return tuple(
            WeightedTerm(term=t, weight=round(sums[t], 3), spans=tuple(spans[t]))
            for t in best
        )


def _shares(
    model: Model,
    tokens: Sequence[Token],
    facts: Sequence[str],
    values: Mapping[int, float],
) -> Iterator[tuple[int, int, float]]:
    """Share each column's value among the tokens it came from."""
    places: dict[int, list[int]] = defaultdict(list)
    for column, where in _columns(model, tokens, facts):
        places[column].extend(where)
    for column, holders in places.items():
        for place, count in Counter(holders).items():
            yield place, column, values.get(column, 0.0) * count / len(holders)


def _columns(
    model: Model, tokens: Sequence[Token], facts: Sequence[str]
) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield each column met in the text with the tokens it was met in."""
    known = model.vocabulary.columns
    for term, start, end in word_terms(tokens):
        if term in known["w"]:
            yield known["w"][term], range(start, end)
    for place, token in enumerate(tokens):
        for column in model.vocabulary.group_columns(token.folded):
            yield column, (place,)
    for fact, holders in _fact_places(tokens).items():
        if fact in facts and fact in known["x"]:
            yield known["x"][fact], holders


_MADE_OF = {
    "swears at somebody": ("swearing", "second_person"),
    "swears near an authority": ("swearing", "authority"),
    "swears without a cause": ("swearing",),
    "lures without distance": ("lures",),
    "threatens without distance": ("threat",),
    "group without distance": ("attacked_groups",),
}


def _fact_places(tokens: Sequence[Token]) -> dict[str, list[int]]:
    """Return for each fact that lies in words the tokens it lies in."""
    lexicon: dict[str, list[int]] = defaultdict(list)
    for name, start, end in lexicon_hits(tokens):
        lexicon[name].extend(range(start, end))
    found = {f"has {name}": places for name, places in lexicon.items()}
    for fact, parts in _MADE_OF.items():
        found[fact] = [place for part in parts for place in lexicon.get(part, ())]
    for place, token in enumerate(tokens):
        prefix = "sign" if token.kind == "sign" else "shape"
        name = token.form if token.kind == "sign" else token.kind
        found.setdefault(f"{prefix} {name}", []).append(place)
    return found


def _phrases(
    per_token: NDArray[np.float64],
    tokens: Sequence[Token],
    text: str,
) -> Iterator[tuple[int, int]]:
    """Yield (first, last) token of stretches that speak for the label or against it.

    Only tokens that speak for it are joined; nothing is yielded where none does.
    """
    if not len(per_token) or per_token.max() <= 0:
        return
    strong = per_token.max() * _JOIN
    place = 0
    while place < len(tokens):
        last = place
        while (
            per_token[place] >= strong
            and last + 1 < len(tokens)
            and last + 1 - place < _LONGEST
            and per_token[last + 1] >= strong
            and text[tokens[last].end : tokens[last + 1].start] in {" ", "_", "-"}
        ):
            last += 1
        if per_token[place]:
            yield place, last
        place = last + 1
