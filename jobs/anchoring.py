"""Signed heads of the audit chain, kept as files in a folder outside the database."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from casework.anchors import Anchor, read_anchors, sign
from casework.faults import PROBLEMS
from casework.ledger import ANCHORED
from casework.model import AuditCheck, AuditFault, AuditRow
from domain.errors import NotFoundError, QuarantineError, RetryLaterError

LARGEST = 1024 * 1024
"""Bytes of a file read for anchors: thousands of lines, or a mail with its headers."""

MOST_FILES = 20_000
"""Files of a folder: one a day for fifty years."""


class AnchorBook(Protocol):
    """What anchoring asks of casework."""

    def audit_head(self) -> tuple[int, str]:
        """Return the number of rows and the last digest."""
        ...

    def record(
        self, actor: str, act: str, subject: str, detail: dict[str, object]
    ) -> AuditRow:
        """Append to the audit chain."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Anchors that may be trusted, and what is wrong with others, one sentence each."""

    anchors: tuple[Anchor, ...] = ()
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchorage:
    """Where anchors are kept, and the key that signs them."""

    folder: Path
    key: Ed25519PrivateKey

    def anchor(self, casework: AnchorBook, actor: str, now: datetime) -> Anchor:
        """Sign the present head, keep it, and note that in the log.

        A kill in between leaves a file that no row names, which harms nobody. Raises
        `NotFoundError` for an empty log, `RetryLaterError` when the folder is out of
        reach.
        """
        rows, digest = casework.audit_head()
        if not rows:
            raise NotFoundError("The audit log is empty: there is nothing to anchor.")
        anchor = sign(self.key, rows, digest, now)
        keep(self.folder, anchor)
        detail: dict[str, object] = {
            "rows": rows,
            "digest": digest,
            "key": anchor.key,
            "at": f"{anchor.at:%Y-%m-%dT%H:%M:%SZ}",
        }
        casework.record(actor, ANCHORED, anchor.file_name, detail)
        return anchor

    def found(self, last: AuditRow | None) -> Found:
        """Return what lies in the folder; `last` is the row of the newest anchor.

        That one must be there: whoever cuts the log would take it away. Raises
        `RetryLaterError` when the folder is out of reach, which proves nothing.
        """
        try:
            found = anchors_at(self.folder, self.key.public_key())
        except NotFoundError as error:
            raise RetryLaterError(
                error.message, retry_after=60, hint="Mount the folder of the anchors."
            ) from error
        missing = last is not None and not (self.folder / last.subject).exists()
        if last is None or not missing:
            return found
        said = f"{last.subject} is not in {self.folder}, where the log says it was put."
        return replace(found, troubles=(*found.troubles, said))


def keep(folder: Path, anchor: Anchor) -> Path:
    """Write an anchor's file, whole or not at all, and never over another.

    Raises `RetryLaterError` when the folder cannot be written.
    """
    path = folder / anchor.file_name
    part = folder / f".{anchor.file_name}.part"
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o444)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(anchor.line + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise RetryLaterError(
            f"The anchor could not be written to {folder}: {error.strerror}.",
            retry_after=60,
            hint="Mount the folder, and let the program write there.",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return path


def anchors_at(path: Path, key: Ed25519PublicKey) -> Found:
    """Return the anchors in a file, or in the files of a folder.

    Raises `NotFoundError` when there is no such place or no anchor in it.
    """
    anchors: list[Anchor] = []
    troubles: list[str] = []
    for file in _files(path):
        try:
            anchors += read_anchors(_text(file), key)
        except QuarantineError as error:
            troubles.append(f"{file.name}: {error}")
    if not anchors and not troubles and path.is_file():
        raise NotFoundError(f"There is no anchor in {path}.")
    return Found(anchors=tuple(anchors), troubles=tuple(troubles))


def _files(path: Path) -> Sequence[Path]:
    try:
        if path.is_file():
            return [path]
        named = (p for p in sorted(path.iterdir()) if not p.name.startswith("."))
        return [p for p in islice(named, MOST_FILES) if p.is_file()]
    except OSError as error:
        raise NotFoundError(
            f"{path} cannot be read: {error.strerror}.",
            hint="Give a file with anchors, or a folder of such files.",
        ) from error


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise QuarantineError(
            f"It cannot be read: {error.strerror}.", reason="anchor_file"
        ) from error


def judged(check: AuditCheck, troubles: Sequence[str]) -> AuditCheck:
    """Return the check as it stands with what is wrong with anchors.

    A chain that is broken is worse news, and stays what is said first.
    """
    if not troubles or not check.sound:
        return check
    return replace(
        check,
        sound=False,
        fault=AuditFault.ANCHOR,
        problem=PROBLEMS[AuditFault.ANCHOR].format(count=len(troubles)),
    )
