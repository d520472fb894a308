"""How far a move has come: a small file that is replaced whole and synced."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from domain.errors import ConfigurationError, RetryLaterError
from jobs.durable import sync_folder


@dataclass(slots=True, kw_only=True)
class TopicProgress:
    """What is known to lie in the new log.

    `read`: source partition → next source offset. `ends`: target partition → its end.
    `waiting`: group → target partition → first offset that the group has not read.
    """

    read: dict[int, int] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    waiting: dict[str, dict[int, int]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class MoveState:
    """`target` names the stores that are moved to, without their passwords.

    `casework` holds the digest of each table as it was copied. `committed` and `index`
    tell that groups and index stand where the copied log ends.
    """

    target: str
    topics: dict[str, TopicProgress] = field(default_factory=dict)
    committed: bool = False
    casework: dict[str, str] = field(default_factory=dict)
    index: bool = False


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file of a move; a kill gives it back.

    Raises `RetryLaterError` while another process of this machine holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RetryLaterError(
                "This installation is being moved by another process.",
                hint="Wait for its end, then run this again to compare both sides.",
            ) from error
        yield


class Journal:
    """The state of one move in one file of the old installation's folder."""

    def __init__(self, path: Path, target: str) -> None:
        self.path = path
        self.state = self._read(target)

    def _read(self, target: str) -> MoveState:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return MoveState(target=target)
        try:
            state = msgspec.json.decode(data, type=MoveState)
        except msgspec.DecodeError as error:
            raise ConfigurationError(
                f"{self.path} cannot be read: {error}.",
                hint="Empty the new stores, remove the file, and begin again.",
            ) from error
        if state.target != target:
            raise ConfigurationError(
                f"A move to other stores was begun: {state.target}.",
                hint=f"Finish that one, or remove {self.path} to begin this one.",
            )
        return state

    def save(self) -> None:
        """Write the state durably; a kill leaves the former or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(self.state))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)
        sync_folder(self.path.parent)
