"""The list of what was erased on request, kept beside copies: digests, no names.

A copy from before an erasure still holds the post. Whoever restores it needs to know
what must not come back, and the copy itself cannot say. A line is the SHA-256 of a
post's id or of an address of it, as in a certificate, and the day.
"""

import os
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.clock import Clock
from domain.errors import ConfigurationError
from jobs.copies.files import full_or, private

_LINE = re.compile(r"([0-9a-f]{64})(\s.*)?")


def read_erased(path: Path) -> frozenset[str]:
    """Return the digests of a list; none where there is no file.

    Raises `ConfigurationError` for a line that is none: better to stop than to bring
    back what somebody had erased.
    """
    found: set[str] = set()
    with suppress(FileNotFoundError):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            fits = _LINE.fullmatch(line)
            if fits is None:
                raise ConfigurationError(
                    f"{path}, line {number}: this is no digest of an erased post.",
                    hint="Mend the line; if it was cut, the digest stands in the "
                    "audit too (`minhtin audit list`, act retention.certificate).",
                )
            found.add(fits[1])
    return frozenset(found)


def note_erased(path: Path, digests: Collection[str], now: datetime) -> int:
    """Add what is not on the list yet, durably; return how many were added."""
    try:
        new = sorted(set(digests) - read_erased(path))
        if new:
            with private(path, "ab") as file:
                file.writelines(f"{one} {now:%Y-%m-%d}\n".encode() for one in new)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        full = full_or(error, path)
        if full is not error:
            raise full from error
        raise ConfigurationError(
            f"The list of erasures {path} cannot be written: {error}.",
            hint="Nothing was erased. Mend its rights, or erasure_list.",
        ) from error
    return len(new)


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of an installation, where one is kept."""

    path: Path | None
    clock: Clock

    def note(self, digests: Iterable[str]) -> None:
        """Add digests, if there is a list."""
        if self.path is not None:
            note_erased(self.path, set(digests), self.clock.now())


def read_all(paths: Iterable[Path]) -> frozenset[str]:
    """Return what any of the lists holds."""
    return frozenset().union(*map(read_erased, paths))
