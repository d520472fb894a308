"""Builds a candidate from corpus and reviews, and holds it against the live model."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from classifier.artefact import load
from classifier.compared import Comparison
from classifier.comparison import compare
from classifier.corpus_check import LEAK, drop_near_copies
from classifier.folder import present
from classifier.lines import Progress
from classifier.port import Classifier
from classifier.rows import Row
from classifier.training import TrainReport, train_command
from domain.clock import Clock
from domain.errors import QuarantineError
from jobs.learning.records import Training, write_records
from jobs.learning.registry import Change, Entry, ModelRegistry
from jobs.learning.reviewed import Gathered, Reviewed

FEWEST = 200
"""Reviews that teach something. With fewer the newest fifth holds under forty posts,
and one odd post decides whether a candidate passes."""

NEWEST = 0.2
"""Share of the reviews, the newest, that only measure. What is measured is then the
very model that goes live, and later candidates learn from them in their turn. Larger
forgets the last weeks, smaller measures on too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Reviews by time: the older train, the newest measure."""

    older: Sequence[Reviewed]
    newest: Sequence[Reviewed]


def split_by_time(reviews: Sequence[Reviewed]) -> Split:
    """Cut off the newest fifth; older near-copies of it are left out of training.

    Raises `QuarantineError` that says how many are wanted when there are too few.
    """
    if len(reviews) < FEWEST:
        raise QuarantineError(
            f"There are {len(reviews)} reviews to learn from; {FEWEST} are wanted.",
            reason="too_few_reviews",
            hint="Go on reviewing; `minhtin model reviews` shows what counts.",
        )
    cut = len(reviews) - math.ceil(NEWEST * len(reviews))
    older, newest = reviews[:cut], reviews[cut:]
    held = [one.row for one in newest]
    kept = {r.id for r in drop_near_copies([o.row for o in older], held, copy=LEAK)}
    return Split(older=[one for one in older if one.post_id in kept], newest=newest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A candidate as kept, and how it stands beside the live model."""

    training: Training
    comparison: Comparison
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where candidates are made. `installed` is the folder of the live model.

    `train` and `compare` are the shipped ones unless told: both take a minute or two.
    """

    registry: ModelRegistry
    installed: Callable[[], Path]
    examples: Sequence[Row]
    clock: Clock
    gold: Sequence[Row] = ()
    train: Callable[..., TrainReport] = train_command
    compare: Callable[..., Comparison] = compare

    def build(
        self,
        gathered: Gathered,
        *,
        by: str,
        why: str = "",
        progress: Progress = lambda _what, _share: None,
    ) -> Built:
        """Train, compare and keep the candidate, whatever the comparison says.

        It then runs in shadow, but cannot be promoted where a figure is worse.
        """
        split = split_by_time(gathered.reviewed)
        live = load(self.installed())
        self._adopt(live)
        draft = self.registry.draft()
        report = self.train(
            draft,
            examples=self.examples,
            verdicts=[one.row for one in split.older],
            held=self.gold,
            progress=lambda what, share: progress(what, share * _TRAINING),
        )
        candidate = load(draft)
        made = self.compare(
            live,
            candidate,
            gold=self.gold,
            recent=_measurable(split.newest),
            progress=lambda what, share: progress(
                what, _TRAINING + share * (1 - _TRAINING)
            ),
        )
        now = self.clock.now()
        training = _training(
            report.version,
            now,
            (report.rows - report.reviews, report.reviews, report.review_weight),
            split,
            gathered,
        )
        write_records(draft, training, made)
        entry = Entry(
            at=now, by=by, change=Change.CANDIDATE, version=report.version, why=why
        )
        self.registry.put_candidate(draft, entry)
        folder = self.registry.folder(report.version)
        return Built(training=training, comparison=made, folder=folder)

    def _adopt(self, live: Classifier) -> None:
        """Keep the model that is live before the first candidate, to go back to."""
        if not self.registry.read().lives:
            entry = Entry(
                at=self.clock.now(),
                by="system",
                change=Change.INSTALLED,
                version=live.version,
            )
            self.registry.install(present(self.installed()), live.version, entry)


_TRAINING = 0.85
"""Share of the time that training takes of the whole; only the bar depends on it."""


def _measurable(newest: Sequence[Reviewed]) -> list[Row]:
    return drop_near_copies([one.row for one in newest])


def _training(
    version: str,
    now: datetime,
    counts: tuple[int, int, float],
    split: Split,
    gathered: Gathered,
) -> Training:
    words = [word for one in split.older for word in one.words]
    return Training(
        version=version,
        at=now,
        corpus=counts[0],
        reviews=counts[1],
        review_weight=counts[2],
        reviewers=len({word.by for word in words}),
        since=min((word.at for word in words), default=None),
        until=max((word.at for word in words), default=None),
        by_queue=dict(Counter(word.queue for word in words)),
        by_verdict=dict(Counter(word.verdict.value for word in words)),
        by_reviewer=dict(Counter(word.by for word in words)),
        left_out={why.value: count for why, count in gathered.left_out.items()},
        measured_on=len(split.newest),
    )
