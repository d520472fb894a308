"""Anchors: heads of the audit chain, signed, in a line that can be kept anywhere.

The line is ASCII, so that it survives mail, print and a scanner:

    minhtin-audit-anchor 1 ROWS DIGEST TIME KEY SIGNATURE

ROWS is the number of rows, DIGEST the last row's (64 hex digits), TIME in UTC to the
second, KEY the first 16 hex digits of SHA-256 over the 32 bytes of the public key,
SIGNATURE the Ed25519 signature (128 hex digits) over all before it without the space.
Whoever has a line and the public key can say later whether the log still is what it
was then. Nothing in it tells what the log holds.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from domain.errors import ConfigurationError, QuarantineError

KIND, VERSION = "minhtin-audit-anchor", "1"
_LINE = re.compile(
    rf"{KIND} {VERSION} (?P<rows>[1-9]\d{{0,17}}) (?P<digest>[0-9a-f]{{64}}) "
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (?P<key>[0-9a-f]{16})"
)
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A signed head. `key` names the signer's public key."""

    rows: int
    digest: str
    at: datetime
    key: str
    signature: str

    @property
    def signed(self) -> str:
        """What the signature covers."""
        time = self.at.astimezone(UTC).strftime(_TIME)
        return f"{KIND} {VERSION} {self.rows} {self.digest} {time} {self.key}"

    @property
    def line(self) -> str:
        return f"{self.signed} {self.signature}"

    @property
    def file_name(self) -> str:
        """A name that sorts by length of the log and is the anchor's own."""
        return f"audit-{self.rows:012d}-{self.at:%Y%m%dT%H%M%SZ}.anchor"


def sign(key: Ed25519PrivateKey, rows: int, digest: str, at: datetime) -> Anchor:
    """Sign a head as it is at that time."""
    bare = Anchor(
        rows=rows,
        digest=digest,
        at=at.astimezone(UTC).replace(microsecond=0),
        key=key_id(key.public_key()),
        signature="",
    )
    signature = key.sign(bare.signed.encode("ascii")).hex()
    return Anchor(
        rows=bare.rows,
        digest=digest,
        at=bare.at,
        key=bare.key,
        signature=signature,
    )


def read_anchors(text: str, key: Ed25519PublicKey) -> list[Anchor]:
    """Return the anchors in a text, in its order; other lines are passed over.

    Mail wraps lines and printers break them: white space of any kind between the parts
    is borne. Raises `QuarantineError` for one that is cut off, was signed by another
    key or was changed.
    """
    words = text.split()
    starts = [at for at, word in enumerate(words) if word == KIND]
    return [_read(words[at : at + 7], key) for at in starts]


def _read(words: list[str], key: Ed25519PublicKey) -> Anchor:
    found = _LINE.fullmatch(" ".join(words[:6]))
    signature = words[6] if len(words) > 6 else ""  # noqa: PLR2004 - the seventh part
    if found is None or not _SIGNATURE.fullmatch(signature):
        raise QuarantineError(
            "An anchor is cut off or is none.",
            reason="anchor_shape",
            hint=f"It begins {' '.join(words[:3])!r}; compare it with another copy.",
        )
    anchor = Anchor(
        rows=int(found["rows"]),
        digest=found["digest"],
        at=_time(found["at"]),
        key=found["key"],
        signature=signature,
    )
    if anchor.key != key_id(key):
        raise QuarantineError(
            f"The anchor of {anchor.at:%Y-%m-%d %H:%M} UTC was signed by key "
            f"{anchor.key}, not by {key_id(key)}.",
            reason="anchor_key",
            hint="Give the public key of that time, or leave anchors of other "
            "installations out.",
        )
    try:
        key.verify(bytes.fromhex(signature), anchor.signed.encode("ascii"))
    except InvalidSignature as error:
        raise QuarantineError(
            f"The signature of the anchor of {anchor.at:%Y-%m-%d %H:%M} UTC does not "
            "fit: the anchor was changed or made up.",
            reason="anchor_signature",
            hint="Keep it as it is, and compare it with copies kept elsewhere.",
        ) from error
    return anchor


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise QuarantineError(
            f"An anchor has {text}, which is no time.", reason="anchor_shape"
        ) from error


def key_id(key: Ed25519PublicKey) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def new_key() -> bytes:
    """Return a new private key as unencrypted PEM (PKCS 8)."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def private_key(pem: str) -> Ed25519PrivateKey:
    """Read a private key. Raises `ConfigurationError` without repeating any of it."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(
            "The key of the audit's anchors is no Ed25519 key in PEM.",
            hint="Make one with: minhtin audit key FILE",
        )
    return key


def public_key(text: str) -> Ed25519PublicKey:
    """Read a public key: PEM, or its 64 hex digits as they are printed.

    Raises `ConfigurationError` for what is neither.
    """
    hexadecimal = "".join(text.split())
    if re.fullmatch(r"[0-9a-fA-F]{64}", hexadecimal):
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(hexadecimal))
    try:
        key = serialization.load_pem_public_key(text.encode())
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError(
            "This is no public Ed25519 key.",
            hint="Give PEM, or the 64 hex digits that `minhtin audit key` printed.",
        )
    return key


def newest(anchors: Iterable[Anchor]) -> Anchor | None:
    """Return the anchor of the longest log."""
    return max(anchors, key=lambda one: (one.rows, one.at), default=None)
