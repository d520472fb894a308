"""Texts as rows of numbers: blocks of grams, each weighted and scaled by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.tasks.grams import (
    Grams,
    Names,
    Places,
    letter_grams,
    strip_of,
    word_grams,
)
from classifier.tasks.shape import facts_of, line_grams
from nlp.normalise import Normalised, normalise
from nlp.unicode import fold

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]


class View(StrEnum):
    """A way to look at a text."""

    RAW = "raw"
    NORMAL = "normal"
    FOLDED = "folded"
    FACTS = "facts"


class Cut(StrEnum):
    """What a view is cut into."""

    WORDS = "words"
    LETTERS = "letters"
    LINES = "lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Runs of `shortest` to `longest` words or letters of one view.

    Grams in fewer than `texts` texts are dropped: at 1 the model is several times as
    large and learns words seen once; at 5 rare insults go.
    """

    view: View
    cut: Cut
    shortest: int
    longest: int
    texts: int = 2

    def grams(self, views: Mapping[View, Sequence[str]]) -> Iterator[Grams]:
        """Cut the view's texts."""
        texts = views[self.view]
        sizes = range(self.shortest, self.longest + 1)
        match self.cut:
            case Cut.WORDS:
                yield from word_grams(strip_of(texts), sizes)
            case Cut.LETTERS:
                yield from letter_grams(strip_of(texts), sizes)
            case Cut.LINES:
                yield from line_grams(texts)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in every view; `normal` leads offsets back to the original."""

    normal: Normalised

    def view(self, view: View) -> str:
        """Return the text in that view, in small letters."""
        match view:
            case View.RAW:
                return _small(self.normal.original)
            case View.NORMAL:
                return _small(self.normal.text)
            case View.FOLDED:
                return fold(self.normal.text)
            case View.FACTS:
                return "\n".join(facts_of(self.normal))

    def to_original(self, view: View, start: int, end: int) -> tuple[int, int]:
        """Map a stretch of the view to the original text."""
        if view in {View.RAW, View.FACTS}:
            return start, end
        return self.normal.to_original(start, end)


def read(text: str) -> Reading:
    """Read a text as training and judging do."""
    return Reading(normalise(text))


def _small(text: str) -> str:
    """Return the text in small letters, exactly as long as it was."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one block: names of grams in rising order, and their idf."""

    block: Block
    names: Names
    idf: Floats

    def places(self, names: Names) -> Places:
        """Return each gram's column, -1 where the block does not know it."""
        if not len(self.names):
            return np.full(len(names), -1, np.int64)
        found = np.minimum(np.searchsorted(self.names, names), len(self.names) - 1)
        return np.where(self.names[found] == names, found, -1)

    def matrix(
        self, views: Mapping[View, Sequence[str]]
    ) -> tuple[sparse.csr_matrix, Doubles]:
        """Weigh texts: 1 + log count, times idf, rows scaled to length 1.

        Returns also the share of each text's grams that the block does not know.
        """
        grams = list(self.block.grams(views))
        columns = self.places(np.concatenate([gram.names for gram in grams]))
        rows = np.concatenate([gram.rows for gram in grams])
        known = columns >= 0
        count = len(views[self.block.view])
        made = _counted(rows[known], columns[known], (count, len(self.names)))
        every = np.bincount(rows, minlength=count)
        unknown = 1 - np.bincount(rows[known], minlength=count) / np.maximum(every, 1)
        made.data = (1 + np.log(made.data)) * self.idf[made.indices]
        squares = np.asarray(made.multiply(made).sum(axis=1)).ravel()
        lengths = np.sqrt(np.maximum(squares, np.float32(1e-12)))
        made.data = made.data / np.repeat(lengths, np.diff(made.indptr))
        return made, np.where(every > 0, unknown, 1.0)


def _counted(rows: Places, columns: Places, shape: tuple[int, int]) -> Any:  # noqa: ANN401 - scipy bears no types
    ones = np.ones(len(rows), np.float32)
    made: Any = sparse.coo_matrix((ones, (rows, columns)), shape=shape).tocsr()
    made.sum_duplicates()
    return made


def learn_columns(block: Block, views: Mapping[View, Sequence[str]]) -> Columns:
    """Choose the grams that enough texts hold, and their idf."""
    grams = list(block.grams(views))
    names = np.concatenate([gram.names for gram in grams])
    rows = np.concatenate([gram.rows for gram in grams])
    known, spots = np.unique(names, return_inverse=True)
    count = len(views[block.view])
    made = _counted(rows, spots.ravel(), (count, len(known)))
    texts = np.bincount(made.indices, minlength=len(known))
    kept = texts >= block.texts
    idf = np.log((1 + count) / (1 + texts[kept])) + 1
    if block.cut is Cut.LINES:
        idf = np.ones_like(idf)  # a fact is no less telling for being common
    return Columns(block, known[kept], idf.astype(np.float32))


def views_of(
    readings: Sequence[Reading], blocks: Sequence[Block]
) -> dict[View, list[str]]:
    """Return the texts in each view that a block looks at."""
    wanted = sorted({block.view for block in blocks})
    return {view: [reading.view(view) for reading in readings] for view in wanted}
