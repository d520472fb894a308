"""How the files of a copy are written and read: as they are, or encrypted by age.

Whatever the size, a file goes through in pieces. age (age-encryption.org) authenticates
each piece and the end, so that a file that was cut or changed is found when it is read;
any other program that knows age opens it too.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import pyrage

from domain.errors import ConfigurationError, QuarantineError

PIECE = 1 << 20
"""Bytes at once: fewer cost calls, more memory."""


class Source(Protocol):
    """What is read piece by piece."""

    def read(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    """What is written piece by piece."""

    def write(self, piece: bytes, /) -> object: ...

    def flush(self) -> None: ...


class Seal(ABC):
    """Writes and reads files of one folder of copies."""

    suffix: str

    @abstractmethod
    def close(self, source: Source, target: Sink) -> None:
        """Write what `source` holds."""

    @abstractmethod
    def open(self, source: Source, target: Sink) -> None:
        """Write what was closed.

        Raises `QuarantineError` for what is damaged, `ConfigurationError` for another
        key.
        """


class NoSeal(Seal):
    """Files as they are."""

    suffix = ""

    def close(self, source: Source, target: Sink) -> None:
        while piece := source.read(PIECE):
            target.write(piece)

    open = close


class AgeSeal(Seal):
    """Files that only the holder of a key reads."""

    suffix = ".age"

    def __init__(
        self,
        recipient: pyrage.x25519.Recipient | None,
        identities: Sequence[pyrage.x25519.Identity] = (),
    ) -> None:
        self._recipient, self._identities = recipient, list(identities)

    def close(self, source: Source, target: Sink) -> None:
        if self._recipient is None:
            raise ConfigurationError("No key is set to encrypt copies with.")
        pyrage.encrypt_io(source, target, [self._recipient])

    def open(self, source: Source, target: Sink) -> None:
        if not self._identities:
            raise ConfigurationError(
                "The copy is encrypted, and no key is set.",
                hint="Set MINHTIN_BACKUP_PASSPHRASE or MINHTIN_BACKUP_IDENTITY_FILE.",
            )
        try:
            pyrage.decrypt_io(source, target, self._identities)
        except pyrage.DecryptError as error:
            if "No matching keys" in str(error):
                raise wrong_key() from error
            raise QuarantineError(
                f"is cut or damaged ({error})", reason="damaged_copy"
            ) from error


def wrong_key() -> ConfigurationError:
    return ConfigurationError(
        "The copy is encrypted for another key or passphrase.",
        hint="Give the one that it was made with.",
    )


def new_locked_key(passphrase: str) -> tuple[bytes, AgeSeal]:
    """Make a key; return it under the passphrase, and the seal of it."""
    identity = pyrage.x25519.Identity.generate()
    locked = pyrage.passphrase.encrypt(str(identity).encode(), passphrase)
    return locked, AgeSeal(identity.to_public(), [identity])


def unlocked(locked: bytes, passphrase: str) -> AgeSeal:
    """Open such a key. Raises `ConfigurationError` for another passphrase."""
    try:
        text = pyrage.passphrase.decrypt(locked, passphrase).decode()
        identity = pyrage.x25519.Identity.from_str(text)
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "The passphrase does not open the copies, or key.age is damaged.",
            hint="Give the passphrase of the first copy in that folder; each copy "
            "holds the file key.age too.",
        ) from error
    return AgeSeal(identity.to_public(), [identity])


def key_pair_seal(recipient: str, identity_file: str) -> AgeSeal:
    """Return the seal for a public key and, where there is one, its secret file.

    `identity_file` is the text of a file as `age-keygen` writes it; either may be
    empty. Raises `ConfigurationError` for what is no key.
    """
    lines = [line.strip() for line in identity_file.splitlines()]
    try:
        identities = [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
    except pyrage.IdentityError as error:
        # What the line holds is not repeated: it may be most of a secret key.
        raise ConfigurationError(
            "The file of backup_identity_file holds a line that is no key of age.",
            hint="Make one with: minhtin backup key FILE",
        ) from error
    try:
        public = pyrage.x25519.Recipient.from_str(recipient) if recipient else None
    except pyrage.RecipientError as error:
        raise ConfigurationError(
            "backup_recipient is no public key of age.",
            hint="It begins with age1; minhtin backup key FILE prints it.",
        ) from error
    return AgeSeal(public, identities)


def new_key_file() -> tuple[str, str]:
    """Return the text of a new file of a secret key, and its public key."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    return f"# public key: {public}\n{identity}\n", public
