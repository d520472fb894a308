"""“Accounts”, for administrators: create, change, close, reset, end sessions."""

import base64
import secrets

from starlette.routing import Route

from casework.model import Account, Session
from domain.errors import QuarantineError
from domain.labels import Role
from ui.access import ACCOUNTS
from ui.form_pages import Asked, FormPages, Values

FIRST_BYTES = 15
"""Random bytes of a first password: 24 letters to read out once; it must be changed."""


class AccountsPages(FormPages):
    def routes(self) -> list[Route]:
        acts = {
            "create": self._create,
            "change": self._change,
            "reset": self._reset,
            "sessions": self._end_sessions,
            "codes": self._codes_off,
        }
        template, draw = "accounts.html", self._all
        return [
            self.page(ACCOUNTS, template, draw),
            *(
                self.form(f"{ACCOUNTS}/{name}", template, draw, act)
                for name, act in acts.items()
            ),
        ]

    def _all(self, session: Session) -> Values:
        return {
            "me": session.account.id,
            "roles": [role.value for role in Role],
            "accounts": [
                {
                    "account": account,
                    "sessions": len(self._casework.sessions_of(account)),
                    "device": self._casework.code_device(account),
                }
                for account in self._casework.accounts()
            ],
            "first": "",
            "first_name": "",
        }

    def _create(self, asked: Asked) -> Values:
        password = first_password()
        account = self._casework.create_account(
            asked.account.id,
            name=asked.text("name"),
            display=asked.text("display"),
            role=_role(asked),
            password=password,
        )
        return {"first": password, "first_name": account.name}

    def _change(self, asked: Asked) -> None:
        account, role = self._named(asked), _role(asked)
        if role is not account.role:
            self._casework.set_role(asked.account.id, account.name, role)
        active = bool(asked.text("active"))
        if active != account.active:
            self._casework.set_active(asked.account.id, account.name, active)

    def _reset(self, asked: Asked) -> Values:
        account, password = self._named(asked), first_password()
        self._casework.set_password(
            asked.account.id, account.name, password, must_change=True
        )
        return {"first": password, "first_name": account.name}

    def _end_sessions(self, asked: Asked) -> None:
        self._casework.end_sessions(asked.account.id, self._named(asked).name)

    def _codes_off(self, asked: Asked) -> None:
        self._casework.drop_codes(asked.account.id, self._named(asked).name)

    def _named(self, asked: Asked) -> Account:
        name = asked.text("name")
        for account in self._casework.accounts():
            if account.name == name:
                return account
        raise QuarantineError("Không có tài khoản này.", reason="account_name")


def first_password() -> str:
    """Make a password to hand over, in groups that can be read out."""
    letters = base64.b32encode(secrets.token_bytes(FIRST_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _role(asked: Asked) -> Role:
    try:
        return Role(asked.text("role"))
    except ValueError as error:
        raise QuarantineError("Không có vai trò này.", reason="role") from error
