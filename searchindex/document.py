"""What a document holds, and which of its fields can be searched.

`VERSION` goes into the index's name: raise it when the mapping changes and run
`minhtin reindex`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Self

from domain.analysis import Analysis
from domain.events import CountsSeen, PostGone
from domain.ids import StoryId
from domain.labels import Harm, Queue
from domain.post import Post
from domain.review import ReviewState

VERSION = 1

DOUBT_SHARE = 0.2
"""Share of flagged posts that stand by doubt. Larger pushes sure harm down the queue;
at 0 what lies just over the threshold is never reached on a busy day."""

BELOW_THE_SUREST = 0.9
"""No post drawn at random stands above this, so that the surest harm is read first."""


class FieldKind(StrEnum):
    """How a field is compared."""

    KEYWORD = "keyword"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"


FIELDS: dict[str, FieldKind] = {
    "id": FieldKind.KEYWORD,
    "source": FieldKind.KEYWORD,
    "outlet": FieldKind.KEYWORD,
    "kind": FieldKind.KEYWORD,
    "about": FieldKind.KEYWORD,
    "place": FieldKind.KEYWORD,
    "queue": FieldKind.KEYWORD,
    "label": FieldKind.KEYWORD,
    "topic": FieldKind.KEYWORD,
    "stance": FieldKind.KEYWORD,
    "language": FieldKind.KEYWORD,
    "status": FieldKind.KEYWORD,
    "verdict": FieldKind.KEYWORD,
    "story": FieldKind.KEYWORD,
    "thread": FieldKind.KEYWORD,
    "gone": FieldKind.KEYWORD,
    "title": FieldKind.TEXT,
    "text": FieldKind.TEXT,
    "published": FieldKind.DATE,
    "fetched": FieldKind.DATE,
    "revision": FieldKind.NUMBER,
    "urgency": FieldKind.NUMBER,
}
"""Names people may type before a colon.

`status` is `open`, `reviewed` or `reopened`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRevision:
    r"""A former text of a post whose text was edited; lead and text a line each.

    `evidence` is the capture that it was read from, where that is known.
    """

    revision: int
    fetched: datetime
    title: str
    text: str
    evidence: str = ""

    @classmethod
    def of(cls, post: Post) -> Self:
        """Return what is kept of a post's text."""
        return cls(
            revision=post.revision,
            fetched=post.fetched,
            title=post.title,
            text="\n".join(part for part in (post.lead, post.text) if part),
            evidence=post.evidence or "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A post with what is known of it: the two sides and the folded history.

    `gone` says that it is not at its place now; `passed` are the last removals and
    returns that are known, oldest first.
    """

    analysis: Analysis
    review: ReviewState | None = None
    history: tuple[EarlierRevision, ...] = ()
    story: StoryId | None = None
    gone: PostGone | None = None
    counts: CountsSeen | None = None
    passed: tuple[PostGone, ...] = ()

    @property
    def post(self) -> Post:
        return self.analysis.post

    @property
    def status(self) -> str:
        """`open` without a verdict, `reopened` when a newer revision came since."""
        if self.review is None or self.review.verdict is None:
            return "open"
        if self.review.revision < self.post.revision:
            return "reopened"
        return "reviewed"

    @property
    def urgency(self) -> float:
        """Where the post stands in the order of work, 0 to 1.

        Its highest flagged probability, 0 where nothing is flagged. A share of the
        posts flagged as harmful, drawn by id, stands as high as the models were in
        doubt, for these teach most. One drawn at random for review stands anywhere.
        """
        scores = [s for s in self.analysis.judgement.labels if s.flagged]
        highest = max((s.probability for s in scores), default=0.0)
        if Queue.HARMFUL not in self.analysis.queues:
            return highest
        if self.analysis.sampled:
            return max(highest, BELOW_THE_SUREST * _anywhere(self.post.id))
        if _anywhere(f"doubt {self.post.id}") < DOUBT_SHARE:
            harms = [s for s in scores if s.name in set(Harm)]
            over = max((s.probability - s.threshold for s in harms), default=1.0)
            return max(highest, 1 - max(over, 0.0))
        return highest

    @property
    def story_shown(self) -> StoryId | None:
        """A person's word on the story wins over the automatic one."""
        if self.review is not None and self.review.story is not None:
            return self.review.story
        return self.story or self.analysis.story


def _anywhere(name: str) -> float:
    """Return a number from 0 to 1 that depends on nothing but the name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest()) / 2**32
