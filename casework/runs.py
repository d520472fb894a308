"""What jobs need: runs that happen once, and the outbox towards the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from casework.model import JobRun, OutboxRow
from casework.part import Part
from casework.port import Op, Where, eq
from casework.rows import OutboxEntry, RunRow
from domain.errors import NotFoundError

KEPT = timedelta(days=60)
"""How long finished runs are remembered: longer than any schedule's period."""


class Runs(Part):
    def claim_run(
        self, job: str, due: datetime, holder: str, lease_seconds: float
    ) -> bool:
        """Take the run of a job that was due at a time; once, whoever asks.

        True also renews the holder's own unfinished run, and takes over a run whose
        holder died (its lease ended).
        """
        now = self._clock.now()
        this = eq("job", job), eq("due", due)
        with self._store.write() as rows:
            row = rows.one(RunRow, *this)
            if row is not None and row.finished is not None:
                return False
            if row is not None and row.holder != holder and row.lease_until > now:
                return False
            renewed = row is not None and row.holder == holder
            rows.put(
                RunRow(
                    job=job,
                    due=due,
                    holder=holder,
                    lease_until=now + timedelta(seconds=lease_seconds),
                    started=row.started if row and renewed else now,
                    finished=None,
                    ok=False,
                    message="",
                )
            )
            return True

    def finish_run(self, job: str, due: datetime, ok: bool, message: str) -> None:  # noqa: FBT001 - the agreed call
        """Close a run, well or not; it is never taken again."""
        now = self._clock.now()
        values = {"finished": now, "ok": ok, "message": message[:1000]}
        with self._store.write() as rows:
            if not rows.change(RunRow, values, eq("job", job), eq("due", due)):
                raise NotFoundError(f"Không có lượt chạy {job} lúc {due.isoformat()}.")
            old = Where("due", Op.BELOW, now - KEPT)
            rows.remove(RunRow, eq("job", job), old, Where("finished", Op.OTHER, None))

    def last_runs(self, job: str | None = None, limit: int = 20) -> Sequence[JobRun]:
        """Return runs, the newest due time first; of all jobs without a name."""
        on = [] if job is None else [eq("job", job)]
        with self._store.read() as rows:
            found = rows.find(RunRow, *on, order="-due", limit=limit)
        return [
            JobRun(
                job=row.job,
                due=row.due,
                holder=row.holder,
                lease_until=row.lease_until,
                started=row.started,
                finished=row.finished,
                ok=row.ok,
                message=row.message,
            )
            for row in found
        ]

    def outbox(self, limit: int) -> Sequence[OutboxRow]:
        """Return what is to be sent, oldest first."""
        with self._store.read() as rows:
            found = rows.find(OutboxEntry, order="id", limit=limit)
        return [
            OutboxRow(id=row.id, topic=row.topic, key=row.key, value=row.value)
            for row in found
        ]

    def outbox_sent(self, ids: Sequence[int]) -> None:
        """Forget rows that the log has acknowledged; call it after the flush."""
        with self._store.write() as rows:
            for chunk in (ids[n : n + 500] for n in range(0, len(ids), 500)):
                rows.remove(OutboxEntry, Where("id", Op.IN, list(chunk)))

    def outbox_size(self) -> int:
        with self._store.read() as rows:
            return rows.count(OutboxEntry)
