"""The contract of cases on PostgreSQL, and its schema down and up again."""

from collections.abc import Iterator

import pytest

from casework.adapters.copying import copy_rows
from casework.adapters.schema import downgrade, upgrade
from casework.adapters.sqlalchemy import SqlCaseworkStore
from contracts.cases import NOW, CasesContract, new, office_on, person
from domain.clock import ManualClock
from support_postgres.places import ask, database


class TestCasesOnPostgres(CasesContract):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> Iterator[None]:
        with database(postgres_url) as self.url:
            yield

    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore(self.url)


def test_cases_go_down_and_up_and_into_another_database(postgres_url: str) -> None:
    with database(postgres_url) as url, database(postgres_url) as other:
        office = office_on(SqlCaseworkStore(url), ManualClock(NOW))
        an = person(office)
        older, younger = office.open_case(an, new()), office.open_case(an, new())
        office.merge_case(an, older.number, 1, younger.number)
        office.close()
        assert copy_rows(url, other, again=False) > 0
        assert copy_rows(url, other, again=True) > 0
        moved = office_on(SqlCaseworkStore(other), ManualClock(NOW))
        assert moved.whole_case(older.number).case.number == younger.number
        assert moved.open_case(an, new()).number == "2026-000003"
        moved.close()
        downgrade(url, "0003")
        assert ask(url, "SELECT to_regclass('cases')") == [(None,)]
        upgrade(url)
        assert ask(url, "SELECT count(*) FROM cases") == [(0,)]
