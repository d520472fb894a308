"""The versions of an office's model: which is live, which is tried, who chose it when.

    <root>/registry.json        live and candidate pointers, history
    <root>/versions/<version>/  a model's folder with `training.json`, `comparison.json`

Both pointers and the history stand in one file that is replaced as a whole, so a reader
sees a state from before a change or from after it. Writers take turns by a file lock.
Several machines share the folder, or keep it alike themselves.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from domain.errors import ConfigurationError, ConflictError, NotFoundError

FILE = "registry.json"
_LOCK = "registry.lock"


class Change(StrEnum):
    """What was done to the registry."""

    INSTALLED = "installed"
    CANDIDATE = "candidate"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the history. `former` is the version that was live before."""

    at: datetime
    by: str
    change: Change
    version: str
    former: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Pointers and history, oldest first.

    `lives` are the versions that were live, the present one last; going back takes the
    last away. `since` is when the candidate was put beside the live model.
    """

    lives: tuple[str, ...] = ()
    candidate: str = ""
    since: datetime | None = None
    history: tuple[Entry, ...] = ()

    @property
    def live(self) -> str:
        """The live version; empty where the installation's own model is."""
        return self.lives[-1] if self.lives else ""


class ModelRegistry:
    """Reads and changes one registry. It judges nothing: see `jobs.learning.acts`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def file(self) -> Path:
        """The file that is replaced with each change."""
        return self.root / FILE

    def read(self) -> Models:
        """Return the present state; empty before the first candidate."""
        try:
            return msgspec.json.decode(self.file.read_bytes(), type=Models)
        except FileNotFoundError:
            return Models()
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigurationError(
                f"The list of models in {self.file} cannot be read: {error}.",
                hint="Put it back from a backup; the versions beside it are whole.",
            ) from error

    def versions(self) -> list[str]:
        """Return the versions kept, oldest folder first."""
        folder = self.root / "versions"
        found = [path for path in folder.glob("*") if path.is_dir()]
        kept = [path for path in found if not path.name.startswith(".")]
        return [p.name for p in sorted(kept, key=lambda p: (p.stat().st_mtime, p.name))]

    def folder(self, version: str) -> Path:
        """Return a version's folder. Raises `NotFoundError`."""
        path = self.root / "versions" / version
        if (
            not version
            or version.startswith(".")
            or "/" in version
            or not path.is_dir()
        ):
            raise NotFoundError(f"There is no model {version!r} in {self.root}.")
        return path

    def draft(self) -> Path:
        """Return an empty folder in which a version may be made."""
        folder = self.root / "versions"
        folder.mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(prefix=".draft-", dir=folder))

    def install(self, folder: Path, version: str, entry: Entry) -> None:
        """Keep a copy of the live model that came with the installation."""
        draft = self.draft()
        shutil.copytree(folder, draft, dirs_exist_ok=True, ignore=_REGISTRY_ITSELF)
        with self._changing() as models:
            self._keep(draft, version)
            if not models.lives:
                self._write(replace(_noted(models, entry), lives=(version,)))

    def put_candidate(self, draft: Path, entry: Entry) -> None:
        """Keep a finished draft as the candidate, in the place of a former one."""
        with self._changing() as models:
            if entry.version == models.live:
                raise ConflictError(
                    f"The candidate is the live model {entry.version}.",
                    hint="The reviews changed nothing.",
                )
            self._keep(draft, entry.version)
            self._write(
                replace(_noted(models, entry), candidate=entry.version, since=entry.at)
            )

    def promote(self, entry: Entry) -> None:
        """Make the candidate live. Raises `ConflictError` when it is another by now."""
        with self._changing() as models:
            if not entry.version or entry.version != models.candidate:
                raise ConflictError(
                    f"{entry.version or 'Nothing'} is no candidate now."
                )
            self.folder(entry.version)
            lives = (*models.lives, entry.version)
            noted = _noted(models, replace(entry, former=models.live))
            self._write(replace(noted, lives=lives, candidate="", since=None))

    def roll_back(self, entry: Entry) -> None:
        """Make the former model live again, if `entry.version` is the one before."""
        with self._changing() as models:
            if former_of(models) != entry.version or not entry.version:
                raise ConflictError("There is no such former model to go back to.")
            self.folder(entry.version)
            noted = _noted(models, replace(entry, former=models.live))
            self._write(replace(noted, lives=models.lives[:-1]))

    def drop_candidate(self, entry: Entry) -> None:
        """Stop trying the candidate; its folder stays."""
        with self._changing() as models:
            if not entry.version or entry.version != models.candidate:
                raise ConflictError(
                    f"{entry.version or 'Nothing'} is no candidate now."
                )
            self._write(replace(_noted(models, entry), candidate="", since=None))

    def _keep(self, draft: Path, version: str) -> None:
        path = self.root / "versions" / version
        if path.exists():  # the same weights under the same name: the newer reports win
            shutil.rmtree(path)
        draft.replace(path)

    @contextmanager
    def _changing(self) -> Iterator[Models]:
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.read()

    def _write(self, models: Models) -> None:
        new = self.file.with_suffix(".new")
        with new.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(models), indent=2))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.file)


def former_of(models: Models) -> str:
    """Return the version that going back would make live; empty if there is none."""
    return models.lives[-2] if len(models.lives) > 1 else ""


def _noted(models: Models, entry: Entry) -> Models:
    return replace(models, history=(*models.history, entry))


_GONE = "{} is no longer the candidate."
_REGISTRY_ITSELF = shutil.ignore_patterns(FILE, _LOCK, "versions", "*.new")
