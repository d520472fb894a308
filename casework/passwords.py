"""Passwords: argon2id hashes, the rules for new ones, and nothing that is a default.

The rules are those of NIST SP 800-63B: length counts, what is commonly used or expected
is refused, and nobody is made to mix signs or to change a password by the calendar.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from domain.errors import QuarantineError

SHORTEST = 15
"""Characters where the password is all there is. Fewer fall to guessing of a stolen
hash, more get written on paper."""

SHORTEST_WITH_CODE = 10
"""Characters where the role must show a code too."""

LONGEST = 256
"""Characters. More would let a stranger burn CPU by one request."""

LEAST_GUESSES_LOG10 = 8.0
"""Powers of ten of guesses that zxcvbn thinks are needed, its «safely unguessable».
Lower lets the town's name with the year pass, higher refuses four plain words in a
row."""

ESTIMATED = 72
"""Characters that are looked at: the estimate's cost grows faster than the length."""

_ESTIMATING = Lock()


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


def check_new(
    password: str,
    *about: str,
    places: Iterable[str] = (),
    shortest: int = SHORTEST,
) -> None:
    """Refuse a new password that is too easy. Raises `QuarantineError`.

    `about` is what a stranger knows of the person: the sign-in name, the name shown;
    `places` are names that everybody here knows.
    """
    text = composed(password)
    if not shortest <= len(text) <= LONGEST:
        raise QuarantineError(
            f"Mật khẩu phải có từ {shortest} đến {LONGEST} ký tự.",
            reason="password_length",
            hint="Nên ghép vài từ dễ nhớ với nhau.",
        )
    if guesses_log10(text, about, places) < LEAST_GUESSES_LOG10:
        raise QuarantineError(
            "Mật khẩu này quá dễ đoán.",
            reason="password_weak",
            hint="Không dùng tên của mình, mật khẩu phổ biến, dãy số, ký tự lặp lại.",
        )


def guesses_log10(
    password: str, about: Iterable[str] = (), places: Iterable[str] = ()
) -> float:
    """Return the power of ten of guesses needed, with and without tone marks.

    Common passwords of the world are zxcvbn's (30,000 of them and several
    dictionaries), those of Vietnam are listed beside this module; nothing is asked of
    a network. Of a person's names every word counts, of a place's only the whole:
    single syllables of places are most of the language.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415 - loads dictionaries, seldom needed

    known = [*_expected(), *(part for text in about for part in _parts(text))]
    known += [form for name in places for form in (_plain(name), _run(name)) if form]
    seen = {
        form[:ESTIMATED] for form in (password, _toneless(password), _run(password))
    }
    with _ESTIMATING:  # it keeps the given words in a module
        return min(
            float(zxcvbn(form, user_inputs=known)["guesses_log10"])
            for form in seen
            if form
        )


@cache
def _expected() -> tuple[str, ...]:
    source = files("casework").joinpath("data", "vietnamese_passwords.txt")
    lines = map(str.strip, source.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def _parts(text: str) -> list[str]:
    plain = _plain(text)
    return [part for part in (plain, _run(plain), *plain.split()) if part]


def _plain(text: str) -> str:
    return _toneless(composed(text))


def _toneless(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def _run(text: str) -> str:
    """Return the words run together, as the lists have them."""
    return "".join(sign for sign in _toneless(text) if sign.isalnum())
