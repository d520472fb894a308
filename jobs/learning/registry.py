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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from classifier.folder import sound_version, whole
from domain.errors import ConfigurationError, ConflictError, NotFoundError
from jobs.durable import sync_folder

FILE = "registry.json"
_LOCK = "registry.lock"
_DRAFT = ".draft-"
_LEFT = 24 * 3600
"""Seconds after which nobody works on a draft any more; training takes minutes."""


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
        path = whole(self._path(version))
        if not path.is_dir():
            raise NotFoundError(f"There is no model {version!r} in {self.root}.")
        return path

    def _path(self, version: str) -> Path:
        """Return where a version stands, under `versions` whatever it is called."""
        try:
            return self.root / "versions" / sound_version(version)
        except ValueError as error:
            raise NotFoundError(
                f"There is no model {version!r} in {self.root}."
            ) from error

    def draft(self) -> Path:
        """Return an empty folder in which a version may be made.

        Drafts that a killed training left are removed the day after.
        """
        folder = self.root / "versions"
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=_DRAFT, dir=folder))
        oldest = made.stat().st_mtime - _LEFT
        for left in folder.glob(f"{_DRAFT}*"):
            with suppress(FileNotFoundError):  # another training is done with it
                if left.stat().st_mtime < oldest:
                    shutil.rmtree(left)
        # As open as the rest: workers may run as another user than who trains.
        made.chmod(folder.stat().st_mode & 0o777)
        return made

    def install(self, folder: Path, version: str, entry: Entry) -> None:
        """Keep a copy of the live model that came with the installation."""
        draft = self.draft()
        shutil.copytree(folder, draft, dirs_exist_ok=True, ignore=_REGISTRY_ITSELF)
        with self._changing() as models:
            if models.lives:  # another training was first; its copy is in use
                shutil.rmtree(draft)
                return
            self._keep(draft, version)
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

    def promote(self, entry: Entry, *, beside: str | None = None) -> None:
        """Make the candidate live.

        Raises `ConflictError` when it is another by now, or when another model is live
        than the one it was compared with, `beside`.
        """
        with self._changing() as models:
            if beside is not None and beside != models.live:
                raise ConflictError(
                    f"{entry.version} was compared with {beside}; live is "
                    f"{models.live} by now.",
                    hint="Build a candidate anew: minhtin train --from-reviews",
                )
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
        """Put a draft in its place; after a kill `whole` finds the one or the other.

        The same weights have the same name: then the newer reports win.
        """
        path = self._path(version)
        old = path.with_name(f".{version}.old")
        if path.exists():
            shutil.rmtree(old, ignore_errors=True)
            path.rename(old)
        draft.replace(path)
        shutil.rmtree(old, ignore_errors=True)
        sync_folder(path.parent)

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
        sync_folder(self.root)


def former_of(models: Models) -> str:
    """Return the version that going back would make live; empty if there is none."""
    return models.lives[-2] if len(models.lives) > 1 else ""


def _noted(models: Models, entry: Entry) -> Models:
    return replace(models, history=(*models.history, entry))


_REGISTRY_ITSELF = shutil.ignore_patterns(FILE, _LOCK, "versions", "*.new")
