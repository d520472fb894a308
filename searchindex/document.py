"""What a document holds, and which of its fields can be searched.

`VERSION` goes into the index's name: raise it when the mapping changes and run
`minhtin reindex`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from domain.analysis import Analysis
from domain.events import CountsSeen, PostGone
from domain.ids import StoryId
from domain.post import Post
from domain.review import ReviewState

VERSION = 1


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
        """Highest flagged probability, 0 where nothing is flagged."""
        scores = self.analysis.judgement.labels
        return max((s.probability for s in scores if s.flagged), default=0.0)

    @property
    def story_shown(self) -> StoryId | None:
        """A person's word on the story wins over the automatic one."""
        if self.review is not None and self.review.story is not None:
            return self.review.story
        return self.story or self.analysis.story
