"""Copies of training texts without their marks.

A person without a Vietnamese keyboard would have typed them so; with the copies the
same words weigh the same either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from classifier.features import Seen, is_bare
from classifier.fitting import Booleans, Doubles, Ints
from classifier.linear import seen_of
from classifier.port import Subject
from classifier.rows import Row
from classifier.vocabulary import Vocabulary
from domain.labels import PostKind
from nlp.unicode import fold

WEIGHT = 0.7
"""How much a copy counts beside its text. At 1 texts with marks lose a third of a point
of average precision on held-out folds; at 0.5 twice as many harmful texts are lost with
their marks (`python -m benchmarks.robustness`)."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as a matrix, copies of some behind them.

    `of` is the row that each line is of, `weights` how much the line counts.
    """

    matrix: sparse.csr_matrix
    of: Ints
    weights: Doubles
    rows: int

    def lines(self, rows: Ints, *, copies: bool) -> Ints:
        """Return the lines of the rows and, where asked, of their copies."""
        if not copies:
            return rows
        asked = np.zeros(self.rows, bool)
        asked[rows] = True
        return np.flatnonzero(asked[self.of])

    def truth(self, rows: Ints, answers: Booleans, lines: Ints) -> Booleans:
        """Return the answers, given for the rows, in the order of the lines."""
        spread = np.zeros(self.rows, bool)
        spread[rows] = answers
        return spread[self.of[lines]]


def table_of(
    rows: Sequence[Row], texts: Sequence[Seen], vocabulary: Vocabulary
) -> Table:
    """Weigh the rows' texts, and copies of all but articles, never typed so."""
    of = [
        place
        for place, (row, seen) in enumerate(zip(rows, texts, strict=True))
        if row.kind is not PostKind.ARTICLE and not is_bare(seen.tokens)
    ]
    copies = [seen_of(_bare(rows[place])) for place in of]
    counting = [row.weight for row in rows] + [WEIGHT * rows[n].weight for n in of]
    return Table(
        matrix=vocabulary.matrix([*texts, *copies]),
        of=np.asarray([*range(len(rows)), *of], np.int64),
        weights=np.asarray(counting, np.float64),
        rows=len(rows),
    )


def _bare(row: Row) -> Subject:
    return Subject(text=fold(row.whole_text), kind=row.kind)
