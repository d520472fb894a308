"""Handles of private authors to pseudonyms."""

import hmac
import unicodedata

from domain.ids import Pseudonym

_LENGTH = 32
"""Hex digits kept: 128 bits, so that no two authors of a platform ever meet."""


def pseudonym(key: bytes, platform: str, handle: str) -> Pseudonym | None:
    """Return the keyed hash of a handle on one platform; None for an empty handle.

    The same handle on two platforms gives two pseudonyms: who is who across sites is
    not for this software to know.
    """
    plain = unicodedata.normalize("NFC", handle).strip()
    if not plain:
        return None
    text = f"{platform}\0{plain}".encode()
    return Pseudonym(hmac.new(key, text, "sha256").hexdigest()[:_LENGTH])
