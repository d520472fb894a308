"""Copies of a database file: one moment, whole, sound, private."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from domain.errors import ConfigurationError, NotFoundError
from sqlitefile.copying import copy_file


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE rows (a INTEGER, b INTEGER)")
        db.executemany("INSERT INTO rows VALUES (?, 0)", [(n,) for n in range(3000)])
        db.commit()
    return path


def test_what_is_written_meanwhile_is_copied_whole_or_not(
    store: Path, tmp_path: Path
) -> None:
    stop, begun = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(store, timeout=30)) as db:
            number = 0
            while not stop.is_set():
                number += 1
                with db:
                    db.execute("UPDATE rows SET b = ?", (number,))
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        copy_file(store, tmp_path / "copy" / "log.sqlite")
    finally:
        stop.set()
        writer.join()
    copy = tmp_path / "copy" / "log.sqlite"
    with closing(sqlite3.connect(copy)) as db:
        least, most = db.execute("SELECT min(b), max(b) FROM rows").fetchone()
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    # Each transaction sets b of all rows: one cut in two would differ.
    assert least == most
    assert copy.stat().st_mode & 0o077 == 0
    assert [path.name for path in copy.parent.iterdir()] == ["log.sqlite"]


def test_a_damaged_store_does_not_replace_a_sound_copy(
    store: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    copy_file(store, copy)
    sound = copy.read_bytes()
    with closing(sqlite3.connect(store)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode=DELETE")
    data = bytearray(store.read_bytes())
    data[4096:8192] = b"\x07" * 4096
    store.write_bytes(bytes(data))
    with pytest.raises(ConfigurationError, match=r"copy\.sqlite is damaged"):
        copy_file(store, copy)
    assert copy.read_bytes() == sound
    store.write_bytes(b"no database at all" * 400)
    with pytest.raises(ConfigurationError, match="is damaged"):
        copy_file(store, copy)
    assert list(tmp_path.glob("*.part")) == []


def test_there_must_be_a_store(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        copy_file(tmp_path / "none.sqlite", tmp_path / "copy.sqlite")
    assert list(tmp_path.iterdir()) == []
