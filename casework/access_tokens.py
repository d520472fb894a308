"""Access tokens: how a program of the office reads and works in a person's name."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

from casework.model import AccessToken, Account, Scope, Session
from casework.part import account_of
from casework.permissions import Act, may, require
from casework.port import Op, Rows, Where, eq
from casework.rows import AccessTokenRow, AccountRow
from casework.sessions import Sessions
from casework.tokens import ACCESS, hashed, new_token
from domain.errors import ForbiddenError, NotFoundError, QuarantineError

LONGEST_DAYS = 365
"""A forgotten token ends within a year; longer outlives the people who made it."""

MOST = 20
"""Tokens of one account: more than anybody has programs, few enough to look through."""

LONGEST_NAME = 80
USED_EVERY = timedelta(minutes=1)
"""How stale the time of last use may be; shorter writes at each request."""

NEEDS: Mapping[Scope, Act] = {
    Scope.POSTS: Act.READ_POSTS,
    Scope.PERSONAL: Act.READ_PERSONAL,
    Scope.DECISIONS: Act.DECIDE,
}
"""What a role must be allowed for a token to be given, and to keep, a scope."""


class AccessTokens(Sessions):
    def create_token(
        self, actor: Account, *, name: str, scopes: frozenset[Scope], days: int
    ) -> str:
        """Make a token for oneself and return it; it is shown this once.

        Raises `ForbiddenError` for a scope beyond the role.
        """
        label = " ".join(name.split())[:LONGEST_NAME]
        if not label or not scopes or not 1 <= days <= LONGEST_DAYS:
            raise QuarantineError(
                "Thẻ cần có tên, ít nhất một phạm vi và thời hạn "
                f"từ 1 đến {LONGEST_DAYS} ngày.",
                reason="access_token",
            )
        token, now = ACCESS + new_token(), self._clock.now()
        with self._store.write() as rows:
            for act in (Act.HOLD_TOKEN, *(NEEDS[scope] for scope in scopes)):
                require(rows, actor, act)
            self._bound(rows, actor)
            row = AccessTokenRow(
                id=uuid4().hex,
                digest=hashed(token, "access"),
                account=actor.id,
                name=label,
                scopes=" ".join(sorted(scopes)),
                created=now,
                expires=now + timedelta(days=days),
                used=None,
            )
            rows.add(row)
            self._trace(
                rows, actor.id, "token.create", subject=row.id, scopes=row.scopes
            )
        return token

    def access_tokens(self, account: Account) -> Sequence[AccessToken]:
        """Return the account's tokens that are in force, the newest first."""
        mine = eq("account", account.id)
        alive = Where("expires", Op.ABOVE, self._clock.now())
        with self._store.read() as rows:
            found = rows.find(AccessTokenRow, mine, alive, order="-created")
        return [_token(row) for row in found]

    def revoke_token(self, actor: Account, identity: str) -> None:
        """End one of one's own tokens at once."""
        mine = (eq("id", identity), eq("account", actor.id))
        with self._store.write() as rows:
            if not rows.remove(AccessTokenRow, *mine):
                raise NotFoundError("Thẻ này không còn hiệu lực.")
            self._trace(rows, actor.id, "token.revoke", subject=identity)

    def token_session(self, token: str) -> Session | None:
        """Return as what a token lets in; None when it is not in force.

        Its scopes are those that it was given and that the role still allows.
        """
        now = self._clock.now()
        with self._store.read() as rows:
            row = rows.one(AccessTokenRow, eq("digest", hashed(token, "access")))
            account = rows.one(AccountRow, eq("id", row.account if row else ""))
            must_enrol = account is not None and self._must_enrol(rows, account)
        if row is None or account is None or not account.active or now >= row.expires:
            return None
        if row.used is None or now - row.used >= USED_EVERY:
            with self._store.write() as rows:
                rows.change(AccessTokenRow, {"used": now}, eq("id", row.id))
        person = account_of(account)
        if not may(person.role, Act.HOLD_TOKEN):
            return None
        return Session(
            token="",
            account=person,
            csrf="",
            started=row.created,
            expires=row.expires,
            must_enrol=must_enrol,
            scopes=frozenset(
                scope for scope in _token(row).scopes if may(person.role, NEEDS[scope])
            ),
        )

    def _bound(self, rows: Rows, actor: Account) -> None:
        mine, old = (
            eq("account", actor.id),
            Where("expires", Op.BELOW, self._clock.now()),
        )
        rows.remove(AccessTokenRow, mine, old)
        if rows.count(AccessTokenRow, mine) >= MOST:
            raise ForbiddenError(
                f"Mỗi tài khoản có nhiều nhất {MOST} thẻ.", hint="Thu hồi thẻ cũ trước."
            )


def _token(row: AccessTokenRow) -> AccessToken:
    return AccessToken(
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(name) for name in row.scopes.split()),
        created=row.created,
        expires=row.expires,
        used=row.used,
    )
