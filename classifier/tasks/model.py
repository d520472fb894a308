"""A task's model: one line a label, judged and explained in numpy alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.tasks.blocks import Columns, Floats, Reading, View, read, views_of
from classifier.tasks.grams import Grams, strip_of, words
from classifier.tasks.seen import NOTHING, Seen
from domain.analysis import WeightedTerm

Doubles = NDArray[np.float64]

_SLICE = 1_000
"""Texts judged at once: at 50 numpy's calls cost more than the work, at 20,000 the
grams of long texts fill hundreds of megabytes."""

TERMS = 6

Counted = Callable[[int], None]
"""Called with how many texts are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Scores to probabilities: softmax of `scores @ slopes + offsets`."""

    slopes: Doubles
    offsets: Doubles

    def __call__(self, scores: Doubles) -> Doubles:
        raised = scores @ self.slopes + self.offsets
        raised = np.exp(raised - raised.max(axis=1, keepdims=True))
        made: Doubles = raised / raised.sum(axis=1, keepdims=True)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the model says of one text.

    `strangeness` is the share of its letter runs that training never met; `strange`
    is set where that is more than in all but one of a hundred held-out texts: the
    model knows too little to say, and a person should look.
    """

    label: str
    probabilities: Mapping[str, float]
    strangeness: float
    strange: bool
    why: tuple[WeightedTerm, ...] = ()

    @property
    def probability(self) -> float:
        """The probability of the label said."""
        return self.probabilities[self.label]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskModel:
    """Everything judging needs. `weights` has a row for each label.

    The label said is the one whose score is highest, `bias` and what training added to
    it for the sake of rare labels counted in; probabilities are calibrated apart, so
    the most probable label may be another. `seen` are fingerprints of what it was
    trained on.
    """

    version: str
    labels: Sequence[str]
    blocks: Sequence[Columns]
    weights: Floats
    bias: Doubles
    calibration: Calibration
    strange_from: float
    seen: Seen = field(default_factory=NOTHING.copy)

    def judge(
        self,
        texts: Sequence[str],
        *,
        explain: bool = False,
        done: Counted = lambda _count: None,
    ) -> list[Said]:
        """Judge texts in bulk, in order; `explain` says why the label was chosen."""
        said: list[Said] = []
        for start in range(0, len(texts), _SLICE):
            readings = [read(text) for text in texts[start : start + _SLICE]]
            said += self._judged(readings, explain=explain)
            done(len(said))
        return said

    def scores(self, readings: Sequence[Reading]) -> tuple[Doubles, Doubles]:
        """Return scores (texts, labels), and each text's strangeness."""
        views = views_of(readings, [columns.block for columns in self.blocks])
        made = [columns.matrix(views) for columns in self.blocks]
        matrix = sparse.hstack([part for part, _ in made], format="csr")
        total = np.asarray(matrix @ self.weights.T, np.float64) + self.bias
        return total, made[-1][1]

    def _judged(self, readings: Sequence[Reading], *, explain: bool) -> Iterator[Said]:
        scores, strangeness = self.scores(readings)
        odds = self.calibration(scores)
        best = scores.argmax(axis=1)
        for place, reading in enumerate(readings):
            label = int(best[place])
            yield Said(
                label=self.labels[label],
                probabilities=dict(zip(self.labels, odds[place].tolist(), strict=True)),
                strangeness=float(strangeness[place]),
                strange=bool(strangeness[place] > self.strange_from),
                why=self.why(reading, label) if explain else (),
            )

    def why(self, reading: Reading, label: int) -> tuple[WeightedTerm, ...]:
        """Return the words of the original text that weighed most, for and against.

        A word's weight is what its grams gave the label's score above the mean of the
        other labels'; a gram that spans words is shared among their letters.
        """
        text = reading.normal.original
        per_letter = np.zeros(len(text))
        others = np.delete(self.weights, label, axis=0).mean(axis=0)
        towards = self.weights[label] - others
        begin = 0
        for columns in self.blocks:
            part = towards[begin : begin + len(columns.names)]
            begin += len(columns.names)
            for start, end, weight in _shares(columns, part, reading):
                left, right = reading.to_original(columns.block.view, start, end)
                right = min(right, len(text))
                if left < right:
                    per_letter[left:right] += weight / (right - left)
        return _terms(text, per_letter)


def _shares(
    columns: Columns, weights: Floats, reading: Reading
) -> Iterator[tuple[int, int, float]]:
    """Yield (start, end, weight) of each known gram in the block's view."""
    views = {view: [reading.view(view)] for view in View}
    row = columns.matrix(views)[0]
    values = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
    grams = _together(list(columns.block.grams(views)))
    places = columns.places(grams.names)
    counts = np.bincount(places[places >= 0], minlength=1)
    for place, start, end in zip(
        places.tolist(), grams.starts.tolist(), grams.ends.tolist(), strict=True
    ):
        if place >= 0:
            share = values[place] / float(counts[place])
            yield start, end, share * float(weights[place])


def _together(found: Sequence[Grams]) -> Grams:
    return Grams(
        np.concatenate([grams.names for grams in found]),
        np.concatenate([grams.rows for grams in found]),
        np.concatenate([grams.starts for grams in found]),
        np.concatenate([grams.ends for grams in found]),
    )


def _terms(text: str, per_letter: Doubles) -> tuple[WeightedTerm, ...]:
    """Add letters up to words; equal words are one term with all its places."""
    strip = strip_of([text])
    starts, ends = words(strip)
    sums: dict[str, float] = {}
    spans: dict[str, list[tuple[int, int]]] = {}
    for first, last in zip(
        strip.places[starts].tolist(), strip.places[ends - 1].tolist(), strict=True
    ):
        term = text[first : last + 1].lower()
        sums[term] = sums.get(term, 0.0) + float(per_letter[first : last + 1].sum())
        spans.setdefault(term, []).append((first, last + 1))
    best = sorted(sums, key=lambda term: (-abs(sums[term]), term))[:TERMS]
    return tuple(
        WeightedTerm(term=term, weight=round(sums[term], 4), spans=tuple(spans[term]))
        for term in best
        if sums[term]
    )
