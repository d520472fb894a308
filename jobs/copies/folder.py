"""The folder of copies: one writer at a time, nothing half that looks whole.

A copy is made under a name that ends with `.unfinished` and renamed when all of it is
durable. What a kill left of one is taken away by the next.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from domain.errors import ConfigurationError, NotFoundError, RetryLaterError
from jobs.copies.files import (
    full_or,
    json_bytes,
    private,
    write_whole,
)
from jobs.copies.manifest import NAME
from jobs.durable import sync_folder

MARK = "copies.json"
KEY = "key.age"
CAPTURES = "evidence"
GONE = "evidence.deleted"
ERASED = "erased.txt"
UNFINISHED = ".unfinished"
_LOCK = ".lock"
_FORMAT = "%Y%m%dT%H%M%SZ"
_COPY = re.compile(r"\d{8}T\d{6}Z")
OWNER_ONLY = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What all copies of a folder share: how they are encrypted, and for whom."""

    encryption: str
    recipient: str = ""


class CopyFolder:
    """A folder that holds copies and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder and hold its lock, which a kill gives back.

        Raises `RetryLaterError` while another process writes copies there, and
        `ConfigurationError` for a folder of other things.
        """
        made = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
            if not made:
                self._refuse_other_things()
            file = private(self.path / _LOCK, "ab")
        except OSError as error:
            raise full_or(error, self.path) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RetryLaterError(
                    f"Another process writes copies into {self.path}.",
                    hint="Wait for its end, then run this again.",
                ) from error
            self._sweep()
            yield

    def _refuse_other_things(self) -> None:
        entries = [p for p in self.path.iterdir() if p.name != "lost+found"]
        if entries and not any(p.name in {MARK, _LOCK} for p in entries):
            raise ConfigurationError(
                f"{self.path} holds other things than copies.",
                hint="Give a folder of its own, empty or not made yet.",
            )
        self.path.chmod(OWNER_ONLY)

    def _sweep(self) -> None:
        for left in self.path.glob(f"*{UNFINISHED}"):
            shutil.rmtree(left)
        for left in self.path.glob(".*.part"):
            left.unlink()

    def mark(self) -> Mark | None:
        """Return how copies here are encrypted; None before the first one."""
        try:
            return msgspec.json.decode((self.path / MARK).read_bytes(), type=Mark)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise ConfigurationError(
                f"{self.path / MARK} cannot be read: {error}."
            ) from error

    def set_mark(self, mark: Mark) -> None:
        """Keep how copies here are encrypted, once."""
        write_whole(self.path / MARK, json_bytes(mark))

    @contextmanager
    def new_copy(self, now: datetime) -> Iterator[Path]:
        """Give a folder to fill; what is in it when the block ends is the copy."""
        target = self.path / f"{now.astimezone(UTC):{_FORMAT}}"
        if target.exists():
            raise RetryLaterError(f"{target} was made in this very second.")
        unfinished = target.with_name(target.name + UNFINISHED)
        unfinished.mkdir(mode=OWNER_ONLY)
        try:
            yield unfinished
            sync_folder(unfinished)
            unfinished.rename(target)
            sync_folder(self.path)
        except BaseException as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            if isinstance(error, OSError):
                raise full_or(error, target) from error
            raise

    def copies(self) -> Sequence[Path]:
        """Return the finished copies, oldest first."""
        if not self.path.is_dir():
            return []
        return sorted(p for p in self.path.iterdir() if _COPY.fullmatch(p.name))

    def prune(self, now: datetime, days: int) -> list[str]:
        """Delete copies older than `days`, never the newest; return their names."""
        oldest = now.astimezone(UTC) - timedelta(days=days)
        gone = []
        for copy in self.copies()[:-1]:
            if datetime.strptime(copy.name, _FORMAT).replace(tzinfo=UTC) < oldest:
                # Renamed first: a kill half-way must not leave what looks whole.
                doomed = copy.with_name(copy.name + UNFINISHED)
                copy.rename(doomed)
                shutil.rmtree(doomed)
                gone.append(copy.name)
        return gone


def copy_at(path: Path) -> Path:
    """Return the copy that is meant: itself, or the newest of a folder of copies.

    Raises `NotFoundError`.
    """
    path = path.absolute()
    if any((path / (NAME + end)).exists() for end in ("", ".age")):
        return path
    found = CopyFolder(path).copies()
    if not found:
        raise NotFoundError(
            f"There is no finished copy in {path}.",
            hint="Give a folder of copies, or one copy in it.",
        )
    return found[-1]


def inside(path: Path, folder: Path) -> bool:
    """Tell whether a path lies in a folder, links followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
