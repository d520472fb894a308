"""When a job is due. Pure: schedulers that do not know each other agree on it."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from casework.model import JobRun

MAX_CATCH_UP = 400
"""Missed due times that are run one by one. More would keep a job busy for hours after
a long holiday; fewer would lose days of a yearly archive."""

AHEAD = timedelta(seconds=60)
"""How far the clocks of machines may differ. What is dated later was written while a
clock was wrong. Less takes another's live run for one of those, more lets a clock that
was a little ahead stop the jobs for so long."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class When(Protocol):
    """A grid of due times that depends on nothing but the calendar."""

    def latest(self, now: datetime) -> datetime:
        """Return the last due time that is not after `now`."""
        ...

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the due times with `after < due <= until`, earliest first."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Due each `seconds`, counted from a fixed point in time."""

    seconds: float

    def latest(self, now: datetime) -> datetime:
        return _EPOCH + (now - _EPOCH) // self._period * self._period

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        due = self.latest(after) + self._period
        while due <= until:
            yield due
            due += self._period

    @property
    def _period(self) -> timedelta:
        return timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Daily:
    """Due once a day at `hour:minute` of the office's zone."""

    zone: str
    hour: int
    minute: int = 0

    def latest(self, now: datetime) -> datetime:
        today = self._on(self._day(now))
        return today if today <= now else self._on(self._day(now) - timedelta(days=1))

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        day = self._day(after)
        while (due := self._on(day)) <= until:
            if due > after:
                yield due
            day += timedelta(days=1)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def _on(self, day: date) -> datetime:
        at = time(self.hour, self.minute, tzinfo=ZoneInfo(self.zone))
        return datetime.combine(day, at).astimezone(UTC)


class CatchUp(StrEnum):
    """What to do about due times missed while no scheduler ran."""

    ONCE = "once"
    """One run, for the last of them."""
    EACH = "each"
    """A run each, earliest first; `run` gets the due time as its present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When, what to do after a downtime, and how long a silent run is waited for.

    `lease_seconds`: renewed while the run works. Smaller lets another scheduler start
    the same run while the first cannot reach casework; larger leaves a killed run lying
    for that long, and tries for that long to reach a store. `repeat_seconds`: the
    claimed run is repeated so often until its lease ends; for work that must follow
    within seconds without a row in casework for each time.
    """

    when: When
    catch_up: CatchUp = CatchUp.ONCE
    lease_seconds: float = 300.0
    repeat_seconds: float | None = None


class Job(ABC):
    """One thing that runs by the clock. Running it twice must do no harm."""

    name: str
    schedule: Schedule

    @abstractmethod
    def run(self, now: datetime) -> str:
        """Do the work; return one line for the list of runs.

        `now` is the present, or the due time where each one is caught up. Raises
        `RetryLaterError` to be run again within the same lease.
        """


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be run. `waiting`: another holder is at work on the job."""

    times: tuple[datetime, ...] = field(default=())
    waiting: bool = False


def outstanding(
    schedule: Schedule, runs: Sequence[JobRun], now: datetime, holder: str
) -> Due:
    """Return the due times that nobody has finished, earliest first.

    A job that never ran is due at once. While another holder's run is leased nothing
    else of the job starts, so that two schedulers never work on it side by side; the
    holder's own unfinished run is from before it was killed, and may go on at once.
    Runs of a time to come are from before the clock was set back: they hold nothing up.
    """
    # A lease that ends later than any can was taken by a clock that went ahead.
    longest = now + timedelta(seconds=schedule.lease_seconds) + AHEAD
    runs = [run for run in runs if run.due <= now + AHEAD]
    unfinished = [
        run for run in runs if run.finished is None and run.started <= now + AHEAD
    ]
    if any(r.holder != holder and now < r.lease_until <= longest for r in unfinished):
        return Due(waiting=True)
    latest = schedule.when.latest(now)
    newest = max((run.due for run in runs), default=None)
    if schedule.catch_up is CatchUp.ONCE or newest is None:
        over = any(run.due >= latest and run.finished is not None for run in runs)
        return Due(() if over else (latest,))
    missed = deque(schedule.when.between(newest, now), maxlen=MAX_CATCH_UP)
    times = [*sorted(run.due for run in unfinished), *missed]
    return Due(tuple(times[-MAX_CATCH_UP:]))
