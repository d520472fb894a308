"""Looks at the health by the clock, and notes each change of state once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from casework.model import Setting
from domain.errors import ConflictError
from jobs.health import check, worst
from jobs.health_facts import Facts, Failure, HealthRow, State
from jobs.metrics import SourceMetrics
from jobs.ports import HealthBook
from jobs.schedule import Every, Job, Schedule

KEY = "health.states"
"""Setting with the last known state of each check: `{name: {state, since}}`."""

_ALARMING = frozenset({State.WARN, State.BAD})


class HealthJob(Job):
    """Checks every few minutes. `gather` is a `jobs.probe.Probe`.

    The state is a versioned setting, so that of several schedulers one notes a change,
    and a restart notes none again.
    """

    name = "health"
    schedule = Schedule(when=Every(120), lease_seconds=110)

    def __init__(
        self,
        gather: Callable[[datetime], Facts],
        casework: HealthBook,
        metrics: SourceMetrics | None = None,
    ) -> None:
        self._metrics = metrics
        self._gather = gather
        self._casework = casework

    def run(self, now: datetime) -> str:
        kept = self._casework.setting(KEY)
        before = known_rows(kept)
        facts = self._gather(now)
        rows = check(facts, before)
        if self._metrics and not isinstance(facts.sources, Failure | None):
            self._metrics.show(facts.sources, rows)
        changed = [row for row in rows if _differs(row, before.get(row.name))]
        if changed:
            self._note(kept, before, rows, changed)
        alarms = sorted(row.name for row in rows if row.state in _ALARMING)
        return " ".join([f"{worst(rows)} {len(rows)} checks", *alarms])

    def _note(
        self,
        kept: Setting | None,
        before: Mapping[str, HealthRow],
        rows: Sequence[HealthRow],
        changed: Sequence[HealthRow],
    ) -> None:
        states = {row.name: _stored(row) for row in _remembered(before, rows)}
        version = kept.version if kept else 0
        try:
            self._casework.put_setting("jobs", KEY, states, expected_version=version)
        except ConflictError:
            return  # Another scheduler was first and has noted it.
        for row in changed:
            former = before.get(row.name)
            was = former.state if former else State.UNKNOWN
            if _ALARMING & {row.state, was}:
                self._casework.record(
                    "jobs",
                    "health.changed",
                    row.name,
                    {"from": was, "to": row.state, "message": row.message_vi},
                )


def known_rows(kept: Setting | None) -> dict[str, HealthRow]:
    """Return the former states from the setting, without sentences."""
    values: Mapping[str, Any] = kept.value if kept else {}
    return {
        name: HealthRow(
            name=name,
            state=State(value["state"]),
            message_vi="",
            since=datetime.fromisoformat(value["since"]),
        )
        for name, value in values.items()
    }


def _differs(row: HealthRow, before: HealthRow | None) -> bool:
    return before is None or before.state is not row.state


def _remembered(
    before: Mapping[str, HealthRow], rows: Sequence[HealthRow]
) -> list[HealthRow]:
    """Return the rows, and those that could not be asked for this time.

    A source that is no longer there is forgotten once sources could be read.
    """
    present = {row.name: row for row in rows}
    read = any(name.startswith("source.") for name in present)
    missing = [
        row
        for name, row in before.items()
        if name not in present and not (read and name.startswith("source."))
    ]
    return [*rows, *missing]


def _stored(row: HealthRow) -> dict[str, str]:
    since = row.since.isoformat() if row.since else ""
    return {"state": row.state.value, "since": since}
