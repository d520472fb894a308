"""Hours in which a source is left alone, by the province's clock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import ConfigurationError
from domain.profile import QUIET_HOURS


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` up to but not `end`, local time; over midnight if `end` is earlier.

    Equal times mean none: a source that is never to be visited is not enabled.
    """

    begin: time
    end: time

    def hold(self, local: datetime) -> bool:
        """Tell whether a local time lies in them."""
        at = local.time()
        if self.begin <= self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end

    def over(self, local: datetime) -> datetime:
        """Return the end of the quiet that holds at a local time, else that time."""
        if not self.hold(local):
            return local
        over = local.replace(
            hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0
        )
        return over if over > local else over + timedelta(days=1)


NO_QUIET = QuietHours(time(0), time(0))


def quiet_hours(text: str) -> QuietHours:
    """Read `HH:MM-HH:MM`; the empty text means none. Raises `ConfigurationError`."""
    if not text.strip():
        return NO_QUIET
    found = QUIET_HOURS.fullmatch(text.strip())
    if found is None:
        raise ConfigurationError(
            f"The quiet hours {text!r} cannot be read.",
            hint="Write them as HH:MM-HH:MM, like 22:30-05:00.",
        )
    hours = [int(part) for part in found.groups()]
    return QuietHours(time(hours[0], hours[1]), time(hours[2], hours[3]))


def next_day(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the local day after a time begins."""
    local = now.astimezone(zone) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
