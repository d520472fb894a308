"""How a source is, from its last visits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.profile import SourceSpec
from ui.context import SourceVisit

LATE_VISITS = 3
"""Missed visits after which a source counts as late. One alone is a busy crawler."""

AT_LEAST = timedelta(minutes=30)


class SourceState(StrEnum):
    GOOD = "good"
    LATE = "late"
    FAILING = "failing"
    NEVER = "never"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source with its state and last visit."""

    spec: SourceSpec
    state: SourceState
    last: SourceVisit | None


def source_line(
    spec: SourceSpec, visits: Sequence[SourceVisit], now: datetime
) -> SourceLine:
    """Judge a source by its last visits, newest first."""
    last = visits[0] if visits else None
    return SourceLine(spec=spec, state=_state(spec, last, now), last=last)


def _state(spec: SourceSpec, last: SourceVisit | None, now: datetime) -> SourceState:
    if not spec.enabled:
        return SourceState.OFF
    if last is None:
        return SourceState.NEVER
    if last.errors and not (last.new or last.revised or last.unchanged):
        return SourceState.FAILING
    if last.message and last.errors:
        return SourceState.FAILING
    patience = timedelta(minutes=spec.interval_minutes * LATE_VISITS)
    if now - last.started > max(patience, AT_LEAST):
        return SourceState.LATE
    return SourceState.GOOD


def sick(lines: Sequence[SourceLine]) -> list[SourceLine]:
    """Return those that somebody should look at."""
    bad = {SourceState.LATE, SourceState.FAILING, SourceState.NEVER}
    return [line for line in lines if line.state in bad]


def active(lines: Sequence[SourceLine]) -> list[SourceLine]:
    return [line for line in lines if line.state is not SourceState.OFF]
