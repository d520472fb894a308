"""What is kept beside a version: what it was made of, and how it stood when built.

Apart from `candidate`, so that who only reads does not load what training needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from classifier.compared import Comparison, comparison_markdown
from jobs.learning.kept import read_record

TRAINING, COMPARISON, PAGE = "training.json", "comparison.json", "comparison.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a version was made of; kept beside it. Holds no text and no post's id.

    `by_reviewer` counts verdicts by the account's id: many of one account's can bend a
    model where no frozen set looks.
    """

    version: str
    at: datetime
    corpus: int
    reviews: int
    review_weight: float
    reviewers: int = 0
    since: datetime | None = None
    until: datetime | None = None
    by_queue: Mapping[str, int] = field(default_factory=dict)
    by_verdict: Mapping[str, int] = field(default_factory=dict)
    by_reviewer: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    measured_on: int = 0

    @property
    def largest_share(self) -> float:
        """Share of the verdicts that one person gave who gave most (0 if unknown)."""
        counts = self.by_reviewer.values()
        return max(counts) / sum(counts) if counts else 0.0


def write_records(folder: Path, training: Training, made: Comparison) -> None:
    """Keep both beside a version, the comparison as a page too."""
    for name, value in ((TRAINING, training), (COMPARISON, made)):
        text = msgspec.json.format(msgspec.json.encode(value), indent=2)
        (folder / name).write_bytes(text + b"\n")
    (folder / PAGE).write_text(comparison_markdown(made), encoding="utf-8")


def read_training(folder: Path) -> Training | None:
    """Return what a version was made of; None for the one that was installed."""
    return read_record(folder / TRAINING, Training)


def read_comparison(folder: Path) -> Comparison | None:
    """Return how a version stood when it was built; None for the installed one."""
    return read_record(folder / COMPARISON, Comparison)
