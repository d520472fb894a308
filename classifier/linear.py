"""The classifier of the port, over linear models."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from classifier.criticism import PROTECTED, pardon
from classifier.explain import Explainer, read
from classifier.features import Seen, is_bare, see
from classifier.heads import ARTICLES_ONLY, BINARY, STANCES, TOPICS
from classifier.model import GROUPS, Model
from classifier.port import Classifier, Subject
from domain.analysis import Judgement, LabelScore
from domain.labels import Label, PostKind, Stance

_SLICE = 512
"""Texts weighed at once: fewer waste time in numpy's calls, more only fill memory."""

_REMEMBERED = 256
"""Texts kept cut: four batches of the worker, so that a candidate beside the live model
finds them ready. More is memory without use."""

_LONGEST_REMEMBERED = 20_000
"""Characters. Cut, a text takes a hundred times its letters: a few hundred of the
longest posts would fill memory with what nobody asks for again."""

_SLICE_TEXT = 1_000_000
"""Characters weighed at once: as above, cut they take a hundred megabytes."""

_MARKS_LOST = 0.3
"""What harm's log odds lose with a text's marks though training saw copies without:
given back to texts that carry none. At 0 the guard's look-alikes lose 4 points with
their marks and at 0.3 two; honest posts without marks are flagged no more often at 0.3,
and twice as often at 0.5 (parts `dev` and `spent`)."""

_COMPLAINT = BINARY.index(Label.COMPLAINT.value)
Row = NDArray[np.float64]


class LinearClassifier(Classifier):
    """Judges by calibrated linear models, then by the rule on criticism."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @property
    def version(self) -> str:
        return self.model.version

    def judge(
        self, subjects: Sequence[Subject], *, explain: bool = True
    ) -> Sequence[Judgement]:
        judged: list[Judgement] = []
        for part in _slices(subjects):
            texts = [seen_of(subject) for subject in part]
            scores = self.model.scores(self.model.vocabulary.matrix(texts))
            rows = self.model.probabilities(scores, _given_back(texts))
            judged += [
                self._judgement(subject, seen, row, explain=explain)
                for subject, seen, row in zip(part, texts, rows, strict=True)
            ]
        return judged

    def _judgement(
        self, subject: Subject, seen: Seen, row: Row, *, explain: bool
    ) -> Judgement:
        article = subject.kind is PostKind.ARTICLE
        names = [n for n in BINARY if article or n not in ARTICLES_ONLY]
        odds = {name: float(row[BINARY.index(name)]) for name in names}
        limits = self.model.thresholds
        flagged = {name for name in names if odds[name] >= limits[name]}
        note = ""
        if flagged & PROTECTED and (note := pardon(seen, float(row[_COMPLAINT]))):
            flagged -= PROTECTED
        why = Explainer(self.model, subject).why(sorted(flagged)) if explain else {}
        stance, stance_odds = _stance(row) if article else (None, 0.0)
        topics = row[GROUPS["topic"]]
        return Judgement(
            labels=tuple(
                LabelScore(
                    name=name,
                    probability=odds[name],
                    threshold=limits[name],
                    flagged=name in flagged,
                    why=why.get(name, ()),
                )
                for name in names
            ),
            topic=TOPICS[int(topics.argmax())],
            topic_probability=float(topics.max()),
            stance=stance,
            stance_probability=stance_odds,
            model=self.version,
            note=note,
            strange=self.model.vocabulary.unknown(seen) > self.model.strange_from,
        )


def _given_back(texts: Sequence[Seen]) -> Row:
    """Return what each text's harms are owed, in log odds, for marks not typed."""
    return np.asarray([_MARKS_LOST if is_bare(seen.tokens) else 0.0 for seen in texts])


def seen_of(subject: Subject) -> Seen:
    """Cut a subject as training does; normalises where the caller has not."""
    remembers = len(subject.text) <= _LONGEST_REMEMBERED
    cut = _remembered if remembers else _seen
    return cut(subject.text, subject.kind, subject.normalised)


def _seen(text: str, kind: PostKind, normalised: str) -> Seen:
    cut = normalised or read(Subject(text=text, kind=kind)).text
    return see(text, kind, cut)


_remembered = lru_cache(maxsize=_REMEMBERED)(_seen)


def _slices(subjects: Sequence[Subject]) -> Iterator[Sequence[Subject]]:
    start = letters = 0
    for place, subject in enumerate(subjects):
        letters += len(subject.text)
        if place > start and (place - start == _SLICE or letters > _SLICE_TEXT):
            yield subjects[start:place]
            start, letters = place, len(subject.text)
    if start < len(subjects):
        yield subjects[start:]


def _stance(row: Row) -> tuple[Stance, float]:
    stances = row[GROUPS["stance"]]
    return STANCES[int(stances.argmax())], float(stances.max())
