"""Casework goes over whole, with the ids that were given."""

import sqlite3
from pathlib import Path

import pytest

from casework.adapters.copying import copy_rows, read_rows
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.port import eq
from casework.rows import OutboxEntry
from domain.errors import ConfigurationError


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def add(path: Path, number: int) -> int:
    store = SqlCaseworkStore(url(path))
    try:
        with store.write() as rows:
            entry = OutboxEntry(id=0, topic="reviews", key=f"k{number}", value=b"\x00")
            return rows.add(entry)
    finally:
        store.close()


def test_an_id_is_never_given_twice_although_its_row_is_gone(tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    last = [add(old, number) for number in range(5)][-1]
    store = SqlCaseworkStore(url(old))
    with store.write() as rows:
        rows.remove(OutboxEntry, eq("id", last))
    store.close()
    assert copy_rows(url(old), url(new), again=False) == 4
    assert list(read_rows(url(new))) == list(read_rows(url(old)))
    assert add(new, 9) == last + 1


def test_a_copy_is_refused_or_replaced_whole(tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    add(old, 1)
    add(new, 2)
    with pytest.raises(ConfigurationError, match="outbox holds 1 rows"):
        copy_rows(url(old), url(new), again=False)
    copy_rows(url(old), url(new), again=True)
    with sqlite3.connect(new) as db:
        assert db.execute("SELECT key FROM outbox").fetchall() == [("k1",)]
