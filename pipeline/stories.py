"""Finds near-copies of a batch and the story each post belongs to. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.ids import PostId, StoryId
from pipeline.stages import Screened, StoryLink

NEAR = 0.6
"""Similarity from which two texts are near-copies. Lower joins different stories of
one event, higher misses copies cut by a third (`benchmarks/near_copies.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored post that shares a fingerprint band."""

    post_id: PostId
    fingerprint: tuple[int, ...]
    when: datetime
    story: StoryId | None


def link(
    items: Sequence[Screened],
    candidates: Mapping[PostId, Sequence[Candidate]],
    similarity: Callable[[tuple[int, ...], tuple[int, ...]], float],
) -> dict[PostId, StoryLink]:
    """Link each post to its oldest near-copy, stored or earlier in the batch.

    A story is named after its oldest known member, so that two workers that see the
    same posts name it alike; `jobs` mends what they could not see of each other.
    """
    seen: list[Candidate] = []
    links: dict[PostId, StoryLink] = {}
    for item in sorted(items, key=lambda i: (i.post.when, i.post.id)):
        post = item.post
        if not item.fingerprint:
            continue
        others = [*candidates.get(post.id, ()), *seen]
        near = [
            other
            for other in others
            if other.post_id != post.id
            and similarity(item.fingerprint, other.fingerprint) >= NEAR
        ]
        made = _choose(post.id, post.when, near)
        links[post.id] = made
        seen.append(
            Candidate(
                post_id=post.id,
                fingerprint=item.fingerprint,
                when=post.when,
                story=made.story,
            )
        )
    return links


def _choose(post_id: PostId, when: datetime, near: Sequence[Candidate]) -> StoryLink:
    if not near:
        return StoryLink(story=StoryId(post_id))
    oldest = min(near, key=lambda other: (other.when, other.post_id))
    story = oldest.story or StoryId(oldest.post_id)
    if (when, post_id) < (oldest.when, oldest.post_id):
        return StoryLink(story=story)
    return StoryLink(story=story, near_duplicate_of=oldest.post_id)
