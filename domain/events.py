"""What travels through the topics `posts`, `posts.backfill`, `posts.rejected`."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import PostId
from domain.labels import GoneReason
from domain.post import Counts, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSeen:
    """A post was fetched for the first time."""

    post: Post
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRevised:
    """A known post was fetched with other content; `changed` names the fields."""

    post: Post
    changed: tuple[str, ...]
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostGone:
    """A known post was deleted, moved or restored at its place."""

    post_id: PostId
    revision: int
    reason: GoneReason
    at: datetime
    moved_to: str | None = None
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsSeen:
    """Reaction counts changed while the content did not."""

    post_id: PostId
    revision: int
    counts: Counts
    at: datetime
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An event that failed for good, with the bytes as they were read.

    `stage` is the room and step that refused it, `reason` a short stable code,
    `detail` the error's text. `topic`, `partition`, `offset` say where it came from.
    `value` is None for a tombstone.
    """

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes | None
    stage: str
    reason: str
    detail: str
    at: datetime


PostEvent = PostSeen | PostRevised | PostGone | CountsSeen


def post_id_of(event: PostEvent) -> PostId:
    """Return the id of the post that the event is about."""
    match event:
        case PostSeen(post=post) | PostRevised(post=post):
            return post.id
        case PostGone(post_id=post_id) | CountsSeen(post_id=post_id):
            return post_id
