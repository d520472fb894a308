"""Signing in at the provider of single sign-on: what must be remembered, and who came.

What the provider says is checked elsewhere (`ui.provider`); here it becomes an account.
"""

from datetime import timedelta
from uuid import uuid4

from casework.accounts import LONGEST_DISPLAY, NAME, account_name
from casework.audit import one_line
from casework.model import Person, Session, SignOn
from casework.permissions import MACHINES, Act, require
from casework.port import Op, Rows, Where, eq
from casework.rows import (
    AccountRow,
    CodeDeviceRow,
    IdentityRow,
    RecoveryRow,
    SessionRow,
    SignOnRow,
)
from casework.sessions import Sessions
from casework.tokens import hashed
from domain.errors import ConflictError, ForbiddenError, NotFoundError, QuarantineError

BEGUN = timedelta(minutes=10)
"""From the click to the way back. Longer leaves more begun ones lying, shorter ends
before a person has typed a password and a code there."""

PROVIDER = "sign-on"
"""Who acts in the log where the provider's word did."""


class SingleSignOn(Sessions):
    def begin_sign_on(self, state: str, browser: str, sign_on: SignOn) -> None:
        """Remember a begun sign-on; `browser` is a secret that its cookie holds."""
        now = self._clock.now()
        with self._store.write() as rows:
            rows.remove(SignOnRow, Where("expires", Op.BELOW, now))
            rows.add(
                SignOnRow(
                    state=hashed(state, "state"),
                    browser=hashed(browser, "browser"),
                    nonce=sign_on.nonce,
                    verifier=self._seal.close(sign_on.verifier),
                    target=sign_on.target,
                    expires=now + BEGUN,
                )
            )

    def take_sign_on(self, state: str, browser: str) -> SignOn:
        """Give back a begun sign-on, once, to the browser that began it.

        Raises `ForbiddenError` for one that is unknown, over, used, or another's.
        """
        key = (
            eq("state", hashed(state, "state")),
            eq("browser", hashed(browser, "browser")),
            Where("expires", Op.ABOVE, self._clock.now()),
        )
        with self._store.write() as rows:
            row = rows.one(SignOnRow, *key)
            if row is None or not rows.remove(SignOnRow, *key):
                raise ForbiddenError(
                    "Lượt đăng nhập này đã hết hạn hoặc đã dùng.",
                    hint="Vui lòng bắt đầu lại từ trang đăng nhập.",
                )
        verifier = self._seal.open(row.verifier)
        return SignOn(nonce=row.nonce, verifier=verifier, target=row.target)

    def sign_in_person(self, person: Person, *, origin: str) -> Session:
        """Open a session for whom the provider vouches; make the account if it is new.

        The role follows the provider at each sign-in. Raises `ForbiddenError` for a
        closed account, `ConflictError` where the name is another account's.
        """
        who = (eq("issuer", person.issuer), eq("subject", person.subject))
        with self._store.write() as rows:
            known = rows.one(IdentityRow, *who)
            found = rows.one(AccountRow, eq("id", known.account)) if known else None
            row = found or self._new_account(rows, person)
            if not row.active:
                self._trace(
                    rows, "anonymous", "sign_in.failed", subject=row.id, origin=origin
                )
            else:
                row = self._follow(rows, row, person)
                return self._start(
                    rows,
                    row,
                    origin,
                    "sign_on",
                    sid=person.sid,
                    id_token=person.id_token,
                )
        raise ForbiddenError(
            "Tài khoản đã bị khoá.", hint="Vui lòng liên hệ quản trị viên."
        )

    def refuse_person(self, issuer: str, subject: str, *, origin: str) -> None:
        """Note that somebody came for whom no role is meant."""
        who = hashed(f"{issuer}\n{subject}", "person")[:32]
        with self._store.write() as rows:
            self._trace(
                rows, "anonymous", "sign_in.no_role", subject=who, origin=origin
            )

    def link_account(self, actor: str, name: str, issuer: str, subject: str) -> None:
        """Have an account sign in at the provider from now on, and only there.

        Password, app and sessions end; what the account did stays its own.
        """
        if not (issuer and subject):
            raise QuarantineError("Thiếu nhà cung cấp hoặc mã.", reason="identity")
        with self._store.write() as rows:
            require(rows, actor, Act.MANAGE_ACCOUNTS)
            row = rows.one(AccountRow, eq("name", account_name(name)))
            if row is None:
                raise NotFoundError("Không có tài khoản này.")
            known = (eq("issuer", issuer), eq("subject", subject))
            if rows.one(IdentityRow, *known):
                raise ConflictError("Danh tính này đã thuộc một tài khoản.")
            mine = eq("account", row.id)
            for kind in (IdentityRow, SessionRow, CodeDeviceRow, RecoveryRow):
                rows.remove(kind, mine)
            values = {"password": "", "must_change": False}
            rows.change(AccountRow, values, eq("id", row.id))
            self._identify(rows, row.id, issuer, subject)
            self._trace(rows, actor, "account.link", subject=row.id, issuer=issuer)

    def end_sign_on(self, issuer: str, subject: str, sid: str) -> int:
        """End sessions because the provider says so; all of the person without `sid`.

        Returns how many ended. A `sid` without a subject ends that session alone.
        """
        who = (eq("issuer", issuer), eq("subject", subject))
        with self._store.write() as rows:
            known = rows.one(IdentityRow, *who) if subject else None
            if not sid and known is None:
                return 0
            mine = [eq("account", known.account)] if known else []
            # A subject that is nobody's names no session, whatever its `sid` says.
            if subject and known is None:
                return 0
            ended = rows.remove(SessionRow, *mine, *([eq("sid", sid)] if sid else []))
            if ended:
                account = known.account if known else sid
                self._trace(
                    rows,
                    PROVIDER,
                    "sign_out.provider",
                    subject=account,
                    sessions=ended,
                )
        return ended

    def _new_account(self, rows: Rows, person: Person) -> AccountRow:
        known = account_name(person.name)
        if not NAME.fullmatch(known) or known in MACHINES:
            raise QuarantineError(
                "Tên từ nhà cung cấp không dùng làm tên tài khoản được.",
                reason="account_name",
                hint="Vui lòng liên hệ quản trị viên.",
            )
        if rows.one(AccountRow, eq("name", known)):
            # Never joined by the name alone: whoever may choose names there would
            # walk into accounts here.
            raise ConflictError(
                "Tên này đã có một tài khoản riêng.",
                hint="Quản trị viên nối hai bên bằng lệnh minhtin accounts link.",
            )
        row = AccountRow(
            id=uuid4().hex,
            name=known,
            display=one_line(person.display)[:LONGEST_DISPLAY] or known,
            role=person.role.value,
            active=True,
            must_change=False,
            password="",
            created=self._clock.now(),
        )
        rows.add(row)
        self._identify(rows, row.id, person.issuer, person.subject)
        self._trace(rows, PROVIDER, "account.create", subject=row.id, role=row.role)
        return row

    def _identify(self, rows: Rows, account: str, issuer: str, subject: str) -> None:
        rows.add(
            IdentityRow(
                issuer=issuer,
                subject=subject,
                account=account,
                since=self._clock.now(),
            )
        )

    def _follow(self, rows: Rows, row: AccountRow, person: Person) -> AccountRow:
        if row.role != person.role.value:
            rows.change(AccountRow, {"role": person.role.value}, eq("id", row.id))
            self._trace(
                rows,
                PROVIDER,
                "account.role",
                subject=row.id,
                former=row.role,
                role=person.role.value,
            )
        present = rows.one(AccountRow, eq("id", row.id))
        return present or row
