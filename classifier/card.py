"""The model card that travels with an artefact."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from classifier import costs
from classifier.rows import Row


class Figures(Protocol):
    """Held-out figures of one label."""

    @property
    def positives(self) -> int: ...
    @property
    def average_precision(self) -> float: ...
    @property
    def threshold(self) -> float: ...
    @property
    def precision(self) -> float: ...
    @property
    def recall(self) -> float: ...


class Trained(Protocol):
    """What the card needs of a training report."""

    @property
    def version(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def columns(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def labels(self) -> Mapping[str, Figures]: ...
    @property
    def topic_accuracy(self) -> float: ...
    @property
    def stance_accuracy(self) -> float: ...
    @property
    def reviews(self) -> int: ...
    @property
    def review_weight(self) -> float: ...


def model_card(report: Trained, rows: Sequence[Row]) -> str:
    """Write the card (Markdown)."""
    registers = Counter(row.register for row in rows)
    voices = ", ".join(f"{name} {count}" for name, count in registers.most_common())
    return f"""\
# Model {report.version}

Linear support vector machines on words and letter groups, one per label, calibrated by
a sigmoid on held-out scores; softmax for topic and stance.

- For: ranking and flagging Vietnamese posts for a person's review.
- Not for: deciding anything, judging people, or calling a claim false.
- Trained on {report.rows} texts (seed {report.seed}), {report.columns} columns.
  Registers: {voices}.{_reviews(report)}
- The training texts hold far more harm than real posts do, so real probabilities are
  lower than shown; the office's own verdicts mend that.
- Costs behind the thresholds: missed harm {costs.MISSED:g}, false flag
  {costs.FALSE_FLAG:g}, on an honest complaint {costs.FALSE_FLAG_HONEST:g}, another
  harm's name {costs.WRONG_HARM:g}.
- Criticism of authorities is never flagged as abuse or hate unless the text threatens
  or attacks a group (rule on top of the models).

Held-out figures (cross-validation on the training texts):

| label | texts | average precision | threshold | precision | recall |
|---|---|---|---|---|---|
{_table(report)}

Topic right in {report.topic_accuracy:.0%}, stance in {report.stance_accuracy:.0%} of
the held-out texts.
"""


def _reviews(report: Trained) -> str:
    if not report.reviews:
        return ""
    return (
        f"\n- {report.reviews} of the texts are reviewed posts, each counted as "
        f"{report.review_weight:.2f} of a corpus text."
    )


def _table(report: Trained) -> str:
    return "\n".join(
        f"| {name} | {f.positives} | {f.average_precision:.2f} | {f.threshold:.2f} "
        f"| {f.precision:.2f} | {f.recall:.2f} |"
        for name, f in report.labels.items()
    )
