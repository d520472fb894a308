"""Posts for the scaling measurements, out of the product's own training texts.

The corpus has a few thousand texts and the measurements need more, so later rounds
join halves of different texts (comments) or other paragraphs (articles): words as in
life, and no wave of near-copies that no newsroom has.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime

from classifier.corpus_check import CORPUS
from classifier.rows import read_rows
from domain.ids import PostId, SourceId
from domain.labels import PostKind
from domain.post import Post

PARAGRAPHS = 6
"""Corpus articles are paragraphs; six of them are as long as an article."""

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Which share of the posts are articles, and which is about the province."""

    articles: float = 0.1
    past_gate: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A post and whether it was written to pass the gate."""

    post: Post
    passes: bool


class PostMaker:
    """Makes posts without end; the same seed makes the same posts."""

    def __init__(self, province: str, *, seed: int = 1) -> None:
        rows = read_rows(CORPUS / "train")
        self._comments = [r.text for r in rows if r.kind is not PostKind.ARTICLE]
        articles = [row for row in rows if row.kind is PostKind.ARTICLE]
        self._titles = [row.title for row in articles if row.title]
        self._paragraphs = [row.text for row in articles]
        self._province = province
        self._chance = random.Random(seed)

    def make(self, count: int, mix: Mix, prefix: str) -> list[Made]:
        """Return `count` posts with ids `prefix:0` and on."""
        made = []
        sides = {True: 0, False: 0}
        for number in range(count):
            passes = every(number, mix.past_gate)
            # Counted on either side of the gate, so that both have their articles.
            article = every(sides[passes], mix.articles)
            sides[passes] += 1
            kind = PostKind.ARTICLE if article else PostKind.COMMENT
            made.append(self.one(f"{prefix}:{number}", kind, passes=passes))
        return made

    def one(self, post_id: str, kind: PostKind, *, passes: bool) -> Made:
        """Return one post."""
        place = f"Tại {self._province}: " if passes else ""
        title = ""
        if kind is PostKind.ARTICLE:
            title = self._chance.choice(self._titles)
            text = "\n".join(self._chance.sample(self._paragraphs, PARAGRAPHS))
        else:
            text = self._comment()
        post = Post(
            id=PostId(post_id),
            revision=1,
            source=SourceId("bench"),
            kind=kind,
            url=f"http://bench/{post_id}",
            fetched=LONG_AGO,
            title=title,
            text=place + text,
        )
        return Made(post=post, passes=passes)

    def _comment(self) -> str:
        first, second = self._chance.sample(self._comments, 2)
        left, right = first.split(), second.split()
        return " ".join(left[: len(left) // 2 + 1] + right[len(right) // 2 :])


def every(number: int, share: float) -> bool:
    """Whether `number` is among the share, which is spread evenly."""
    return int(number * share) != int((number + 1) * share)
