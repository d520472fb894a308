"""How often somebody may knock: a bucket of tokens per name, in this process."""

from datetime import datetime
from math import ceil

MOST_NAMES = 10_000
"""Callers remembered. When there are more all are forgotten: a flood from many
addresses is for what stands in front of the console, not for this."""


class Rate:
    """Lets a name through `a_minute` times a minute, in bursts of as many."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._left: dict[str, tuple[float, datetime]] = {}

    def wait(self, name: str, now: datetime) -> int:
        """Take a token; 0, or after how many seconds there is one."""
        left, at = self._left.get(name, (float(self._a_minute), now))
        passed = max(0.0, (now - at).total_seconds())
        left = min(float(self._a_minute), left + passed * self._a_minute / 60)
        if len(self._left) >= MOST_NAMES:
            self._left.clear()
        self._left[name] = (max(0.0, left - 1), now)
        return 0 if left >= 1 else ceil((1 - left) * 60 / self._a_minute)

    def forget(self, name: str) -> None:
        """Let a name begin anew."""
        self._left.pop(name, None)
