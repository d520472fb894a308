"""Values of casework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from casework.opinions import Turn
from domain.ids import AgencyId, PostId, StoryId
from domain.labels import Harm, Role, Verdict
from domain.review import ReviewState


class Scope(StrEnum):
    """What an access token is good for, at most; the account's role bounds it too."""

    POSTS = "posts:read"
    PERSONAL = "personal:read"
    DECISIONS = "decisions:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in."""

    id: str
    name: str
    display: str
    role: Role
    active: bool = True
    must_change_password: bool = False
    local: bool = True
    """Has a password here; else it signs in at the provider of single sign-on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in session; `token` is known to the browser only, stored hashed.

    `must_enrol` while the role asks for an authenticator app that is not there yet.
    `scopes` is None in a browser; a program that came with an access token has those.
    """

    token: str
    account: Account
    csrf: str
    started: datetime
    expires: datetime
    must_enrol: bool = False
    scopes: frozenset[Scope] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """The password was right; `token` opens a session together with a code."""

    token: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session as its owner sees it; `id` names it and opens nothing."""

    id: str
    origin: str
    started: datetime
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDevice:
    """What is known of an account's authenticator app."""

    confirmed: bool
    since: datetime
    recovery_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """An access token without what opens it."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom the provider of single sign-on vouches for."""

    issuer: str
    subject: str
    name: str
    display: str
    role: Role
    sid: str = ""
    id_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOn:
    """What a begun single sign-on must find again when the browser comes back."""

    nonce: str
    verifier: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a verdict rests on: a link or a document, with a note."""

    title: str
    url: str = ""
    publisher: str = ""
    date: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decides about one revision of a post.

    `harmful` needs `harm`; `answer_needed` needs `agency`; `false`, `misleading` and
    `true` need at least one piece of evidence.
    """

    post_id: PostId
    revision: int
    verdict: Verdict
    harm: Harm | None = None
    agency: AgencyId | None = None
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    queue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as recorded; an undo is a row of its own with `undoes` set."""

    id: int
    at: datetime
    by: Account
    decision: Decision
    undoes: int | None = None
    undone: bool = False
    turn: Turn = Turn.FIRST
    provisional: bool = False
    """It waits for a second person's word, or for one who settles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLooks:
    """Open second reviews as one person meets them.

    `kept` are posts that are not for them now, in which revision; `to_settle` those
    on which two colleagues disagree.
    """

    kept: Mapping[PostId, int] = field(default_factory=dict)
    to_settle: tuple[PostId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A post's review as one person may know it.

    `version` is the one to send back with a verdict. `waiting`: their own verdict waits
    for a second person's. `opinions` are the two words that they are to settle.
    `blind`: there are words that they may not know.
    """

    state: ReviewState | None
    version: int
    history: tuple[Decided, ...]
    waiting: bool = False
    blind: bool = False
    opinions: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindPair:
    """What two people said of one post without knowing of each other.

    `drawn`: it was drawn by chance. Else the first verdict asked for the second, and
    the pair says nothing of posts in general.
    """

    verdicts: tuple[Verdict, Verdict]
    harms: tuple[Harm | None, Harm | None]
    drawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    id: int
    owner: str
    name: str
    query: str
    shared: bool
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One link of the audit chain; holds ids and hashes, no text of posts."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    previous: str = ""
    digest: str = ""


class AuditFault(StrEnum):
    """What is wrong with an audit log; `casework.faults` says what each means."""

    CHANGED = "changed"
    MISSING = "missing"
    UNLINKED = "unlinked"
    UNREADABLE = "unreadable"
    TAIL = "tail"
    CUT = "cut"
    REWRITTEN = "rewritten"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheck:
    """Result of verifying the chain: the number of rows, and the first bad one.

    `head` is the last digest of a sound chain. `anchors` signed heads were met, the
    last of them at row `agreed`: up to there nothing can have been rewritten.
    """

    rows: int
    sound: bool
    first_bad: int | None = None
    problem: str = ""
    fault: AuditFault | None = None
    head: str = ""
    agreed: int = 0
    anchors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which rows are wanted; what is empty does not restrict.

    `actors` are ids or names of one or several, `acts` are exact names. A time range
    takes `since` in and leaves `until` out.
    """

    since: datetime | None = None
    until: datetime | None = None
    actors: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    subject: str = ""

    def stated(self) -> dict[str, Any]:
        """Return what restricts, as JSON values, for a record of what was given out."""
        times = {"since": self.since, "until": self.until}
        found: dict[str, Any] = {k: v.isoformat() for k, v in times.items() if v}
        lists = {"actors": self.actors, "acts": self.acts}
        found |= {name: list(value) for name, value in lists.items() if value}
        return found | ({"subject": self.subject} if self.subject else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExport:
    """An export that was noted: `rows` rows that fit, up to row `upto` inclusive."""

    wanted: AuditFilter
    rows: int
    upto: int
    head: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditStanding:
    """How the log stands: its length, when it was last verified and last anchored."""

    rows: int
    verified: AuditRow | None
    anchored: AuditRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A versioned value that people edit in the console (sources, thresholds …)."""

    key: str
    value: Any
    version: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """Something that others must learn of: `topic` is a log topic's name."""

    id: int
    topic: str
    key: str
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """One run of a scheduled job; unique by (job, due)."""

    job: str
    due: datetime
    holder: str
    lease_until: datetime
    started: datetime
    finished: datetime | None
    ok: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """Who is looking at a post at this moment (a lease that expires)."""

    post_id: PostId
    account: Account
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCut:
    """A person's word that a post is not of that story (or belongs to another)."""

    post_id: PostId
    story: StoryId
    by: str
    at: datetime
