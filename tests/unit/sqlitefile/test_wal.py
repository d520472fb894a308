"""Files that several processes open at the same moment."""

import multiprocessing as mp
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crawlers.frontier.sqlite import SqliteFrontier
from domain.errors import RetryLaterError, StoreFullError
from eventlog.adapters.sqlite import SqliteEventLog
from sqlitefile.errors import of_operation, translated
from sqlitefile.wal import enter_wal

FILES = 60
"""New files per store; without the wait about one in 40 is refused to a process."""


def open_log(path: Path) -> None:
    SqliteEventLog(path).close()


def open_frontier(path: Path) -> None:
    SqliteFrontier(path).close()


def open_plain(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        enter_wal(db)


def open_all(opened: Callable[[Path], None], folder: Path, gate, said) -> None:
    for number in range(FILES):
        gate.wait()
        try:
            opened(folder / f"{number}.sqlite")
        except Exception as error:  # noqa: BLE001 - told to the test
            said.put(repr(error))
    said.put("")


@pytest.mark.parametrize("opened", [open_plain, open_log, open_frontier])
def test_a_new_file_is_opened_by_two_processes_at_once(
    opened: Callable[[Path], None], tmp_path: Path
) -> None:
    context = mp.get_context("fork")
    gate, said = context.Barrier(2), context.Queue()
    programs = [
        context.Process(target=open_all, args=(opened, tmp_path, gate, said))
        for _ in range(2)
    ]
    for program in programs:
        program.start()
    problems, ended = [], 0
    while ended < len(programs):
        word = said.get(timeout=120)
        problems.append(word)
        ended += not word
    for program in programs:
        program.join(30)
    assert [p for p in problems if p] == []


def test_a_file_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    sqlite3.connect(path).close()
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        enter_wal(db, patience=60)


def test_the_wait_ends(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE a (b)")
        other.execute("BEGIN EXCLUSIVE")
        with (
            closing(sqlite3.connect(path, timeout=0)) as db,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            enter_wal(db, patience=0.05)


def test_a_full_disk_is_told_from_an_outage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as db:
        db.execute("CREATE TABLE a (b)")
        db.execute("PRAGMA max_page_count = 2")
        with (
            pytest.raises(StoreFullError, match="The log") as full,
            translated("The log"),
        ):
            db.execute("INSERT INTO a VALUES (zeroblob(100000))")
        assert full.value.retry_after == 30
        with pytest.raises(RetryLaterError, match="The log is out of reach") as out:
            raise of_operation("The log", sqlite3.OperationalError("no such table: c"))
        assert not isinstance(out.value, StoreFullError)


def test_a_closed_and_a_damaged_store_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"this is no database" * 100)
    db = sqlite3.connect(path)
    with (
        pytest.raises(RetryLaterError, match="damaged") as broken,
        translated("The index", damaged="Make it again."),
    ):
        db.execute("SELECT * FROM a")
    assert broken.value.hint == "Make it again."
    with pytest.raises(sqlite3.DatabaseError), translated("The index"):
        db.execute("SELECT * FROM a")
    db.close()
    with (
        pytest.raises(RetryLaterError, match="The index was closed"),
        translated("The index"),
    ):
        db.execute("SELECT 1")
