"""Keeps the leases of runs under way, so that a long run is not begun a second time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from domain.clock import Clock
from domain.errors import RetryLaterError
from jobs.ports import RunBook
from jobs.schedule import Job

LONGEST = timedelta(days=1)
"""How long one run is kept. A larger bound lets a run that hangs hold up its job for
longer; a smaller one lets two schedulers work on a very long run side by side."""


@dataclass(slots=True)
class _Held:
    job: Job
    due: datetime
    began: datetime
    renewed: datetime


@dataclass(slots=True)
class Leases:
    """The runs that one scheduler is at work on; used from several threads."""

    casework: RunBook
    clock: Clock
    holder: str
    _held: dict[str, _Held] = field(default_factory=dict)

    @contextmanager
    def held(self, job: Job, due: datetime, since: datetime) -> Iterator[None]:
        """Have a run renewed while the block lasts; `since` is when it was claimed."""
        self._held[job.name] = _Held(job, due, self.clock.now(), since)
        try:
            yield
        finally:
            del self._held[job.name]

    def renew(self) -> None:
        """Renew what is past half of its lease."""
        for held in list(self._held.values()):
            now = self.clock.now()
            half = timedelta(seconds=held.job.schedule.lease_seconds / 2)
            # Set back, the clock says nothing of how old the lease is.
            fresh = held.renewed <= now < held.renewed + half
            if not fresh and now < held.began + LONGEST:
                self._renew(held)

    def _renew(self, held: _Held) -> None:
        name, lease = held.job.name, held.job.schedule.lease_seconds
        log = structlog.get_logger().bind(job=name, due=held.due.isoformat())
        try:
            kept = self.casework.claim_run(name, held.due, self.holder, lease)
        except RetryLaterError as error:
            log.warning("job_waits", why=str(error))
            return
        held.renewed = self.clock.now()
        # One that ended just now is finished, not lost.
        if not kept and self._held.get(name) is held:
            log.warning("job_lease_lost")
