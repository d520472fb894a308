import dataclasses
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from casework.adapters.dialect import open_engine
from casework.adapters.schema import FOLDER, HEAD, downgrade, upgrade, version
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.adapters.tables import TABLES, metadata
from casework.rows import AccountRow, Row
from contracts.casework_roles import check_roles_go_back_and_forth
from contracts.former_office import check_a_former_office_keeps_its_access
from domain.errors import ConfigurationError, RetryLaterError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "casework.sqlite"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found if not name.startswith("sqlite_")}


def test_up_down_and_up_again(url: str, path: Path) -> None:
    upgrade(url)
    assert tables(path) == {*metadata.tables, "alembic_version"}
    downgrade(url, "base")
    assert tables(path) == {"alembic_version"}
    upgrade(url)
    upgrade(url)
    assert tables(path) == {*metadata.tables, "alembic_version"}


def test_accounts_go_back_to_the_former_roles_and_forth(url: str) -> None:
    check_roles_go_back_and_forth(url)


def test_a_former_office_keeps_its_access(url: str) -> None:
    check_a_former_office_keeps_its_access(url)


def test_migrations_and_tables_agree(url: str) -> None:
    upgrade(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        assert version(connection) == HEAD
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_known_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(FOLDER)).get_current_head() == HEAD


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_rows_and_tables_agree(kind: type[Row]) -> None:
    columns = set(TABLES[kind].columns.keys())
    assert {field.name for field in dataclasses.fields(kind)} == columns


def test_ids_are_never_reused_in_migrated_tables(url: str, path: Path) -> None:
    upgrade(url)
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        sql = dict(found.fetchall())
    for table in metadata.tables.values():
        wanted = bool(table.dialect_options["sqlite"]["autoincrement"])
        assert ("AUTOINCREMENT" in sql[table.name]) is wanted


def test_an_older_program_refuses_a_newer_database(url: str, path: Path) -> None:
    upgrade(url)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="phiên bản mới hơn"):
        SqlCaseworkStore(url)


def test_a_file_that_is_no_database_is_named_so(url: str, path: Path) -> None:
    path.write_bytes(b"no database at all" * 500)
    with pytest.raises(ConfigurationError, match="không đọc được"):
        SqlCaseworkStore(url)


def test_a_folder_out_of_reach_says_retry(tmp_path: Path) -> None:
    (tmp_path / "casework.sqlite").mkdir()
    with pytest.raises(RetryLaterError):
        SqlCaseworkStore(f"sqlite:///{tmp_path / 'casework.sqlite'}")


def test_writers_wait_then_say_retry(
    url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.adapters.sqlite.BUSY_SECONDS", 0.2)
    store = SqlCaseworkStore(url)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryLaterError) as error, store.write():
            pass
        assert error.value.retry_after > 0
        with store.read() as rows:
            assert rows.count(AccountRow) == 0
        db.execute("ROLLBACK")
    with store.write() as rows:
        assert rows.count(AccountRow) == 0
    store.close()


OPEN = """
import sys
from casework.adapters.sqlalchemy import SqlCaseworkStore
import casework.service
SqlCaseworkStore(sys.argv[1]).close()
print("alembic" in sys.modules)
"""


def test_many_programs_may_open_a_new_database_at_once(url: str) -> None:
    programs = [
        subprocess.Popen([sys.executable, "-c", OPEN, url], stdout=subprocess.PIPE)
        for _ in range(5)
    ]
    assert [program.wait(60) for program in programs] == [0] * 5


def test_opening_again_needs_no_alembic(url: str) -> None:
    upgrade(url)
    said = subprocess.run(
        [sys.executable, "-c", OPEN, url], capture_output=True, check=True, text=True
    )
    assert said.stdout.strip() == "False"
