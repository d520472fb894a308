"""Signing in by a password, and by a code after it where the account has an app."""

from datetime import timedelta

from casework.accounts import account_name
from casework.model import SecondStep, Session
from casework.port import Op, Rows, Where, eq, yes
from casework.rows import AccountRow, CodeDeviceRow, StepRow
from casework.second_factor import SecondFactor
from casework.sessions import Sessions
from casework.tokens import hashed, new_token
from domain.errors import ForbiddenError

STEP = timedelta(minutes=5)
"""From the password to the code. Longer leaves a half-open door on a shared computer,
shorter is too short to find the telephone."""


class SignIn(Sessions, SecondFactor):
    def sign_in(self, name: str, password: str, *, origin: str) -> Session | SecondStep:
        """Open a session, or ask for the second step. Raises `ForbiddenError`.

        Unknown names, wrong passwords and closed accounts look and last the same.
        """
        known = account_name(name)
        keys = self._keys(known, origin)
        row = self._admitted(known, keys, origin)
        stored = row.password if row and row.password else None
        right = self._passwords.matches(stored, password)
        if row is None or not right or not row.active:
            self._trace_refusal(row, known, origin)
            raise ForbiddenError(
                "Tên đăng nhập hoặc mật khẩu không đúng.",
                hint="Kiểm tra bộ gõ tiếng Việt và phím Caps Lock rồi thử lại.",
            )
        stronger = self._passwords.outdated(row.password)
        renewed = self._passwords.hash(password) if stronger else None
        with self._store.write() as rows:
            if renewed:
                still = eq("password", row.password)
                rows.change(AccountRow, {"password": renewed}, eq("id", row.id), still)
            if rows.count(CodeDeviceRow, eq("account", row.id), yes("confirmed")):
                return self._ask_code(rows, row, origin)
            self._forgive(rows, keys)
            return self._start(rows, row, origin, "password")

    def second_step(self, token: str, code: str, *, origin: str) -> Session:
        """Open a session by a code of the app or a recovery code.

        Wrong codes count like wrong passwords and are slowed down with them; what the
        password counted is forgiven only here. Raises `ForbiddenError`.
        """
        now, digest = self._clock.now(), eq("digest", hashed(token, "step"))
        alive = Where("expires", Op.ABOVE, now)
        with self._store.read() as rows:
            step = rows.one(StepRow, digest, alive)
            row = rows.one(AccountRow, eq("id", step.account)) if step else None
        if step is None or row is None or not row.active:
            raise ForbiddenError(
                "Bước xác thực đã hết hạn.", hint="Vui lòng đăng nhập lại từ đầu."
            )
        keys = self._keys(row.name, origin)
        self._admitted(row.name, keys, origin)
        with self._store.write() as rows:
            # The code is spent in the transaction that opens the session.
            if rows.count(StepRow, digest) and self._spend_code(rows, row.id, code):
                rows.remove(StepRow, eq("account", row.id))
                self._forgive(rows, keys)
                return self._start(rows, row, origin, "password+code")
            self._trace(
                rows, "anonymous", "sign_in.code_failed", subject=row.id, origin=origin
            )
        raise ForbiddenError(
            "Mã xác thực không đúng hoặc đã dùng.",
            hint="Chờ mã mới hiện trên điện thoại, hoặc dùng một mã khôi phục.",
        )

    def confirm_password(self, name: str, password: str, *, origin: str) -> None:
        """Have a signed-in person prove who sits there. Raises `ForbiddenError`."""
        keys = self._keys(account_name(name), origin)
        row = self._admitted(account_name(name), keys, origin)
        stored = row.password if row and row.password else None
        if not self._passwords.matches(stored, password):
            self._trace_refusal(row, account_name(name), origin)
            raise ForbiddenError("Mật khẩu hiện tại không đúng.")
        with self._store.write() as rows:
            self._forgive(rows, keys)

    def _ask_code(self, rows: Rows, row: AccountRow, origin: str) -> SecondStep:
        now, token = self._clock.now(), new_token()
        step = StepRow(
            digest=hashed(token, "step"),
            account=row.id,
            origin=origin,
            expires=now + STEP,
        )
        rows.remove(StepRow, Where("expires", Op.BELOW, now))
        rows.add(step)
        return SecondStep(token=token, expires=step.expires)

    def _trace_refusal(self, row: AccountRow | None, name: str, origin: str) -> None:
        with self._store.write() as rows:
            self._trace_refused(rows, "sign_in.failed", row, name, origin)
