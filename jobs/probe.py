"""Gathers the facts that health is judged by. Asks little and never waits long."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from domain.errors import MinhTinError
from eventlog.port import EventLog, LogTopic
from evidence.port import EvidenceStore
from jobs.drift import Shift
from jobs.drift_job import kept_weeks, latest
from jobs.health_facts import AuditFacts, Facts, Failure, JobFacts, SourceFacts
from jobs.ports import HealthBook
from jobs.schedule import Job
from pipeline.quarantine import SETTLED, put_aside
from searchindex.port import SearchIndex

T = TypeVar("T")

GROUPS = {
    "worker": (LogTopic.POSTS,),
    "worker.idle": (LogTopic.BACKFILL,),
    "indexer": (LogTopic.ANALYSES, LogTopic.REVIEWS),
}
"""Consumer groups and what they read."""

MOST_REJECTED = 1000
"""Records counted: whether one or ten thousand are open matters to nobody."""

GRACE = timedelta(minutes=10)
"""Over a job's lease, before its missing run is an alarm: schedulers may restart."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks the stores.

    `data` are the folders that must not fill up; `evidence` is given where it is a
    bucket, since a folder is looked at with the disk; weeks end by the
    `zone`; `anchoring` says whether anchors of the audit are set up, None with made-up
    data; `model` and `sources` are handed in by who knows them.

    Each may raise `MinhTinError` or `OSError`; that is a fact as well.
    """

    log: EventLog
    index: SearchIndex
    casework: HealthBook
    data: Sequence[Path]
    model: Callable[[], str] | None = None
    sources: Callable[[datetime], Sequence[SourceFacts]] | None = None
    jobs: Sequence[Job] = ()
    evidence: EvidenceStore | None = None
    zone: ZoneInfo | None = None
    anchoring: bool | None = None

    def __call__(self, now: datetime) -> Facts:
        """Return the facts of this moment."""
        return Facts(
            now=now,
            lag=asked(self._lag),
            documents=asked(lambda: self.index.reader().count()),
            casework=asked(self._casework),
            evidence=self._evidence(),
            outbox=asked(self.casework.outbox_size),
            rejected=asked(self._rejected),
            free_bytes=asked(
                lambda: min(shutil.disk_usage(path).free for path in self.data)
            ),
            model=asked(self.model) if self.model else None,
            drift=self._drift(now),
            audit=asked(self._audit),
            sources=self._sources(now),
            jobs=asked(lambda: self._jobs(now)),
        )

    def _sources(self, now: datetime) -> Sequence[SourceFacts] | Failure | None:
        sources = self.sources
        return None if sources is None else asked(lambda: sources(now))

    def _drift(self, now: datetime) -> Sequence[Shift] | Failure | None:
        zone = self.zone
        if zone is None:
            return None
        return asked(
            lambda: latest(kept_weeks(self.casework), now.astimezone(zone).date())
        )

    def _evidence(self) -> bool | Failure | None:
        store = self.evidence
        return None if store is None else asked(lambda: _answers(store))

    def _lag(self) -> dict[str, int]:
        return {
            group: sum(lag.behind for lag in self.log.lag(group, topics))
            for group, topics in GROUPS.items()
        }

    def _audit(self) -> AuditFacts:
        standing = self.casework.audit_standing()
        verified, anchored = standing.verified, standing.anchored
        return AuditFacts(
            outcome=verified.subject if verified else "",
            verified=verified.at if verified else None,
            anchored=anchored.at if anchored else None,
            anchoring=self.anchoring,
        )

    def _casework(self) -> bool:
        self.casework.last_runs(limit=1)
        return True

    def _rejected(self) -> int:
        rows = self.casework.settings(SETTLED)
        settled = {row.key.removeprefix(SETTLED) for row in rows}
        waiting = islice(put_aside(self.log, settled), MOST_REJECTED)
        return len({row.rejected.key for row in waiting})

    def _jobs(self, now: datetime) -> list[JobFacts]:
        found = [self._job(job, now) for job in self.jobs]
        return [facts for facts in found if facts is not None]

    def _job(self, job: Job, now: datetime) -> JobFacts | None:
        runs = self.casework.last_runs(job.name, 20)
        ended = [run for run in runs if run.finished is not None]
        if not ended:
            return None
        last = max(ended, key=lambda run: run.due)
        patience = timedelta(seconds=job.schedule.lease_seconds) + GRACE
        return JobFacts(
            name=job.name,
            ok=last.ok,
            message=last.message,
            at=last.due,
            overdue=last.due < job.schedule.when.latest(now - patience),
        )


def _answers(store: EvidenceStore) -> bool:
    """Ask for the first page of what there is; whatever comes is an answer."""
    next(store.digests(), None)
    return True


def asked(act: Callable[[], T]) -> T | Failure:
    """Return the answer, or why there is none."""
    try:
        return act()
    except (MinhTinError, OSError) as error:
        return Failure(str(error))
