"""Time is handed in, so that tests and replays decide what «now» is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only when told; for tests and replays."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 23, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def advance(self, *, seconds: float = 0, days: float = 0) -> None:
        self.at += timedelta(days=days, seconds=seconds)
