"""Copies the SQLite stores of an installation while it runs, and checks such copies.

    backup.py save HOME FOLDER    makes FOLDER/<time>/ and prints its path
    backup.py evidence CAPTURES FOLDER  brings FOLDER/evidence to the state of CAPTURES
    backup.py check FOLDER/<time>  exit code 1 when anything is damaged or missing

The order of copying matters. Crawlers write evidence, then the log, then the frontier;
copied the other way round, whatever a copy names is in the stores copied after it: a
frontier never knows a post that the log has not. The search index is not copied: it is
made anew out of the log. Evidence comes after the stores; its files never change, so
only new ones are copied, and what retention deleted is deleted in the copy as well.
"""  # noqa: INP001 - a script, no package

import datetime as dt
import hashlib
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

STORES = ("frontier.sqlite", "casework.sqlite", "log.sqlite")
FILES = ("minhtin.toml", "secret.key")
MODELS = "models"
MANIFEST = "SHA256SUMS"
EVIDENCE = "evidence"
UNFINISHED = ".unfinished"
BLOCK = 1 << 20


def save(home: Path, folder: Path) -> Path:
    """Copy the stores of `home` into a new folder below `folder`; return it."""
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - outside of the program
    target = folder / f"{now:%Y%m%dT%H%M%SZ}"
    unfinished = target.with_suffix(UNFINISHED)
    unfinished.mkdir(parents=True, mode=0o700)
    for name in STORES:
        if (home / name).exists():
            copy_store(home / name, unfinished / name)
    for name in FILES:
        if (home / name).exists():
            shutil.copy2(home / name, unfinished / name)
    if (home / MODELS).is_dir():
        shutil.copytree(home / MODELS, unfinished / MODELS)
    names = sorted(path for path in unfinished.rglob("*") if path.is_file())
    sums = [f"{digest(path)}  {path.relative_to(unfinished)}\n" for path in names]
    (unfinished / MANIFEST).write_text("".join(sums), encoding="utf-8")
    return unfinished.rename(target)


def mirror(source: Path, target: Path) -> tuple[int, int]:
    """Copy new files, delete those that are gone; return how many of each."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    here, there = sizes(source), sizes(target)
    new = [name for name, size in here.items() if there.get(name) != size]
    for name in new:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        unfinished = target / f"{name}{UNFINISHED}"
        shutil.copy2(source / name, unfinished)
        unfinished.rename(target / name)
    gone = there.keys() - here.keys()
    for name in gone:
        (target / name).unlink()
    return len(new), len(gone)


def mounted(captures: Path, folder: Path) -> bool:
    """Tell whether there is something to copy, or nothing yet.

    A file system that is not mounted must not empty the copy.
    """
    return captures.is_dir() and bool(sizes(captures) or not sizes(folder / EVIDENCE))


def sizes(folder: Path) -> dict[str, int]:
    """Return the size of each file below a folder, by its relative path."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.stat().st_size for path in files}


def copy_store(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, others writing or not."""
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)


def check(copy: Path) -> list[str]:
    """Return what is wrong with a copy."""
    try:
        lines = (copy / MANIFEST).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        return [str(error)]
    found = []
    for line in lines:
        wanted, _, name = line.partition("  ")
        if not (copy / name).exists():
            found.append(f"{name}: missing")
        elif digest(copy / name) != wanted:
            found.append(f"{name}: changed since it was copied")
    stores = [copy / name for name in STORES if (copy / name).exists()]
    return found or [said for store in stores for said in damage(store)]


def damage(store: Path) -> list[str]:
    """Return what SQLite finds wrong with a database."""
    # Immutable, so that looking leaves no files beside the copy.
    address = f"{store.as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as opened:
            rows = [str(row[0]) for row in opened.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        rows = [str(error)]
    return [] if rows == ["ok"] else [f"{store.name}: {row}" for row in rows]


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            made.update(block)
    return made.hexdigest()


def main(arguments: list[str]) -> int:
    """Do as told; 2 for a wrong call."""
    match arguments:
        case ["save", home, folder] if (Path(home) / STORES[-1]).exists():
            sys.stdout.write(
                f"{save(Path(home).absolute(), Path(folder).absolute())}\n"
            )
            return 0
        case ["save", home, _]:
            sys.stderr.write(f"There is no {STORES[-1]} in {home}.\n")
            return 2
        case ["evidence", captures, folder] if mounted(Path(captures), Path(folder)):
            new, gone = mirror(Path(captures), Path(folder) / EVIDENCE)
            sys.stdout.write(f"{new} new, {gone} deleted\n")
            return 0
        case ["evidence", captures, _]:
            sys.stderr.write(f"There is nothing in {captures} any more.\n")
            return 2
        case ["check", copy]:
            found = check(Path(copy).absolute())
            sys.stderr.write("".join(f"{line}\n" for line in found))
            return int(bool(found))
        case _:
            sys.stderr.write(__doc__ or "")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
