"""What health is judged by, and what is said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from jobs.drift import Shift
from jobs.source_habit import Usual
from jobs.source_past import NOTHING, VisitSum


class State(StrEnum):
    """How it stands, from good to unknown."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRow:
    """One check. `name` is stable; the sentences are Vietnamese, for people.

    `since` is when this state began, as far as known.
    """

    name: str
    state: State
    message_vi: str
    hint_vi: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Asking failed; `why` is the error's text."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """From a post's publication until it was analysed, of `posts` posts."""

    p50: timedelta
    p95: timedelta
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """How a source fared.

    `streak` visits in a row saw nothing. `due` is when the next visit should begin.
    `today` counts new posts of the last 24 hours (None: nobody looked), `usual` what
    such a day brings, `days` those of the last local days. `quiet` is the time watched
    without a new post, `quiet_limit` how much of it is borne. `recent` adds up the
    newest visits (a day, or three where a day had too few pages), `before` all others,
    `day` those of the last 24 hours.
    """

    id: str
    name: str
    interval: timedelta
    last_success: datetime | None = None
    last_new: datetime | None = None
    first_visit: datetime | None = None
    last_error: str = ""
    streak: int = 0
    due: datetime | None = None
    today: int | None = None
    usual: Usual | None = None
    days: tuple[tuple[date, int | None], ...] = ()
    quiet: timedelta = timedelta()
    quiet_limit: timedelta = timedelta(days=14)
    recent: VisitSum = NOTHING
    before: VisitSum = NOTHING
    day: VisitSum = NOTHING
    lag: Lag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """The last run of a job. `overdue`: its due time passed and nobody ran it."""

    name: str
    ok: bool
    message: str
    at: datetime
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFacts:
    """When the log was last verified, how that ended, and when it was last anchored.

    `anchoring` says whether anchors are set up; None where they are not to be, with
    made-up data.
    """

    outcome: str = ""
    verified: datetime | None = None
    anchored: datetime | None = None
    anchoring: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the rules look at. `lag` is records behind per group.

    `drift` is empty while no week was counted.
    """

    now: datetime
    lag: Mapping[str, int] | Failure | None = None
    documents: int | Failure | None = None
    casework: bool | Failure | None = None
    evidence: bool | Failure | None = None
    outbox: int | Failure | None = None
    rejected: int | Failure | None = None
    free_bytes: int | Failure | None = None
    model: str | Failure | None = None
    sources: Sequence[SourceFacts] | Failure | None = None
    jobs: Sequence[JobFacts] | Failure | None = None
    drift: Sequence[Shift] | Failure | None = None
    audit: AuditFacts | Failure | None = None
