"""Runs what is due: one scheduler of several, none of which knows the others.

APScheduler wakes the jobs up and gives each a thread; whether something is to be done
is decided by the due times, the clock and the runs that casework remembers. A run is
claimed before it starts and finished after it ended; its lease is renewed while it
works. A scheduler that was killed in between leaves the lease behind, and whoever looks
first after its end runs it again.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from domain.clock import Clock, SystemClock
from domain.errors import MinhTinError, NotFoundError, RetryLaterError
from jobs.leases import Leases
from jobs.metrics import JobMetrics
from jobs.ports import RunBook
from jobs.schedule import CatchUp, Job, outstanding

LOOK_SECONDS = 2.0
"""Between two looks at a job. Longer delays every due time; shorter only asks the
clock more often, casework is asked when something may be due."""

REMEMBERED = 50
"""Runs read back per look; the unfinished ones must be among them."""

MAX_BACKOFF = 60.0
"""Seconds between attempts. Longer wastes a lease after an outage has ended."""


class Outcome(StrEnum):
    """How a run ended."""

    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The scheduler was told to stop; the run stays open and is claimed again."""


@dataclass(slots=True)
class Scheduler:
    """Runs jobs until told to stop.

    `holder` names this scheduler among others: no two that run at once may share it,
    and one that keeps its name over a restart goes on without waiting for its lease.
    `pause` waits so many seconds and tells whether to stop; tests hand in their own.
    """

    jobs: Sequence[Job]
    casework: RunBook
    clock: Clock
    holder: str
    metrics: JobMetrics | None = None
    pause: Callable[[float], bool] | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _quiet: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """From when until when nothing of a job is due."""
    _leases: Leases = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no run under way."""
        self._leases = Leases(self.casework, self.clock, self.holder)

    def run(self, stopping: threading.Event) -> None:
        """Work until `stopping` is set; runs under way are let finish."""
        self._stopping = stopping
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        threads = {"type": "threadpool", "max_workers": len(self.jobs) + 1}
        timer = BackgroundScheduler(timezone=UTC, executors={"default": threads})
        # The timer's own clock is the machine's; what is due is asked of `clock`.
        now = SystemClock().now()
        looks = [partial(self.look, job) for job in self.jobs]
        for act in (self.renew, *looks):
            timer.add_job(
                act,
                "interval",
                seconds=LOOK_SECONDS,
                next_run_time=now,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        timer.start()
        try:
            while not stopping.wait(LOOK_SECONDS):
                before, now = now, SystemClock().now()
                if now < before:
                    # Set back: the timer would wait until its old time comes again.
                    for planned in timer.get_jobs():
                        planned.modify(next_run_time=now)
        finally:
            timer.shutdown(wait=True)

    def run_once(self, name: str) -> str:
        """Run a job now, due or not, and return its line.

        Noted as `<name>.manual`, so that it takes no due time away. Raises what the
        job raises, and `NotFoundError` for a name that is none.
        """
        job = next((job for job in self.jobs if job.name == name), None)
        if job is None:
            known = ", ".join(sorted(job.name for job in self.jobs))
            raise NotFoundError(f"No job is called {name!r}.", hint=f"Known: {known}.")
        now = self.clock.now()
        manual = f"{name}.manual"
        self.casework.claim_run(manual, now, self.holder, job.schedule.lease_seconds)
        try:
            message = job.run(now)
        except Exception as error:
            self.casework.finish_run(manual, now, False, _said(error))  # noqa: FBT003 - casework's signature
            raise
        self.casework.finish_run(manual, now, True, message)  # noqa: FBT003 - casework's signature
        return message

    def renew(self) -> None:
        """Keep the leases of the runs under way."""
        self._leases.renew()

    def look(self, job: Job) -> int:
        """Run what is due of a job; return the number of runs that ended."""
        quiet = self._quiet.get(job.name)
        # Before it began, the clock was set back: casework must be asked again.
        if quiet is not None and quiet[0] <= self.clock.now() < quiet[1]:
            return 0
        try:
            return self._look(job)
        except MinhTinError as error:
            structlog.get_logger().warning("job_waits", job=job.name, why=str(error))
            return 0

    def _look(self, job: Job) -> int:
        now = self.clock.now()
        runs = self.casework.last_runs(job.name, REMEMBERED)
        due = outstanding(job.schedule, runs, now, self.holder)
        done = 0
        for at in due.times:
            if self._stopping.is_set() or not self._claim(job, at):
                return done
            if self._perform(job, at) is Outcome.INTERRUPTED:
                return done
            done += 1
        if not due.waiting:
            ahead = job.schedule.when.between(now, now + timedelta(days=370))
            self._quiet[job.name] = now, next(ahead, now)
        return done

    def _claim(self, job: Job, due: datetime) -> bool:
        lease = job.schedule.lease_seconds
        return self.casework.claim_run(job.name, due, self.holder, lease)

    def _perform(self, job: Job, due: datetime) -> Outcome:
        started = time.monotonic()
        outcome, message = self._repeat(job, due)
        seconds = time.monotonic() - started
        if self.metrics:
            self.metrics.ran(job.name, outcome, seconds, self.clock.now().timestamp())
        if outcome is not Outcome.INTERRUPTED:
            self.casework.finish_run(
                job.name, due, outcome is Outcome.DONE, message[:1000]
            )
        structlog.get_logger().info(
            "job_run",
            job=job.name,
            due=due.isoformat(),
            outcome=str(outcome),
            message=message,
            seconds=round(seconds, 3),
        )
        return outcome

    def _repeat(self, job: Job, due: datetime) -> tuple[Outcome, str]:
        """Attempt once, or as often as the lease allows where the schedule repeats."""
        started = self.clock.now()
        while True:
            outcome, message = self._attempt(job, due, started)
            rest = job.schedule.repeat_seconds
            if rest is None or outcome is not Outcome.DONE:
                return outcome, message
            # Twice: the next round must be over before the lease is.
            if 2 * rest > self._left(job, started):
                return outcome, message
            if self._pause(rest):
                return outcome, message

    def _left(self, job: Job, started: datetime) -> float:
        """Return how many seconds of the lease are left.

        None, once the clock was set back: nobody can tell then.
        """
        now = self.clock.now()
        if now < started:
            return 0.0
        return job.schedule.lease_seconds - (now - started).total_seconds()

    def _attempt(
        self, job: Job, due: datetime, started: datetime
    ) -> tuple[Outcome, str]:
        wait = 0.0
        while True:
            each = job.schedule.catch_up is CatchUp.EACH
            try:
                with self._leases.held(job, due, started):
                    return Outcome.DONE, job.run(due if each else self.clock.now())
            except RetryLaterError as error:
                wait = min(MAX_BACKOFF, max(error.retry_after, wait * 2))
                structlog.get_logger().warning(
                    "job_waits", job=job.name, why=str(error), seconds=wait
                )
                if wait >= self._left(job, started):
                    return Outcome.FAILED, _said(error)
                if self._pause(wait):
                    return Outcome.INTERRUPTED, _said(error)
            except Exception as error:  # noqa: BLE001 - one job must not stop the rest
                structlog.get_logger().exception("job_failed", job=job.name)
                return Outcome.FAILED, _said(error)

    def _pause(self, seconds: float) -> bool:
        return (self.pause or self._stopping.wait)(seconds)


def _said(error: Exception) -> str:
    if isinstance(error, MinhTinError):
        return str(error)
    return f"{type(error).__name__}: {error}"
