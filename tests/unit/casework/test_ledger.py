"""The audit chain against people who can write to the database file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import support_audit as owner
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from domain.clock import ManualClock

COPY_LAST = """INSERT INTO audit
SELECT 8, at, actor, act, subject, detail, previous, digest FROM audit WHERE id = 7"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "casework.sqlite"


@pytest.fixture
def office(path: Path) -> Iterator[Casework]:
    office = Casework(SqlCaseworkStore(f"sqlite:///{path}"), ManualClock(), repr_bytes)
    for n in range(1, 8):
        office.record("cli", "export", f"list:{n}", {"rows": n, "filter": "lũ"})
    yield office
    office.close()


def repr_bytes(value: object) -> bytes:
    return repr(value).encode()


def tamper(path: Path, *statements: str) -> None:
    owner.tamper(f"sqlite:///{path}", *statements)


def test_a_sound_chain_is_sound_also_when_empty(office: Casework) -> None:
    check = office.verify_audit()
    assert (check.sound, check.rows, check.first_bad) == (True, 7, None)
    store = SqlCaseworkStore("sqlite://")
    assert Casework(store, ManualClock(), repr_bytes).verify_audit().sound


@pytest.mark.parametrize(
    ("statements", "first_bad"),
    [
        (["UPDATE audit SET actor = 'admin' WHERE id = 3"], 3),
        (["UPDATE audit SET detail = '{\"rows\":9}' WHERE id = 3"], 3),
        (["UPDATE audit SET detail = 'not json' WHERE id = 3"], 3),
        (["UPDATE audit SET at = '2026-11-23 00:00:01.000000' WHERE id = 4"], 4),
        (["UPDATE audit SET at = 'never' WHERE id = 4"], 4),
        (["UPDATE audit SET digest = 'x' WHERE id = 5"], 5),
        (["DELETE FROM audit WHERE id = 2"], 3),
        (["DELETE FROM audit WHERE id = 1"], 2),
        (["DELETE FROM audit WHERE id = 7"], 7),
        (["DELETE FROM audit"], 1),
        (["DELETE FROM audit WHERE id = 4", "UPDATE audit SET id=id-1 WHERE id>4"], 4),
        (
            [
                "UPDATE audit SET id = 99 WHERE id = 3",
                "UPDATE audit SET id = 3 WHERE id = 4",
                "UPDATE audit SET id = 4 WHERE id = 99",
            ],
            3,
        ),
        (
            [COPY_LAST],
            8,
        ),
    ],
)
def test_finds_changed_removed_and_reordered_rows(
    office: Casework, path: Path, statements: list[str], first_bad: int
) -> None:
    tamper(path, *statements)
    check = office.verify_audit()
    assert not check.sound
    assert check.first_bad == first_bad
    assert check.problem


def test_rows_come_page_by_page(office: Casework) -> None:
    assert [row.id for row in office.audit(limit=3)] == [1, 2, 3]
    assert [row.id for row in office.audit(after=5)] == [6, 7]
    assert office.audit(after=7) == []


def test_what_is_recorded_is_what_is_read(office: Casework) -> None:
    row = office.record("cli", "export", "x", {"b": (1, 2), "a": {"c": None}})
    assert row.detail == {"b": [1, 2], "a": {"c": None}}
    assert office.audit(after=7) == [row]


def test_long_texts_are_kept_as_hashes_only(office: Casework) -> None:
    row = office.record("cli", "export", "x", {"text": "nước lên nhanh " * 50})
    assert row.detail["text"].startswith("sha256:")
    assert office.verify_audit().sound


def test_letters_that_databases_refuse_leave_the_chain_sound(office: Casework) -> None:
    row = office.record("c\0li", "x", "list:\ud800", {"query": "a\0b \ud800"})
    assert "\0" not in row.actor
    assert office.verify_audit().sound
    assert office.audit(after=7)[0] == row
