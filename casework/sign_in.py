"""Signing in and out: lock-out with growing waits, sessions that end."""

import hashlib
import math
from datetime import datetime, timedelta

from casework.accounts import account_name
from casework.model import Account, Session
from casework.part import Part, account_of
from casework.passwords import LONGEST
from casework.port import Op, Rows, Where, eq
from casework.rows import AccountRow, AttemptRow, SessionRow
from casework.tokens import csrf_of, hashed, new_token
from domain.callers import neighbourhood
from domain.errors import ForbiddenError

REFRESH = timedelta(seconds=60)
"""How stale the idle time may be. Shorter writes at each click, longer ends sessions
that much too early."""


class SignIn(Part):
    def sign_in(self, name: str, password: str, *, origin: str) -> Session:
        """Open a session. Raises `ForbiddenError`.

        Unknown names, wrong passwords and closed accounts look and last the same. Each
        try counts as a failure before it is checked, so that many at once gain nothing.
        """
        known = account_name(name)
        keys = self._keys(known, origin)
        with self._store.write() as rows:
            self._count(rows, keys)
            row = rows.one(AccountRow, eq("name", known))
        right = self._passwords.matches(row.password if row else None, password)
        if row is None or not right or not row.active:
            self._trace_refusal(row, known, origin)
            raise ForbiddenError(
                "Tên đăng nhập hoặc mật khẩu không đúng.",
                hint="Kiểm tra bộ gõ tiếng Việt và phím Caps Lock rồi thử lại.",
            )
        return self._open(row, password, keys, origin)

    def session(self, token: str) -> Session | None:
        """Return the session and note that it is in use; None when it has ended."""
        now = self._clock.now()
        with self._store.read() as rows:
            row = rows.one(SessionRow, eq("token", hashed(token)))
            owner = eq("id", row.account if row else "")
            account = rows.one(AccountRow, owner)
        if row is None or account is None or not account.active:
            return None
        if now >= row.expires or now >= row.seen + self._policy.idle:
            return None
        if now - row.seen >= min(REFRESH, self._policy.idle / 4):
            with self._store.write() as rows:
                rows.change(SessionRow, {"seen": now}, eq("token", row.token))
        return _session(token, row, account_of(account))

    def sign_out(self, token: str) -> None:
        """End a session; nothing happens when it has ended already."""
        with self._store.write() as rows:
            row = rows.one(SessionRow, eq("token", hashed(token)))
            if row is not None:
                rows.remove(SessionRow, eq("token", row.token))
                self._trace(rows, row.account, "sign_out", subject=row.account)

    def sign_out_everywhere(self, actor: Account) -> int:
        """End all sessions of the account; return how many there were."""
        with self._store.write() as rows:
            count = rows.remove(SessionRow, eq("account", actor.id))
            self._trace(
                rows, actor.id, "sign_out.everywhere", subject=actor.id, sessions=count
            )
        return count

    def _keys(self, name: str, origin: str) -> dict[str, int]:
        """Keys of the three counters and how many failures are free under each."""
        origin = neighbourhood(origin)
        return {
            _key("pair", name, origin): self._policy.free_pair,
            _key("name", name): self._policy.free_name,
            _key("origin", origin): self._policy.free_origin,
        }

    def _count(self, rows: Rows, keys: dict[str, int]) -> None:
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

    def _trace_refusal(self, row: AccountRow | None, name: str, origin: str) -> None:
        """Leave a trace. A mistyped name may be a password: only its hash is kept."""
        subject = row.id if row else "unknown:" + _key("name", name)
        with self._store.write() as rows:
            self._trace(
                rows, "anonymous", "sign_in.failed", subject=subject, origin=origin
            )

    def _open(
        self, row: AccountRow, password: str, keys: dict[str, int], origin: str
    ) -> Session:
        now, token = self._clock.now(), new_token()
        session = SessionRow(
            token=hashed(token),
            account=row.id,
            origin=origin[:LONGEST],
            started=now,
            seen=now,
            expires=now + self._policy.longest,
        )
        stronger = self._passwords.outdated(row.password)
        renewed = self._passwords.hash(password) if stronger else None
        with self._store.write() as rows:
            if renewed:
                still = eq("password", row.password)
                rows.change(AccountRow, {"password": renewed}, eq("id", row.id), still)
            _forgive(rows, list(keys), now)
            rows.remove(SessionRow, Where("expires", Op.BELOW, now))
            rows.add(session)
            self._trace(rows, row.id, "sign_in", subject=row.id, origin=origin)
        return _session(token, session, account_of(row))


def _session(token: str, row: SessionRow, account: Account) -> Session:
    return Session(
        token=token,
        account=account,
        csrf=csrf_of(token),
        started=row.started,
        expires=row.expires,
    )


def _forgive(rows: Rows, keys: list[str], now: datetime) -> None:
    """Take back what was counted beforehand.

    Failures on other names of the origin stay, else whoever has one account could guess
    at all others.
    """
    pair, name, origin = keys
    for key in (pair, name):
        rows.remove(AttemptRow, eq("key", key))
    row = rows.one(AttemptRow, eq("key", origin))
    if row is not None:
        rows.put(
            AttemptRow(
                key=origin, failures=row.failures - 1, last=now, locked_until=None
            )
        )


def _refuse_locked(left: timedelta) -> None:
    seconds = math.ceil(left.total_seconds())
    text = f"{seconds} giây" if seconds <= 90 else f"{math.ceil(seconds / 60)} phút"  # noqa: PLR2004 - a minute and a half reads better in seconds
    raise ForbiddenError(
        "Đăng nhập sai quá nhiều lần.", hint=f"Vui lòng thử lại sau {text}."
    )


def _key(kind: str, *parts: str) -> str:
    text = "\n".join((kind, *parts)).encode(errors="replace")
    return f"{kind}:{hashlib.sha256(text).hexdigest()[:32]}"
