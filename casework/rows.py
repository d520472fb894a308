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
    """`token` is the SHA-256 of what the browser holds.

    `sid` and `id_token` come from the provider of a single sign-on, the latter sealed.
    """

    token: str
    account: str
    origin: str
    started: datetime
    seen: datetime
    expires: datetime
    sid: str | None = None
    id_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow(Row):
    """Failed sign-ins under one key (a hash of name, origin or both)."""

    key: str
    failures: int
    last: datetime
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow(Row):
    """A right password that waits for its second factor; `digest` of the token."""

    digest: str
    account: str
    origin: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDeviceRow(Row):
    """An authenticator app. `secret` is sealed; `step` is the last one accepted."""

    account: str
    secret: str
    confirmed: bool
    step: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRow(Row):
    """A recovery code that is still good, as its hash."""

    digest: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenRow(Row):
    """A program's way in; `digest` is the SHA-256 of the token, `scopes` spaced."""

    id: str
    digest: str
    account: str
    name: str
    scopes: str
    created: datetime
    expires: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRow(Row):
    """Who an account is at the provider of single sign-on."""

    issuer: str
    subject: str
    account: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOnRow(Row):
    """A single sign-on that was begun; `state` and `browser` are hashes."""

    state: str
    browser: str
    nonce: str
    verifier: str
    target: str
    expires: datetime


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
    turn: int = 1
    """Whose word it was (`casework.opinions.Turn`)."""


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
    provisional: bool = False
    """The verdict waits for a second person's, and is told to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReviewRow(PostRow):
    """The second review of one revision, and the decisions that count in it.

    `since` is the decision that it began with, `before` the version of the review state
    that stood then. `first`, `second` and `settling` are decisions.
    """

    revision: int
    status: str
    drawn: bool
    since: int
    before: int
    at: datetime
    first: int | None = None
    first_by: str | None = None
    second: int | None = None
    second_by: str | None = None
    settling: int | None = None


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
class ReturnRow(PostRow):
    """A post that somebody gave back: it is not given to them again."""

    account: str
    revision: int
    at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow(Row):
    """A case. `serial` runs within `year` without gaps; cases are never removed.

    `merged_into` is the id of the case that it went into; nothing of it moves there.
    What lists sort by and look for is reckoned from the other tables after each act
    (`casework.case_sums`), also from what was merged into it: `due`, what of open tasks
    and running clocks is due first; `tasks` and `clocks`, how many; `words`, numbers
    and titles, folded.
    """

    id: int = 0
    number: str
    year: int
    serial: int
    kind: str
    title: str
    status: str
    owner: str | None
    account: str
    created: datetime
    changed: datetime
    revision: int
    merged_into: int | None = None
    due: datetime | None = None
    tasks: int = 0
    clocks: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePostRow(PostRow):
    """A post of a case. The time line names the row's id only, so that it can go."""

    id: int = 0
    case_id: int
    revision: int
    account: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTaskRow(Row):
    id: int = 0
    case_id: int
    text: str
    who: str | None
    due: datetime | None
    done: datetime | None = None
    done_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClockRow(Row):
    """A duty that runs; `trigger` and `due` stay as they were at the start."""

    id: int = 0
    case_id: int
    rule: str
    trigger: datetime
    due: datetime
    waiting: str = ""
    met: datetime | None = None
    withdrawn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileRow(Row):
    id: int = 0
    case_id: int
    name: str
    media_type: str
    size: int
    sha256: str
    evidence: str
    account: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEventRow(Row):
    """A line of a time line; the database refuses to change or remove it."""

    id: int = 0
    case_id: int
    at: datetime
    account: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow(Row):
    """A person's request about their data, or an objection. `serial` is as of cases.

    `duties` are due times by rule, `papers` digests of certificates, both as JSON.
    """

    id: int = 0
    number: str
    year: int
    serial: int
    kind: str
    step: str
    who: str
    contact: str
    wanted: str
    received: datetime
    duties: str
    account: str
    created: datetime
    changed: datetime
    revision: int = 1
    outcome: str | None = None
    reason: str = ""
    done: str = ""
    answer: str = ""
    papers: str = "[]"
    kept_back: int = 0
    ordered: datetime | None = None
    replied: datetime | None = None
    acted: datetime | None = None
    answered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPostRow(PostRow):
    """A post that a request is about; it goes when the post is erased."""

    id: int = 0
    request_id: int
    revision: int
    account: str
    at: datetime
