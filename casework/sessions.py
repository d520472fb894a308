"""Sessions: opened by a sign-in, seen by each request, ended by people and time."""

from collections.abc import Sequence
from datetime import timedelta

from casework.attempts import Attempts
from casework.model import Account, OpenSession, Session
from casework.part import account_of
from casework.passwords import LONGEST
from casework.permissions import Act, require
from casework.port import Op, Rows, Where, eq, yes
from casework.rows import AccountRow, CodeDeviceRow, SessionRow
from casework.tokens import csrf_of, hashed, new_token
from domain.errors import NotFoundError
from domain.labels import Role

REFRESH = timedelta(seconds=60)
"""How stale the idle time may be. Shorter writes at each click, longer ends sessions
that much too early."""


class Sessions(Attempts):
    def session(self, token: str) -> Session | None:
        """Return the session and note that it is in use; None when it has ended."""
        now = self._clock.now()
        with self._store.read() as rows:
            row = rows.one(SessionRow, eq("token", hashed(token)))
            owner = eq("id", row.account if row else "")
            account = rows.one(AccountRow, owner)
            if row is None or account is None or not account.active:
                return None
            must_enrol = self._must_enrol(rows, account)
        if now >= row.expires or now >= row.seen + self._policy.idle:
            return None
        if now - row.seen >= min(REFRESH, self._policy.idle / 4):
            with self._store.write() as rows:
                rows.change(SessionRow, {"seen": now}, eq("token", row.token))
        return _session(token, row, account_of(account), must_enrol=must_enrol)

    def sessions_of(self, account: Account) -> Sequence[OpenSession]:
        """Return the account's sessions that are still open, the latest first."""
        now = self._clock.now()
        alive = (
            Where("expires", Op.ABOVE, now),
            Where("seen", Op.ABOVE, now - self._policy.idle),
        )
        mine = eq("account", account.id)
        with self._store.read() as rows:
            found = rows.find(SessionRow, mine, *alive, order="-seen")
        return [
            OpenSession(id=r.token, origin=r.origin, started=r.started, seen=r.seen)
            for r in found
        ]

    def end_session(self, actor: Account, identity: str) -> None:
        """End one of one's own sessions, by the id that `sessions_of` gave."""
        with self._store.write() as rows:
            mine = (eq("token", identity), eq("account", actor.id))
            if not rows.remove(SessionRow, *mine):
                raise NotFoundError("Phiên này đã kết thúc.")
            self._trace(rows, actor.id, "session.end", subject=actor.id)

    def end_sessions(self, actor: str, name: str) -> int:
        """End all sessions of an account, as its administrator; return how many."""
        with self._store.write() as rows:
            require(rows, actor, Act.MANAGE_ACCOUNTS)
            row = rows.one(AccountRow, eq("name", name))
            if row is None:
                raise NotFoundError("Không có tài khoản này.")
            count = rows.remove(SessionRow, eq("account", row.id))
            self._trace(rows, actor, "session.end_all", subject=row.id, sessions=count)
        return count

    def sign_out(self, token: str) -> str:
        """End a session; nothing happens when it has ended already.

        Returns the ID token of a single sign-on, with which the provider is told.
        """
        with self._store.write() as rows:
            row = rows.one(SessionRow, eq("token", hashed(token)))
            if row is None:
                return ""
            rows.remove(SessionRow, eq("token", row.token))
            self._trace(rows, row.account, "sign_out", subject=row.account)
        return self._seal.open(row.id_token) if row.id_token else ""

    def sign_out_everywhere(self, actor: Account) -> int:
        """End all sessions of the account; return how many there were."""
        with self._store.write() as rows:
            count = rows.remove(SessionRow, eq("account", actor.id))
            self._trace(
                rows, actor.id, "sign_out.everywhere", subject=actor.id, sessions=count
            )
        return count

    def _must_enrol(self, rows: Rows, account: AccountRow) -> bool:
        """Whether the role asks for an app that is not there; not of single sign-on."""
        if Role(account.role) not in self._policy.code_roles or not account.password:
            return False
        device = (eq("account", account.id), yes("confirmed"))
        return rows.count(CodeDeviceRow, *device) == 0

    def _start(
        self,
        rows: Rows,
        account: AccountRow,
        origin: str,
        how: str,
        *,
        sid: str = "",
        id_token: str = "",
    ) -> Session:
        """Open a session with a new token, in the caller's transaction."""
        now, token = self._clock.now(), new_token()
        session = SessionRow(
            token=hashed(token),
            account=account.id,
            origin=origin[:LONGEST],
            started=now,
            seen=now,
            expires=now + self._policy.longest,
            sid=sid or None,
            id_token=self._seal.close(id_token) if id_token else None,
        )
        rows.remove(SessionRow, Where("expires", Op.BELOW, now))
        rows.add(session)
        self._trace(
            rows, account.id, "sign_in", subject=account.id, origin=origin, how=how
        )
        must_enrol = self._must_enrol(rows, account)
        return _session(token, session, account_of(account), must_enrol=must_enrol)


def _session(
    token: str, row: SessionRow, account: Account, *, must_enrol: bool
) -> Session:
    return Session(
        token=token,
        account=account,
        csrf=csrf_of(token),
        started=row.started,
        expires=row.expires,
        must_enrol=must_enrol,
    )
