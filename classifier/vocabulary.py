"""Terms to columns, and texts to a sparse matrix, in plain numpy and scipy.

Training and judging share this code, so that both see the same numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.features import Seen, beginning, letter_groups, word_terms

Floats = NDArray[np.float32]

BLOCKS = ("w", "c", "x")
# Weight of each block beside the others, by cross-validation. Letter groups help words
# that were never seen, but at 0.7 they outvote words.
BLOCK_WEIGHT = {"w": 1.0, "c": 0.3, "x": 0.3}
# Terms seen in fewer texts are dropped: at 1 words seen once
# cost two points of average precision, at 3 rare insults go and cost a third of one.
MIN_TEXTS = {"w": 2, "c": 3, "x": 3}


@dataclass(slots=True)
class Vocabulary:
    """Columns of the three blocks, one behind the other, with the terms' idf."""

    columns: dict[str, dict[str, int]]
    idf: Floats
    _groups: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.idf)

    def bounds(self) -> Iterator[tuple[str, int, int]]:
        """Yield (block, first column, last column + 1)."""
        start = 0
        for block in BLOCKS:
            end = start + len(self.columns[block])
            yield block, start, end
            start = end

    def ids(self, block: str, seen: Seen) -> list[int]:
        """Return the columns of a text's terms in one block, with repeats."""
        known = self.columns[block]
        match block:
            case "w":
                terms: Iterable[str] = (term for term, _, _ in word_terms(seen.tokens))
            case "x":
                terms = seen.facts
            case _:
                return self._group_ids(seen)
        return [known[term] for term in terms if term in known]

    def _group_ids(self, seen: Seen) -> list[int]:
        ids: list[int] = []
        for token in seen.tokens:
            ids.extend(self.group_columns(token.folded))
        return ids

    def unknown(self, seen: Seen) -> float:
        """Return the share of the text's letter groups that are not known.

        Texts of fewer than `_FEWEST_GROUPS` say too little: 0.
        """
        groups = known = 0
        for token in seen.tokens:
            groups += len(letter_groups(token.folded))
            known += len(self.group_columns(token.folded))
        return 1 - known / groups if groups >= _FEWEST_GROUPS else 0.0

    def group_columns(self, folded: str) -> tuple[int, ...]:
        """Return the columns of one syllable's letter groups (remembered)."""
        folded = beginning(folded)
        columns = self._groups.get(folded)
        if columns is None:
            known = self.columns["c"]
            groups = letter_groups(folded)
            columns = tuple(known[group] for group in groups if group in known)
            if len(self._groups) < _REMEMBERED:
                self._groups[folded] = columns
        return columns

    def matrix(self, texts: Sequence[Seen]) -> sparse.csr_matrix:
        """Weigh texts: 1 + log count, times idf, each block of length its weight."""
        parts = [
            self._block(block, start, end, texts) for block, start, end in self.bounds()
        ]
        return sparse.hstack(parts, format="csr", dtype=np.float32)

    def _block(
        self, block: str, start: int, end: int, texts: Sequence[Seen]
    ) -> sparse.csr_matrix:
        lists = [self.ids(block, seen) for seen in texts]
        indptr = np.zeros(len(lists) + 1, dtype=np.int32)
        np.cumsum([len(ids) for ids in lists], out=indptr[1:])
        flat = np.fromiter(
            (column for ids in lists for column in ids), np.int32, int(indptr[-1])
        )
        counts = np.ones(len(flat), dtype=np.float32)
        made: Any = sparse.csr_matrix(
            (counts, flat - start, indptr), shape=(len(lists), end - start)
        )
        made.sum_duplicates()
        made.data = (1 + np.log(made.data)) * self.idf[start:end][made.indices]
        return _scaled(made, BLOCK_WEIGHT[block])


_REMEMBERED = 50_000
_FEWEST_GROUPS = 60
"""About six syllables; fewer, and one foreign name makes a text strange."""


def _scaled(made: sparse.csr_matrix, weight: float) -> sparse.csr_matrix:
    matrix: Any = made
    squares = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    lengths = np.sqrt(np.maximum(squares, np.float32(1e-12)))
    factors = (weight / lengths).astype(np.float32)
    matrix.data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return made


def learn_vocabulary(texts: Sequence[Seen]) -> Vocabulary:
    """Choose the columns that enough texts hold, and their idf."""
    columns: dict[str, dict[str, int]] = {}
    idf: list[float] = []
    for block in BLOCKS:
        counts: Counter[str] = Counter()
        for seen in texts:
            counts.update(set(_TERMS[block](seen)))
        kept = sorted(t for t, count in counts.items() if count >= MIN_TEXTS[block])
        columns[block] = {term: len(idf) + place for place, term in enumerate(kept)}
        idf += [float(np.log((1 + len(texts)) / (1 + counts[t])) + 1) for t in kept]
    return Vocabulary(columns, np.asarray(idf, dtype=np.float32))


def _group_terms(seen: Seen) -> Iterator[str]:
    for token in seen.tokens:
        yield from letter_groups(token.folded)


_TERMS: dict[str, Callable[[Seen], Iterable[str]]] = {
    "w": lambda seen: (term for term, _, _ in word_terms(seen.tokens)),
    "c": _group_terms,
    "x": lambda seen: seen.facts,
}
