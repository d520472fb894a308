"""Accounts: who may sign in, as what."""

import re
import unicodedata
from collections.abc import Sequence
from uuid import uuid4

from casework.audit import one_line
from casework.model import Account
from casework.part import Part, account_of
from casework.passwords import SHORTEST, SHORTEST_WITH_CODE, check_new
from casework.permissions import MACHINES, Act, find_actor, require
from casework.port import Op, Rows, Where, eq, yes
from casework.rows import AccessTokenRow, AccountRow, SessionRow
from casework.tokens import hashed
from domain.errors import ConflictError, NotFoundError, QuarantineError
from domain.labels import Role

NAME = re.compile(r"[\w.@-]{2,64}")
LONGEST_DISPLAY = 120


def account_name(text: str) -> str:
    """Return the one spelling of a sign-in name."""
    known = text.encode(errors="replace").decode()
    return unicodedata.normalize("NFC", known).strip().casefold()


class Accounts(Part):
    """`actor` is an account's id or name, or a part of the software (`cli`)."""

    def create_account(
        self,
        actor: str,
        *,
        name: str,
        display: str,
        role: Role,
        password: str,
        must_change: bool = True,
    ) -> Account:
        """Create an account. Raises `ConflictError` when the name exists."""
        known = account_name(name)
        if not NAME.fullmatch(known) or known in MACHINES:
            raise QuarantineError(
                "Tên đăng nhập không hợp lệ.",
                reason="account_name",
                hint="Dùng 2–64 chữ cái, chữ số hoặc dấu . _ - @, không có dấu cách.",
            )
        self._check_password(password, role, known, display)
        row = AccountRow(
            id=uuid4().hex,
            name=known,
            display=one_line(display)[:LONGEST_DISPLAY] or known,
            role=role.value,
            active=True,
            must_change=must_change,
            password=self._passwords.hash(password),
            created=self._clock.now(),
        )
        with self._store.write() as rows:
            require(rows, actor, Act.MANAGE_ACCOUNTS)
            if rows.one(AccountRow, eq("name", known)):
                raise ConflictError(
                    "Tên đăng nhập này đã có.", hint="Vui lòng chọn tên khác."
                )
            rows.add(row)
            self._trace(rows, actor, "account.create", subject=row.id, role=role.value)
        return account_of(row)

    def accounts(self) -> Sequence[Account]:
        """Return all accounts by name, closed ones too."""
        with self._store.read() as rows:
            return [account_of(row) for row in rows.find(AccountRow, order="name")]

    def set_password(
        self,
        actor: str,
        name: str,
        password: str,
        *,
        must_change: bool = False,
        keep_token: str | None = None,
    ) -> None:
        """Set a password; one's own, or as administrator anybody's.

        Another's sessions end at once. One's own go on, unless `keep_token` names the
        only one that is to stay.
        """
        known = account_name(name)
        with self._store.read() as rows:
            shown = _named(rows, known)
        self._check_password(password, Role(shown.role), known, shown.display)
        stored = self._passwords.hash(password)
        with self._store.write() as rows:
            row = _named(rows, known)
            if not row.password:
                raise ConflictError(
                    "Tài khoản này đăng nhập một lần, không có mật khẩu."
                )
            by = find_actor(rows, actor)
            own = by is not None and by.id == row.id
            if not own:
                require(rows, actor, Act.MANAGE_ACCOUNTS)
            values = {"password": stored, "must_change": must_change}
            rows.change(AccountRow, values, eq("id", row.id))
            if not own or keep_token is not None:
                kept = hashed(keep_token or "")
                _end_sessions(rows, row.id, Where("token", Op.OTHER, kept))
            if not own:
                # Who had the old password may have made tokens with it.
                rows.remove(AccessTokenRow, eq("account", row.id))
            self._trace(rows, actor, "account.password", subject=row.id, own=own)

    def set_active(self, actor: str, name: str, active: bool) -> None:  # noqa: FBT001 - the agreed call
        """Open or close an account; closing ends its sessions at once."""
        with self._store.write() as rows:
            require(rows, actor, Act.MANAGE_ACCOUNTS)
            row = _named(rows, account_name(name))
            if not active:
                _keep_an_admin(rows, row)
                _end_sessions(rows, row.id)
            rows.change(AccountRow, {"active": active}, eq("id", row.id))
            self._trace(rows, actor, "account.active", subject=row.id, active=active)

    def set_role(self, actor: str, name: str, role: Role) -> None:
        """Change what an account may do; it holds from its next click on."""
        with self._store.write() as rows:
            require(rows, actor, Act.MANAGE_ACCOUNTS)
            row = _named(rows, account_name(name))
            if role is not Role.ADMIN:
                _keep_an_admin(rows, row)
            rows.change(AccountRow, {"role": role.value}, eq("id", row.id))
            self._trace(
                rows,
                actor,
                "account.role",
                subject=row.id,
                former=row.role,
                role=role.value,
            )

    def _check_password(self, password: str, role: Role, *about: str) -> None:
        coded = role in self._policy.code_roles
        check_new(
            password,
            *about,
            places=self._policy.places(),
            shortest=SHORTEST_WITH_CODE if coded else SHORTEST,
        )


def _named(rows: Rows, name: str) -> AccountRow:
    row = rows.one(AccountRow, eq("name", name))
    if row is None:
        raise NotFoundError("Không có tài khoản này.")
    return row


def _end_sessions(rows: Rows, account: str, *on: Where) -> int:
    return rows.remove(SessionRow, eq("account", account), *on)


def _keep_an_admin(rows: Rows, row: AccountRow) -> None:
    if not row.active or row.role != Role.ADMIN:
        return
    if rows.count(AccountRow, eq("role", Role.ADMIN.value), yes("active")) < 2:  # noqa: PLR2004 - this one and another
        raise ConflictError(
            "Đây là quản trị viên duy nhất đang hoạt động.",
            hint="Tạo thêm một quản trị viên trước.",
        )
