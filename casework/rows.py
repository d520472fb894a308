"""Rows as the store keeps them: plain values, one class a table.

Ids that are `int = 0` are given by the store. Times are aware UTC. `account` is an
account's id; JSON is kept as canonical text, so that hashes over it are stable.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a store can keep: one of the classes below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow(Row):
    """A row that belongs to a post and goes with it."""

    post_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow(Row):
    id: str
    name: str
    display: str
    role: str
    active: bool
    must_change: bool
    password: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow(Row):
    """`token` is the SHA-256 of what the browser holds."""

    token: str
    account: str
    origin: str
    started: datetime
    seen: datetime
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow(Row):
    """Failed sign-ins under one key (a hash of name, origin or both)."""

    key: str
    failures: int
    last: datetime
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow(PostRow):
    """A decision, or the undoing of one (`undoes`, unique). Never changed."""

    id: int = 0
    at: datetime
    account: str
    revision: int
    verdict: str
    harm: str | None
    agency: str | None
    reason: str
    evidence: str
    queue: str
    undoes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow(PostRow):
    """What stands for a post after the last change; `version` grows by one."""

    revision: int
    version: int
    at: datetime
    account: str
    verdict: str | None
    harm: str | None
    agency: str | None
    reason: str
    story: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRow(PostRow):
    id: int = 0
    story: str
    new_story: str
    account: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewingRow(PostRow):
    account: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRow(Row):
    id: int = 0
    owner: str
    name: str
    query: str
    shared: bool
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow(Row):
    """One version of a setting; `current` marks the newest."""

    id: int = 0
    key: str
    version: int
    current: bool
    value: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry(Row):
    """A link of the chain; ids are without gaps, from 1."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    detail: str
    previous: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead(Row):
    """How long the chain is and where it ends, so that a cut tail is seen."""

    chain: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry(Row):
    id: int = 0
    topic: str
    key: str
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow(Row):
    job: str
    due: datetime
    holder: str
    lease_until: datetime
    started: datetime
    finished: datetime | None
    ok: bool
    message: str
