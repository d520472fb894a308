"""What health is judged by, and what is said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


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
class SourceFacts:
    """How a source fared.

    `daily` counts its new posts per day before the last 24 hours, newest first, and
    `today` those of the last 24 hours. `parsed` and `parsed_usual` give the share of
    pages with a field (title, date, text) of the last day and before; `pages` how many
    pages the last day had.
    """

    id: str
    name: str
    interval: timedelta
    last_success: datetime | None
    first_visit: datetime | None = None
    last_error: str = ""
    today: int = 0
    daily: tuple[int, ...] = ()
    pages: int = 0
    parsed: Mapping[str, float] | None = None
    parsed_usual: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """The last run of a job. `overdue`: its due time passed and nobody ran it."""

    name: str
    ok: bool
    message: str
    at: datetime
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the rules look at. `lag` is records behind per group."""

    now: datetime
    lag: Mapping[str, int] | Failure | None = None
    documents: int | Failure | None = None
    casework: bool | Failure | None = None
    outbox: int | Failure | None = None
    rejected: int | Failure | None = None
    free_bytes: int | Failure | None = None
    model: str | Failure | None = None
    sources: Sequence[SourceFacts] | Failure | None = None
    jobs: Sequence[JobFacts] | Failure | None = None
