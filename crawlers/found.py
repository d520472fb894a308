"""What spiders yield, before the frontier says whether it is new."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawlers.frontier.queue import WaitingPage
from domain.post import Counts, Post
from evidence.port import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """A post as read; its `revision` and `evidence` are filled in by the ingest.

    `validators` are remembered for `requested` once the post is acknowledged.
    `partial` marks a page that broke off: it may be new, but it is no edit.
    `corrected` names fields that read otherwise now although the page is the same: a
    revision whose evidence stays that of the post.
    `redirects` are the statuses of the redirects that led to it. `page` is the waiting
    page that ends with this finding; here and in the other findings.
    """

    post: Post
    trace: str
    requested: str
    capture: Capture | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False
    corrected: tuple[str, ...] = ()
    redirects: tuple[int, ...] = ()
    page: WaitingPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGone:
    """An address that answered 404 or 410, or, `soft`, that only looks as if not."""

    url: str
    at: datetime
    trace: str
    soft: bool = False
    page: WaitingPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnchanged:
    """An address that answered 304."""

    url: str
    at: datetime
    trace: str
    page: WaitingPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNothing:
    """A waiting page that brought no post; `problem` is the code of why."""

    page: WaitingPage
    problem: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCounts:
    """Reaction counts that a list shows of a post; None where it shows none."""

    url: str
    counts: Counts
    at: datetime
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """Validators of a page that only leads to posts (a feed, a thread).

    Remembered at the end of a visit, and only if nothing failed in it: else a post
    that could not be fetched would stay unknown until the page changes. `at_once` has
    them remembered when what was found before is acknowledged, whatever comes after:
    the place that a walk along a list has reached.
    """

    url: str
    validators: Mapping[str, str]
    at_once: bool = False


Ending = FoundPost | FoundGone | FoundUnchanged
"""Findings that may be the last of a waiting page."""

Found = Ending | FoundNothing | FoundCounts | FoundPage
