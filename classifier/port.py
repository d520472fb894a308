"""What the pipeline asks of a classifier."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from domain.analysis import Judgement
from domain.labels import PostKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A text to judge.

    `text` is the original `Post.whole_text`; spans in the answer point into it.
    `normalised` is what `nlp.normalise` made of it and `segmented` its words as
    underthesea cut them (joined by `_` inside a word), both handed in because the
    worker has them already; empty strings make the classifier do without.
    """

    text: str
    kind: PostKind = PostKind.POST
    normalised: str = ""
    segmented: str = ""
    licensed_press: bool = False


class Classifier(ABC):
    """Judges texts; pure, no I/O after construction."""

    @property
    @abstractmethod
    def version(self) -> str:
        """Short name of model and version, as written into analyses."""

    @abstractmethod
    def judge(
        self, subjects: Sequence[Subject], *, explain: bool = True
    ) -> Sequence[Judgement]:
        """Judge in bulk; one judgement per subject, in order.

        `explain` fills `LabelScore.why` for flagged labels. Every harm and label of
        `domain.labels` has a score, whether flagged or not; `stance` and
        `answer_owed` are only ever given for articles.
        """
