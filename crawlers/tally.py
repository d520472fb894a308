"""Counts of one visit."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from crawlers.frontier.port import SourceRun
from crawlers.refusals import POSTPONED
from domain.ids import SourceId
from domain.post import Post

HARMLESS = {
    "robots",
    "not_text",
    "offsite",
    "comments_disabled",
    "quota_spent",
    "odd_item",
    "erased",
    *POSTPONED,
}
"""What is left out on purpose or for now; all else counts as the source's error."""


@dataclass(slots=True)
class Tally:
    """Grows during a visit; `run` makes a `SourceRun` of it."""

    source: SourceId
    started: datetime
    requests: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    gone: int = 0
    pages: int = 0
    with_title: int = 0
    with_date: int = 0
    with_text: int = 0
    with_author: int = 0
    letters: int = 0
    walled: int = 0
    not_modified: int = 0
    received: int = 0
    listed: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    message: str = ""
    last_code: str = ""

    def read(self, post: Post) -> None:
        """Count one post and which fields it came with."""
        self.pages += 1
        self.with_title += bool(post.title)
        self.with_date += post.published is not None
        self.with_text += bool(post.text)
        self.with_author += bool(post.byline or post.author)
        self.letters += len(post.text)

    def fail(self, code: str) -> None:
        """Count an error or something left out, by a short stable code."""
        self.last_code = code
        (self.left_out if code in HARMLESS else self.errors)[code] += 1

    @property
    def whole(self) -> bool:
        """Whether all was asked and answered, so that the list need not come again."""
        return not self.errors and not POSTPONED & self.left_out.keys()

    def run(self, finished: datetime) -> SourceRun:
        """Return the visit's outcome."""
        left_out = [f"{code}: {n}" for code, n in sorted(self.left_out.items())]
        return SourceRun(
            source=self.source,
            started=self.started,
            finished=finished,
            requests=self.requests,
            new=self.new,
            revised=self.revised,
            unchanged=self.unchanged,
            gone=self.gone,
            pages=self.pages,
            with_title=self.with_title,
            with_date=self.with_date,
            with_text=self.with_text,
            with_author=self.with_author,
            letters=self.letters,
            walled=self.walled,
            refused=self.left_out["robots"],
            not_modified=self.not_modified,
            received=self.received,
            listed=self.listed,
            errors=dict(self.errors),
            message="; ".join([*filter(None, [self.message]), *left_out]),
        )
