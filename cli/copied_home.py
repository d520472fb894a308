"""What belongs to a home besides its stores, and the settings of a copied one."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from domain.errors import MinhTinError
from wiring import bootstrap
from wiring.profile import profile_folder
from wiring.settings import Settings

OUTSIDE = "outside"
"""Folder of a restored home for what did not lie in the home that was copied."""

_PASSING = {"index", "logs", "migration.json"}
_PASSING_ENDS = (".lock", ".part", ".sqlite", ".sqlite-wal", ".sqlite-shm")
_HIDDEN = "."


def embedded(settings: Settings, home: Path) -> Settings:
    """Return settings of an installation whose stores all lie in `home`."""
    return replace(
        settings,
        home=home,
        log_url="",
        search_url="",
        database_url="",
        evidence_url="",
        evidence_dir=None,
        erasure_list=None,
        log_max_bytes=1 << 62,
    )


def members(settings: Settings) -> Mapping[str, Path]:
    """Return the files to copy besides the stores, by their names in the copy.

    All of the home but what is a store, is made anew, or passes: what is kept there
    next year is in the copy without being named here.
    """
    found = {
        str(path.relative_to(settings.home)): path
        for path in _below(settings.home)
        if not _passes(path, settings)
    }
    for name, folder in _elsewhere(settings):
        for path in _below(folder):
            found[f"{OUTSIDE}/{name}/{path.relative_to(folder)}"] = path
    return found


def _below(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _passes(path: Path, settings: Settings) -> bool:
    first = path.relative_to(settings.home).parts[0]
    return (
        first in _PASSING
        or first.startswith(_HIDDEN)
        or path.name.endswith(_PASSING_ENDS)
        or path.is_relative_to(settings.evidence_folder)
    )


def _elsewhere(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield what the installation uses and keeps outside of its home."""
    if settings.profiles_dir is not None:
        with suppress(MinhTinError):
            folder = profile_folder(settings.profile, settings.profiles_dir)
            yield f"profiles/{settings.profile}", Path(folder)
    if settings.audit_anchor_dir is not None and settings.audit_anchor_dir.is_dir():
        # Signed heads alone; the key that signs is kept from whoever holds the copy.
        yield "anchors", settings.audit_anchor_dir
    live = bootstrap.models_folder(settings)
    if live.is_dir() and not live.is_relative_to(settings.home):
        yield f"models/{settings.profile}", live
