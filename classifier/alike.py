"""Which texts are near-copies: every pair above a Jaccard similarity, none missed."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.rows import Row
from classifier.tokens import tokenise

_GROUP = 5
_AT_ONCE = 500
"""Texts compared with all others at once. Of ten thousand texts nearly every two share
some group, so memory is this times the others; smaller spends its time on calls."""

# scipy carries no types; through this name its calls count as untyped on purpose.
_MATRIX: Any = sparse.csr_matrix


def shingles(text: str) -> frozenset[str]:
    """Return the five-letter groups of the folded text, numbers masked."""
    folded = " ".join(token.folded for token in tokenise(text) if token.kind != "sign")
    return frozenset(
        folded[n : n + _GROUP] for n in range(max(len(folded) - _GROUP + 1, 1))
    )


def similar_pairs(
    rows: Sequence[Row], others: Sequence[Row], at_least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield (place in `rows`, place in `others`, similarity), by places."""
    if not rows or not others:
        return
    columns: dict[str, int] = {}
    left, right = _table(rows, columns), _table(others, columns)
    left.resize(len(rows), len(columns))
    turned = right.T.tocsr()
    sizes, others_sizes = left.getnnz(axis=1), right.getnnz(axis=1)
    for start in range(0, len(rows), _AT_ONCE):
        block = left[start : start + _AT_ONCE]
        shared: NDArray[np.float32] = (block @ turned).toarray()
        whole = sizes[start : start + _AT_ONCE, None] + others_sizes[None, :]
        alike = shared / (whole - shared)
        places, found = np.nonzero(alike >= at_least)
        for place, other in zip(places.tolist(), found.tolist(), strict=True):
            yield start + place, other, float(alike[place, other])


def similar_within(
    rows: Sequence[Row], at_least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield (earlier place, later place, similarity), by places."""
    for first, second, alike in similar_pairs(rows, rows, at_least):
        if first < second:
            yield first, second, alike


def _table(rows: Sequence[Row], columns: dict[str, int]) -> Any:  # noqa: ANN401 - scipy has no types
    """Return a line of ones for each text's groups; new groups are added."""
    ids = [
        [columns.setdefault(group, len(columns)) for group in shingles(row.whole_text)]
        for row in rows
    ]
    ends = np.cumsum([0, *map(len, ids)])
    flat = np.fromiter((column for line in ids for column in line), np.int64)
    ones = np.ones(len(flat), np.float32)
    return _MATRIX((ones, flat, ends), shape=(len(rows), len(columns)))
