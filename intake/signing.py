"""Signatures of webhook requests: HMAC-SHA256 over time stamp and body."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

TIMESTAMP = "X-MinhTin-Timestamp"
SIGNATURE = "X-MinhTin-Signature"
PREFIX = "sha256="

WINDOW = timedelta(minutes=5)
"""How far a time stamp may be from our clock, either way. Wider gives a stolen request
longer to be sent again, narrower refuses senders whose clock is off."""

LEAST_SECRET = 32
"""Letters of a secret; shorter ones can be guessed from one signed request."""

_NOBODY = b"\0" * 32
"""Compared with where there is no secret, so that an unknown channel takes as long."""


class Unsigned(StrEnum):
    """Why a request is not believed."""

    HEADERS = "signature_missing"
    OLD = "timestamp_outside_window"
    WRONG = "signature_wrong"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what the signature header holds."""
    signed = timestamp.encode() + b"." + body
    return PREFIX + hmac.new(secret.encode(), signed, "sha256").hexdigest()


def stamp_problem(headers: Mapping[str, str], now: datetime) -> Unsigned | None:
    """Look at what can be judged before the body is read."""
    stamp = headers.get(TIMESTAMP, "")
    if not stamp or not headers.get(SIGNATURE, "").startswith(PREFIX):
        return Unsigned.HEADERS
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):  # noqa: PLR2004 - seconds until the year 5138
        return Unsigned.HEADERS
    if abs(now.timestamp() - int(stamp)) > WINDOW.total_seconds():
        return Unsigned.OLD
    return None


def is_signed(secret: str | None, headers: Mapping[str, str], body: bytes) -> bool:
    """Tell whether the body was signed with the secret, in constant time."""
    known = secret if secret is not None else _NOBODY.decode()
    expected = signature(known, headers.get(TIMESTAMP, ""), body)
    sent = headers.get(SIGNATURE, "")
    fits = hmac.compare_digest(expected.encode(), sent.encode("utf-8", "replace"))
    return fits and secret is not None
