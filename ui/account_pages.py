"""“My account”: the authenticator app, open sessions, access tokens. Plain forms."""

import segno
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from casework.access_tokens import LONGEST_DAYS, NEEDS
from casework.model import Scope, Session
from casework.permissions import Act, may
from casework.tokens import hashed
from domain.errors import QuarantineError
from ui.access import ACCOUNT, CODES, TOKENS
from ui.form_pages import Asked, FormPages, Values

ISSUER = "Minh Tin"
DAYS = 90
"""What the form offers: a quarter, after which somebody looks whether it is needed."""


class AccountPages(FormPages):
    def routes(self) -> list[Route]:
        mine, codes, tokens = self._mine, self._codes, self._tokens
        return [
            self.page(ACCOUNT, "account.html", mine),
            self.form(f"{ACCOUNT}/session", "account.html", mine, self._end_one),
            self.form(f"{ACCOUNT}/everywhere", "account.html", mine, self._end_all),
            self.page(CODES, "codes.html", codes),
            self.form(CODES, "codes.html", codes, self._confirm),
            self.form(f"{CODES}/off", "codes.html", codes, self._codes_off),
            self.form(f"{CODES}/recovery", "codes.html", codes, self._recovery),
            self.page(TOKENS, "tokens.html", tokens),
            self.form(TOKENS, "tokens.html", tokens, self._new_token),
            self.form(f"{TOKENS}/revoke", "tokens.html", tokens, self._revoke),
        ]

    def _mine(self, session: Session) -> Values:
        account = session.account
        here = hashed(session.token)
        return {
            "account": account,
            "device": self._casework.code_device(account),
            "sessions": [
                {
                    "id": one.id,
                    "origin": one.origin,
                    "started": self.moment(one.started),
                    "seen": self.moment(one.seen),
                    "here": one.id == here,
                }
                for one in self._casework.sessions_of(account)
            ],
            "tokens": may(account.role, Act.HOLD_TOKEN),
            "accounts": may(account.role, Act.MANAGE_ACCOUNTS),
            "posts": may(account.role, Act.READ_POSTS),
        }

    def _end_one(self, asked: Asked) -> None:
        self._casework.end_session(asked.account, asked.text("session"))

    def _end_all(self, asked: Asked) -> Response:
        self._casework.sign_out_everywhere(asked.account)
        return RedirectResponse("/sign-in", status_code=303)

    def _codes(self, session: Session) -> Values:
        account = session.account
        device = self._casework.code_device(account)
        on = device is not None and device.confirmed
        values: dict[str, object] = {
            "on": on,
            "device": device,
            "since": self.moment(device.since) if device else "",
            "must": self._casework.needs_code_device(account),
            "codes": (),
            "secret": "",
            "drawing": "",
        }
        if on:
            return values
        secret, address = self._casework.begin_codes(account, ISSUER)
        parts = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        drawing = segno.make(address, error="m").svg_inline(scale=4, light="#fff")
        return {**values, "secret": " ".join(parts), "drawing": drawing}

    def _confirm(self, asked: Asked) -> Values:
        return {
            "codes": self._casework.confirm_codes(asked.account, asked.text("code"))
        }

    def _recovery(self, asked: Asked) -> Values:
        self.prove(asked)
        return {"codes": self._casework.renew_recovery(asked.account)}

    def _codes_off(self, asked: Asked) -> None:
        self.prove(asked)
        self._casework.drop_codes(asked.account.id, asked.account.name)

    def _tokens(self, session: Session) -> Values:
        account = session.account
        return {
            "tokens": [
                {
                    "id": one.id,
                    "name": one.name,
                    "scopes": sorted(one.scopes),
                    "expires": self.moment(one.expires),
                    "used": self.moment(one.used) if one.used else "",
                }
                for one in self._casework.access_tokens(account)
            ],
            "scopes": [s.value for s in Scope if may(account.role, NEEDS[s])],
            "local": account.local,
            "days": DAYS,
            "longest": LONGEST_DAYS,
            "made": "",
        }

    def _new_token(self, asked: Asked) -> Values:
        self.prove(asked)
        days = asked.text("days")
        if not days.isdecimal() or len(days) > 4:  # noqa: PLR2004 - far more than a year
            raise QuarantineError("Thời hạn không hợp lệ.", reason="access_token")
        chosen = frozenset(s for s in Scope if asked.text(f"scope:{s.value}"))
        made = self._casework.create_token(
            asked.account, name=asked.text("name"), scopes=chosen, days=int(days)
        )
        return {"made": made}

    def _revoke(self, asked: Asked) -> None:
        self._casework.revoke_token(asked.account, asked.text("id"))
