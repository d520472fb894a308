"""What plain forms share: their fields, their token, the cookies that go with them."""

import hmac

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from ui.guard import session_of

MOST_FIELDS = 30


async def form_of(request: Request) -> FormData:
    """Read a form without files."""
    return await request.form(max_files=0, max_fields=MOST_FIELDS)


def text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def same(sent: str, known: str) -> bool:
    return bool(known) and hmac.compare_digest(sent.encode(), known.encode())


def is_ours(request: Request, form: FormData) -> bool:
    """Tell whether the form bears the token of the session that sends it."""
    return same(text(form, "token"), session_of(request.scope).csrf)


def origin_of(request: Request) -> str:
    return request.client.host if request.client else "unknown"


class Cookies:
    """Sets cookies for the server alone; behind TLS bound to this very host."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure

    def own(self, name: str) -> str:
        """Return the cookie's name; `__Host-` keeps other hosts from setting it."""
        return f"__Host-{name}" if self._secure else name

    def get(self, request: Request, name: str) -> str:
        return request.cookies.get(self.own(name), "")

    def put(self, answer: Response, name: str, value: str, seconds: int) -> None:
        answer.set_cookie(
            self.own(name),
            value,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, answer: Response, name: str) -> None:
        answer.delete_cookie(
            self.own(name), path="/", secure=self._secure, httponly=True
        )
