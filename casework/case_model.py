"""Values of cases: kinds, states and the moves between them, and what a case holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from casework.model import Account
from domain.duties import WorkingDays, runs_on_a_case
from domain.ids import Digest, PostId
from domain.profile import LegalRule, Profile


class CaseKind(StrEnum):
    PRESS = "press"
    RUMOUR = "rumour"
    COMPLAINT = "complaint"
    HARM = "harm"


class CaseStatus(StrEnum):
    NEW = "new"
    WORKING = "working"
    WAITING = "waiting"
    SETTLED = "settled"
    CLOSED = "closed"


NAMES: Mapping[CaseStatus, str] = {
    CaseStatus.NEW: "mới lập",
    CaseStatus.WORKING: "đang xử lý",
    CaseStatus.WAITING: "chờ phản hồi",
    CaseStatus.SETTLED: "đã có kết quả",
    CaseStatus.CLOSED: "đã đóng",
}
"""For sentences of the service, which are Vietnamese."""

MOVES: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.NEW: frozenset({CaseStatus.WORKING, CaseStatus.CLOSED}),
    CaseStatus.WORKING: frozenset(
        {CaseStatus.WAITING, CaseStatus.SETTLED, CaseStatus.CLOSED}
    ),
    CaseStatus.WAITING: frozenset({CaseStatus.WORKING, CaseStatus.SETTLED}),
    CaseStatus.SETTLED: frozenset({CaseStatus.WORKING, CaseStatus.CLOSED}),
    CaseStatus.CLOSED: frozenset({CaseStatus.WORKING}),
}
"""From which state a case may go where; `docs/cases.md` shows it. What waits for others
is not closed from there: somebody first says how it ended."""


class CaseEventKind(StrEnum):
    """What happened to a case; each is one line of its time line."""

    OPENED = "opened"
    EDITED = "edited"
    MOVED = "moved"
    POST_ADDED = "post_added"
    POST_REMOVED = "post_removed"
    TASK_ADDED = "task_added"
    TASK_DONE = "task_done"
    CLOCK_STARTED = "clock_started"
    CLOCK_WAITING = "clock_waiting"
    CLOCK_MET = "clock_met"
    CLOCK_WITHDRAWN = "clock_withdrawn"
    NOTED = "noted"
    FILE_ADDED = "file_added"
    MERGED = "merged"
    ABSORBED = "absorbed"
    PARTED = "parted"
    RELEASED = "released"


class DueSoon(StrEnum):
    """Cases by what is due next."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


class CaseOrder(StrEnum):
    """What stands first in a list; what has no due time comes last by `DUE`."""

    DUE = "due"
    NEWEST = "newest"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms:
    """What an office's profile says of cases: numbers, zone, duties, days off.

    `number` is a format of `year` and `serial`.
    """

    number: str = "{year}-{serial:06}"
    zone: tzinfo = timezone(timedelta(hours=7))
    rules: tuple[LegalRule, ...] = ()
    days: WorkingDays = field(default_factory=WorkingDays)

    def rules_on(self, when: datetime) -> tuple[LegalRule, ...]:
        """Return the duties that something at that time can begin."""
        day = when.astimezone(self.zone).date()
        return tuple(rule for rule in self.rules if runs_on_a_case(rule, day))

    @classmethod
    def of(cls, profile: Profile) -> "CaseTerms":
        return cls(
            number=profile.case_number,
            zone=ZoneInfo(profile.timezone),
            rules=profile.rules,
            days=WorkingDays.of(profile.holidays),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a case begins with; `posts` are post ids with the revision that was seen."""

    kind: CaseKind
    title: str
    posts: tuple[tuple[PostId, int], ...] = ()
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case; `revision` counts changes, so that nobody overwrites unseen ones.

    `merged_into` is the number of the case that it was merged into, if any.
    """

    number: str
    kind: CaseKind
    title: str
    status: CaseStatus
    owner: Account | None
    created: datetime
    by: Account
    changed: datetime
    revision: int
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPost:
    id: int
    post_id: PostId
    revision: int
    at: datetime
    by: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTask:
    id: int
    text: str
    who: Account | None
    due: datetime | None
    done: datetime | None
    done_by: Account | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """A duty of the law that runs on a case. `due` never changes after the start.

    `waiting` says for whom or what the office waits; it moves nothing.
    """

    id: int
    rule: str
    trigger: datetime
    due: datetime
    waiting: str
    met: datetime | None
    withdrawn: str

    @property
    def running(self) -> bool:
        return self.met is None and not self.withdrawn

    def missed(self, now: datetime) -> bool:
        """Tell whether the time is over, or was when the duty was met."""
        return not self.withdrawn and (self.met or now) > self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """An attachment: `sha256` of its bytes, `evidence` where they are kept."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    evidence: Digest
    at: datetime
    by: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    name: str
    media_type: str
    size: int
    sha256: str
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """A line of the time line; `number` is the case that it happened to."""

    id: int
    number: str
    at: datetime
    by: Account
    kind: CaseEventKind
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCase:
    """A case with all it holds, also of the cases that were merged into it."""

    case: Case
    absorbed: Sequence[Case]
    posts: Sequence[LinkedPost]
    tasks: Sequence[CaseTask]
    clocks: Sequence[CaseClock]
    files: Sequence[CaseFile]
    events: Sequence[CaseEvent]


NOBODY = "-"
"""The owner of cases that have none; no account has this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases are wanted; what is empty does not restrict.

    Without `status` they are those that are not closed, unless `closed_too`.
    `words` are looked for in numbers and titles, with or without marks, also in those
    of merged cases. `owner` is an account's id, or `NOBODY`.
    """

    kind: CaseKind | None = None
    status: CaseStatus | None = None
    closed_too: bool = False
    owner: str = ""
    due: DueSoon | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list: what is due next, and how much is open."""

    case: Case
    due: datetime | None
    tasks: int
    clocks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    """A page of a list; `count` is how many cases fit on all pages."""

    lines: Sequence[CaseLine]
    count: int
