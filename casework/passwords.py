"""Passwords: argon2id hashes, the rules for new ones, and nothing that is a default."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from domain.errors import QuarantineError

SHORTEST = 10
"""Characters. Fewer fall to guessing within the lock-out, more get written on paper."""

LONGEST = 256
"""Characters. More would let a stranger burn CPU by one request."""

DISTINCT = 5
"""Different characters at least, so that «aaaaaaaaaa» is refused."""

_WELL_KNOWN = ("password", "matkhau", "1234567890", "0123456789", "qwertyuiop")


class Passwords:
    """Hashes and checks. The costs are argon2's; tests hand in lower ones."""

    def __init__(self, *, time_cost: int, memory_kib: int) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib)
        self._nobody = ""

    def hash(self, password: str) -> str:
        return self._hasher.hash(composed(password))

    def matches(self, stored: str | None, password: str) -> bool:
        """Compare; takes the same time for `None` (an unknown name) as for a hash."""
        # The first call pays for it whoever signs in, so that it tells nothing.
        self._nobody = self._nobody or self._hasher.hash("nobody")
        try:
            self._hasher.verify(
                stored or self._nobody, composed(password)[: LONGEST + 1]
            )
        except (Argon2Error, InvalidHashError):
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other costs and is due for a new one."""
        return self._hasher.check_needs_rehash(stored)


def composed(password: str) -> str:
    """Return one spelling: Vietnamese keyboards differ in how they compose letters."""
    return unicodedata.normalize("NFC", password.encode(errors="replace").decode())


def check_new(password: str, name: str) -> None:
    """Refuse a new password that is too easy. Raises `QuarantineError`."""
    text = composed(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise QuarantineError(
            f"Mật khẩu phải có từ {SHORTEST} đến {LONGEST} ký tự.",
            reason="password_length",
            hint="Nên ghép vài từ dễ nhớ với nhau.",
        )
    plain = text.casefold().replace(" ", "")
    easy = plain.startswith(_WELL_KNOWN) or plain.strip("0123456789@!.") == name
    if easy or len(set(plain)) < DISTINCT:
        raise QuarantineError(
            "Mật khẩu này quá dễ đoán.",
            reason="password_weak",
            hint="Không dùng tên đăng nhập, dãy số hoặc một ký tự lặp lại.",
        )
