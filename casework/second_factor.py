"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes."""

import base64
import hmac
import secrets

import pyotp

from casework.model import Account, CodeDevice
from casework.part import Part
from casework.permissions import Act, find_actor, require
from casework.port import Rows, eq
from casework.rows import AccountRow, CodeDeviceRow, RecoveryRow
from casework.tokens import hashed
from domain.errors import ConflictError, ForbiddenError, NotFoundError
from domain.labels import Role

SECONDS = 30
"""A code's life; what all apps do."""

EARLY, LATE = 1, 1
"""Steps that a telephone's clock may be off. More lets a code be read over a shoulder
for longer; fewer refuses telephones that are half a minute off."""

RECOVERY_CODES = 10
RECOVERY_BYTES = 15
"""120 random bits, so that a plain hash of them cannot be searched through."""


class SecondFactor(Part):
    def code_device(self, account: Account) -> CodeDevice | None:
        """Return what is known of the account's app; None without one."""
        mine = eq("account", account.id)
        with self._store.read() as rows:
            row = rows.one(CodeDeviceRow, mine)
            left = rows.count(RecoveryRow, mine)
        if row is None:
            return None
        return CodeDevice(confirmed=row.confirmed, since=row.since, recovery_left=left)

    def needs_code_device(self, account: Account) -> bool:
        """Whether the account's role may not go without an app."""
        return account.local and account.role in self._policy.code_roles

    def begin_codes(self, account: Account, issuer: str) -> tuple[str, str]:
        """Return a secret and its address for the app; a begun one stays the same.

        It counts once a code of it was shown. Raises `ConflictError` when one does.
        """
        with self._store.write() as rows:
            row = rows.one(CodeDeviceRow, eq("account", account.id))
            if row is not None and row.confirmed:
                raise ConflictError("Ứng dụng xác thực đã được bật.")
            if not account.local:
                raise ForbiddenError("Tài khoản đăng nhập một lần không dùng mã riêng.")
            secret = self._seal.open(row.secret) if row else pyotp.random_base32()
            if row is None:
                rows.put(
                    CodeDeviceRow(
                        account=account.id,
                        secret=self._seal.close(secret),
                        confirmed=False,
                        step=0,
                        since=self._clock.now(),
                    )
                )
        totp = pyotp.TOTP(secret, interval=SECONDS)
        return secret, totp.provisioning_uri(name=account.name, issuer_name=issuer)

    def confirm_codes(self, account: Account, code: str) -> tuple[str, ...]:
        """Switch the app on by its first code; return the recovery codes, only now."""
        with self._store.write() as rows:
            row = rows.one(CodeDeviceRow, eq("account", account.id))
            if row is None or row.confirmed:
                raise ConflictError("Không có ứng dụng xác thực đang chờ.")
            if not self._spend_app_code(rows, row, code):
                raise ForbiddenError(
                    "Mã không đúng.", hint="Kiểm tra giờ của điện thoại rồi thử mã mới."
                )
            mine = eq("account", account.id)
            rows.change(CodeDeviceRow, {"confirmed": True}, mine)
            codes = self._new_recovery(rows, account.id)
            self._trace(rows, account.id, "code_device.on", subject=account.id)
        return codes

    def renew_recovery(self, account: Account) -> tuple[str, ...]:
        """Replace all recovery codes by new ones."""
        with self._store.write() as rows:
            row = rows.one(CodeDeviceRow, eq("account", account.id))
            if row is None or not row.confirmed:
                raise ConflictError("Chưa bật ứng dụng xác thực.")
            codes = self._new_recovery(rows, account.id)
            self._trace(rows, account.id, "recovery.renewed", subject=account.id)
        return codes

    def drop_codes(self, actor: str, name: str) -> None:
        """Take the app away: one's own where the role allows, or as administrator."""
        with self._store.write() as rows:
            row = rows.one(AccountRow, eq("name", name))
            if row is None:
                raise NotFoundError("Không có tài khoản này.")
            by = find_actor(rows, actor)
            own = by is not None and by.id == row.id
            if not own:
                require(rows, actor, Act.MANAGE_ACCOUNTS)
            elif Role(row.role) in self._policy.code_roles:
                raise ForbiddenError("Vai trò của bạn phải dùng mã xác thực.")
            rows.remove(RecoveryRow, eq("account", row.id))
            if not rows.remove(CodeDeviceRow, eq("account", row.id)):
                raise NotFoundError("Tài khoản này không có ứng dụng xác thực.")
            self._trace(rows, actor, "code_device.off", subject=row.id, own=own)

    def _new_recovery(self, rows: Rows, account: str) -> tuple[str, ...]:
        rows.remove(RecoveryRow, eq("account", account))
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        for code in codes:
            rows.add(RecoveryRow(digest=_recovery_hash(code), account=account))
        return codes

    def _spend_code(self, rows: Rows, account: str, code: str) -> bool:
        """Accept a code of the app or a recovery code, once and never again."""
        row = rows.one(CodeDeviceRow, eq("account", account))
        if row is None or not row.confirmed:
            return False
        if self._spend_app_code(rows, row, code):
            return True
        kept = (eq("digest", _recovery_hash(code)), eq("account", account))
        if not rows.remove(RecoveryRow, *kept):
            return False
        self._trace(rows, account, "recovery.used", subject=account)
        return True

    def _spend_app_code(self, rows: Rows, row: CodeDeviceRow, code: str) -> bool:
        typed = "".join(code.split()).encode(errors="replace")
        totp = pyotp.TOTP(self._seal.open(row.secret), interval=SECONDS)
        step = int(self._clock.now().timestamp()) // SECONDS
        for near in range(step - LATE, step + EARLY + 1):
            fits = hmac.compare_digest(totp.generate_otp(near).encode(), typed)
            # A step that was accepted once, and all before it, are spent.
            if fits and near > row.step:
                rows.change(CodeDeviceRow, {"step": near}, eq("account", row.account))
                return True
        return False


def _recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _recovery_hash(code: str) -> str:
    letters = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashed(letters, "recovery")
