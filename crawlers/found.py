"""What spiders yield, before the frontier says whether it is new."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.post import Post
from evidence.port import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """A post as read; its `revision` and `evidence` are filled in by the ingest.

    `validators` are remembered for `requested` once the post is acknowledged.
    `partial` marks a page that broke off: it may be new, but it is no edit.
    `corrected` names fields that read otherwise now although the page is the same: a
    revision whose evidence stays that of the post.
    """

    post: Post
    trace: str
    requested: str
    capture: Capture | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False
    corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGone:
    """An address that answered 404 or 410."""

    url: str
    at: datetime
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnchanged:
    """An address that answered 304."""

    url: str
    at: datetime
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """Validators of a page that only leads to posts (a feed, a thread).

    Remembered at the end of a visit, and only if nothing failed in it: else a post
    that could not be fetched would stay unknown until the page changes.
    """

    url: str
    validators: Mapping[str, str]


Found = FoundPost | FoundGone | FoundUnchanged | FoundPage
