"""Counting failed sign-ins, and waits that grow with them."""

import hashlib
import math
from datetime import timedelta

from casework.part import Part
from casework.port import Op, Rows, Where, eq
from casework.rows import AttemptRow
from domain.callers import neighbourhood
from domain.errors import ForbiddenError


class Attempts(Part):
    """Each try counts as a failure before it is checked: many at once gain nothing."""

    def _keys(self, name: str, origin: str) -> dict[str, int]:
        """Keys of the three counters and how many failures are free under each."""
        origin = neighbourhood(origin)
        return {
            key_of("pair", name, origin): self._policy.free_pair,
            key_of("name", name): self._policy.free_name,
            key_of("origin", origin): self._policy.free_origin,
        }

    def _count(self, rows: Rows, keys: dict[str, int]) -> None:
        """Count a try. Raises `ForbiddenError` while one of the keys is locked."""
        now = self._clock.now()
        old = Where("last", Op.BELOW, now - self._policy.forget_after)
        rows.remove(AttemptRow, old)
        found = {row.key: row for row in rows.find_in(AttemptRow, "key", keys)}
        locked = [row.locked_until for row in found.values() if row.locked_until]
        if locked and max(locked) > now:
            _refuse_locked(max(locked) - now)
        for key, free in keys.items():
            failures = found[key].failures + 1 if key in found else 1
            wait = self._policy.wait(failures, free)
            until = now + wait if wait else None
            rows.put(
                AttemptRow(key=key, failures=failures, last=now, locked_until=until)
            )

    def _forgive(self, rows: Rows, keys: dict[str, int]) -> None:
        """Take back what was counted beforehand.

        Failures on other names of the origin stay, else whoever has one account could
        guess at all others.
        """
        pair, name, origin = keys
        for key in (pair, name):
            rows.remove(AttemptRow, eq("key", key))
        row = rows.one(AttemptRow, eq("key", origin))
        if row is not None:
            now, fewer = self._clock.now(), row.failures - 1
            rows.put(
                AttemptRow(key=origin, failures=fewer, last=now, locked_until=None)
            )


def key_of(kind: str, *parts: str) -> str:
    text = "\n".join((kind, *parts)).encode(errors="replace")
    return f"{kind}:{hashlib.sha256(text).hexdigest()[:32]}"


def _refuse_locked(left: timedelta) -> None:
    seconds = math.ceil(left.total_seconds())
    text = f"{seconds} giây" if seconds <= 90 else f"{math.ceil(seconds / 60)} phút"  # noqa: PLR2004 - a minute and a half reads better in seconds
    raise ForbiddenError(
        "Đăng nhập sai quá nhiều lần.", hint=f"Vui lòng thử lại sau {text}."
    )
