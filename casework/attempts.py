"""Counting failed sign-ins, and waits that grow with them."""

import hashlib
import math
from datetime import timedelta

from casework.part import Part
from casework.port import Op, Rows, Where, eq
from casework.rows import AccountRow, AttemptRow
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

    def _admitted(
        self, name: str, keys: dict[str, int], origin: str
    ) -> AccountRow | None:
        """Count a try and return the account of the name, if there is one.

        Raises `ForbiddenError` while one of the keys is locked; the first try that a
        lock refuses is noted.
        """
        with self._store.write() as rows:
            row = rows.one(AccountRow, eq("name", name))
            locked = self._locked(rows, keys)
            if locked is None:
                self._count(rows, keys)
            elif self._first_of_lock(rows, keys):
                self._trace_refused(rows, "sign_in.locked", row, name, origin)
        if locked is not None:
            _refuse_locked(locked)
        return row

    def _trace_refused(
        self, rows: Rows, act: str, row: AccountRow | None, name: str, origin: str
    ) -> None:
        """Leave a trace. A mistyped name may be a password: only its hash is kept."""
        subject = row.id if row else "unknown:" + key_of("name", name)
        self._trace(rows, "anonymous", act, subject=subject, origin=origin)

    def _locked(self, rows: Rows, keys: dict[str, int]) -> timedelta | None:
        """Return for how long tries under these keys are still refused."""
        now = self._clock.now()
        found = rows.find_in(AttemptRow, "key", keys)
        until = max((r.locked_until for r in found if r.locked_until), default=now)
        return until - now if until > now else None

    def _first_of_lock(self, rows: Rows, keys: dict[str, int]) -> bool:
        """Say whether this is the first try that a lock refuses, and remember it.

        Each refusal of a lock in the log would let a stranger fill the disk.
        """
        now = self._clock.now()
        first = False
        for row in rows.find_in(AttemptRow, "key", keys):
            wait = self._policy.wait(row.failures, keys[row.key])
            if row.locked_until is None or row.locked_until <= now or wait is None:
                continue
            if row.last <= row.locked_until - wait:
                first = True
                rows.change(AttemptRow, {"last": now}, eq("key", row.key))
        return first

    def _count(self, rows: Rows, keys: dict[str, int]) -> None:
        now = self._clock.now()
        old = Where("last", Op.BELOW, now - self._policy.forget_after)
        rows.remove(AttemptRow, old)
        found = {row.key: row for row in rows.find_in(AttemptRow, "key", keys)}
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
