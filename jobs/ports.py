"""What jobs ask of casework, each in as few methods as it needs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from casework.model import (
    AuditRow,
    AuditStanding,
    Decided,
    JobRun,
    OutboxRow,
    Setting,
    StoryCut,
)
from domain.ids import Digest, PostId
from domain.review import ReviewState


class RunBook(Protocol):
    """The durable list of runs: one per job and due time."""

    def claim_run(
        self, job: str, due: datetime, holder: str, lease_seconds: float
    ) -> bool:
        """Take the run. False when it is finished, or another's lease still lives."""
        ...

    def finish_run(self, job: str, due: datetime, ok: bool, message: str) -> None:  # noqa: FBT001 - casework's signature
        """Note the outcome; the due time will never be claimed again."""
        ...

    def last_runs(self, job: str | None = None, limit: int = 20) -> Sequence[JobRun]:
        """Return the latest runs, unfinished ones included."""
        ...


class Outbox(Protocol):
    """What others must learn of, in the order in which it was decided."""

    def outbox(self, limit: int) -> Sequence[OutboxRow]:
        """Return the oldest rows that are not sent."""
        ...

    def outbox_sent(self, ids: Sequence[int]) -> None:
        """Forget rows that are durable elsewhere."""
        ...

    def latest(self, post_ids: Sequence[PostId]) -> Mapping[PostId, ReviewState]:
        """Return the present review state of the posts that have one."""
        ...


class StoryWords(Protocol):
    """What people said about stories."""

    def latest(self, post_ids: Sequence[PostId]) -> Mapping[PostId, ReviewState]:
        """Return the present review state of the posts that have one."""
        ...

    def story_cuts(
        self, post_ids: Sequence[PostId]
    ) -> Mapping[PostId, Sequence[StoryCut]]:
        """Return the cuts of the posts that have any."""
        ...


class RetentionBook(Protocol):
    """What retention reads and erases in casework."""

    def reviewed(self, post_ids: Sequence[PostId]) -> Mapping[PostId, ReviewState]:
        """Return the review state of the posts that have one, also provisional."""
        ...

    def decisions_since(self, when: datetime) -> Sequence[Decided]:
        """Return all decisions and undos since then, oldest first."""
        ...

    def posts_in_cases(self) -> set[PostId]:
        """Return the posts of all cases."""
        ...

    def files_of_cases(self) -> set[Digest]:
        """Return the captures that are attachments of cases."""
        ...

    def settings(self, prefix: str = "") -> Sequence[Setting]:
        """Return the present settings whose key starts so."""
        ...

    def forget_posts(self, actor: str, post_ids: Sequence[PostId], reason: str) -> int:
        """Erase the posts' decisions and queue their tombstones for `reviews`."""
        ...

    def record(
        self, actor: str, act: str, subject: str, detail: Mapping[str, Any]
    ) -> AuditRow:
        """Append to the audit chain."""
        ...


class CrawlBook(Protocol):
    """What the crawlers know of posts."""

    def erase(self, posts: Collection[PostId]) -> None:
        """Forget posts, and let none of them come back; may be done again."""
        ...

    def retire(self, posts: Collection[PostId]) -> None:
        """Look at the posts no more, and drop what lists said of them."""
        ...


class HealthBook(Protocol):
    """Where the last known state of each check is kept, and what health asks of."""

    def outbox_size(self) -> int:
        """Return how many rows wait to be sent."""
        ...

    def last_runs(self, job: str | None = None, limit: int = 20) -> Sequence[JobRun]:
        """Return the latest runs, unfinished ones included."""
        ...

    def audit_standing(self) -> AuditStanding:
        """Return when the audit log was last verified and anchored."""
        ...

    def setting(self, key: str) -> Setting | None:
        """Return the present value."""
        ...

    def settings(self, prefix: str = "") -> Sequence[Setting]:
        """Return the present settings whose key starts so."""
        ...

    def put_setting(
        self,
        actor: str,
        key: str,
        value: Any,  # noqa: ANN401 - any JSON value
        *,
        expected_version: int | None = None,
    ) -> Setting:
        """Store a new version. `ConflictError` when another version is current."""
        ...

    def record(
        self, actor: str, act: str, subject: str, detail: Mapping[str, Any]
    ) -> AuditRow:
        """Append to the audit chain."""
        ...
