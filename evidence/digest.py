"""The address of a capture."""

from hashlib import sha256

from domain.errors import NotFoundError
from domain.ids import Digest
from evidence.port import Capture

_PREFIX = "sha256:"
_LENGTH = 64


def digest_of(capture: Capture) -> Digest:
    """Return the SHA-256 of URL, a zero byte, and payload."""
    whole = sha256(capture.url.encode())
    whole.update(b"\0")
    whole.update(capture.body)
    return Digest(_PREFIX + whole.hexdigest())


def hex_of(digest: Digest) -> str:
    """Return the digits, which are fit for a file name.

    Raises `NotFoundError` for what is no digest, and so might be a path.
    """
    digits = digest.removeprefix(_PREFIX)
    if len(digits) != _LENGTH or set(digits) - set("0123456789abcdef"):
        raise unknown(digest)
    return digits


def unknown(digest: Digest) -> NotFoundError:
    """Return the error for what is not there."""
    return NotFoundError(f"No evidence is called {digest!r}.")
