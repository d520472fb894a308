"""Migrations, sessions and copies of casework on PostgreSQL."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, make_url

from casework.adapters.copying import read_rows
from casework.adapters.dialect import open_engine
from casework.adapters.postgresql import POOL
from casework.adapters.schema import HEAD, downgrade, upgrade, version
from casework.adapters.snapshot import held_in, present, snapshot
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.adapters.tables import metadata
from casework.rows import AccountRow, OutboxEntry
from casework.service import Casework
from contracts.casework import account, sent
from contracts.casework_roles import check_roles_go_back_and_forth
from contracts.former_office import check_a_former_office_keeps_its_access
from crawlers.frontier.postgres import PostgresFrontier
from domain.errors import ConfigurationError
from integration.test_casework_rush import opened
from support_postgres.places import ask, database


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with database(postgres_url) as url:
        yield url


def tables(url: str) -> set[str]:
    engine = open_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def differences(url: str) -> list[object]:
    engine = open_engine(url)
    with engine.connect() as connection:
        assert version(connection) == HEAD
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found = compare_metadata(context, metadata)
    engine.dispose()
    return list(found)


def test_up_down_and_up_again(url: str) -> None:
    whole = {*metadata.tables, "alembic_version"}
    upgrade(url)
    assert tables(url) == whole
    downgrade(url, "base")
    assert tables(url) == {"alembic_version"}
    upgrade(url)
    upgrade(url)
    assert tables(url) == whole


def test_accounts_go_back_to_the_former_roles_and_forth(url: str) -> None:
    check_roles_go_back_and_forth(url)


def test_a_former_office_keeps_its_access(url: str) -> None:
    check_a_former_office_keeps_its_access(url)


def test_migrations_and_tables_agree(url: str) -> None:
    upgrade(url)
    assert differences(url) == []


def test_an_older_program_refuses_a_newer_database(url: str) -> None:
    upgrade(url)
    ask(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="phiên bản mới hơn"):
        SqlCaseworkStore(url)


OPEN = """
import sys
from casework.adapters.snapshot import held_in, present, snapshot
from casework.adapters.sqlalchemy import SqlCaseworkStore
SqlCaseworkStore(sys.argv[1]).close()
"""


def test_many_programs_may_open_a_new_database_at_once(url: str) -> None:
    programs = [subprocess.Popen([sys.executable, "-c", OPEN, url]) for _ in range(5)]
    assert [program.wait(60) for program in programs] == [0] * 5
    assert ask(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert differences(url) == []


def test_a_database_without_unicode_is_refused(postgres_url: str) -> None:
    options = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with (
        database(postgres_url, options) as url,
        pytest.raises(ConfigurationError, match="LATIN1"),
    ):
        SqlCaseworkStore(url)


def test_sessions_are_in_utc_named_and_bounded(url: str) -> None:
    name = make_url(url).database
    ask(url, f"ALTER DATABASE {name} SET timezone TO 'Asia/Ho_Chi_Minh'")
    engine = open_engine(url)
    with engine.connect() as connection:
        facts = {
            fact: connection.exec_driver_sql(f"SHOW {fact}").scalar_one()
            for fact in ("timezone", "lock_timeout", "statement_timeout")
        }
        facts["name"] = connection.exec_driver_sql("SHOW application_name").scalar_one()
    engine.dispose()
    assert facts == {
        "timezone": "UTC",
        "lock_timeout": "10s",
        "statement_timeout": "30s",
        "name": "minhtin-casework",
    }


def test_the_address_may_overrule_a_session(url: str) -> None:
    own = f"{url}?application_name=desk&options=-c%20lock_timeout%3D3s"
    engine = open_engine(own)
    with engine.connect() as connection:
        name = connection.exec_driver_sql("SHOW application_name").scalar_one()
        assert name == "desk"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "3s"
        assert connection.exec_driver_sql("SHOW timezone").scalar_one() == "UTC"
    engine.dispose()


def test_a_reader_sees_one_state_and_cannot_write(url: str) -> None:
    store = SqlCaseworkStore(url)
    with store.read() as rows:
        assert rows.count(AccountRow) == 0
        with store.write() as others:
            others.add(account())
        assert rows.count(AccountRow) == 0
    with store.read() as rows:
        assert rows.count(AccountRow) == 1
    store.close()


def test_two_schemas_of_one_database_do_not_wait_for_each_other(url: str) -> None:
    ask(url, "CREATE SCHEMA other")
    beside = f"{url}?options=-c%20search_path%3Dother"
    here, there = SqlCaseworkStore(url), SqlCaseworkStore(beside)
    with here.write() as rows, there.write() as others:
        rows.add(account("an"))
        others.add(account("binh"))
    assert ask(url, "SELECT name FROM other.accounts") == [("binh",)]
    here.close()
    there.close()


def test_few_connections_stay_open(url: str) -> None:
    store = SqlCaseworkStore(url)
    for _ in range(2 * POOL):
        with store.read() as rows:
            rows.count(AccountRow)
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    assert ask(url, query, "minhtin-casework")[0][0] <= POOL
    store.close()
    assert ask(url, query, "minhtin-casework")[0][0] <= 1


def filled(url: str) -> Casework:
    office = opened(url)
    for number in range(5):
        office.record("cli", "export", f"list:{number}", {"rows": number})
    return office


def test_a_snapshot_is_casework_alone_and_goes_on(url: str, tmp_path: Path) -> None:
    frontier = PostgresFrontier(url)
    store = SqlCaseworkStore(url)
    with store.write() as rows:
        last = rows.add(sent())
        rows.remove(OutboxEntry)
    office = filled(url)
    snapshot(url, tmp_path / "copy.sqlite")
    held = held_in(tmp_path / "copy.sqlite")
    # The frontier lies in the same database and is not casework's to copy.
    assert set(held.rows) == set(metadata.tables)
    assert (held.revision, held.audit[0]) == (HEAD, 5)
    copy = f"sqlite:///{tmp_path / 'copy.sqlite'}"
    assert rows_of(copy) == rows_of(url)
    again = filled(copy)
    check = again.verify_audit()
    assert (check.sound, check.rows) == (True, 10)
    restored = SqlCaseworkStore(copy)
    with restored.write() as rows:
        assert rows.add(sent()) > last
    assert [path.name for path in tmp_path.glob("*.part")] == []
    for one in (restored, again, frontier, store, office):
        one.close()


def test_a_snapshot_of_an_older_schema_migrates_neither_side(
    url: str, tmp_path: Path
) -> None:
    upgrade(url, "0001")
    snapshot(url, tmp_path / "copy.sqlite")
    assert present(url) == "0001"
    assert held_in(tmp_path / "copy.sqlite").revision == "0001"


def rows_of(url: str) -> list[tuple[str, list[object]]]:
    return list(read_rows(url))
