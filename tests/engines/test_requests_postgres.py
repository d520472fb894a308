"""The contract of people's requests on PostgreSQL, and its schema down and up."""

from collections.abc import Iterator

import pytest

from casework.adapters.copying import copy_rows
from casework.adapters.schema import downgrade, upgrade
from casework.adapters.sqlalchemy import SqlCaseworkStore
from contracts.requests import NOW, POST, RequestsContract, letter, office_on, person
from domain.clock import ManualClock
from domain.labels import Role
from support_postgres.places import ask, database


class TestRequestsOnPostgres(RequestsContract):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> Iterator[None]:
        with database(postgres_url) as self.url:
            yield

    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore(self.url)


def test_requests_go_down_and_up_and_into_another_database(postgres_url: str) -> None:
    with database(postgres_url) as url, database(postgres_url) as other:
        office = office_on(SqlCaseworkStore(url), ManualClock(NOW))
        an = person(office, Role.SENIOR)
        number = office.receive_request(an, letter()).number
        office.find_for_request(an, number, 1, [POST])
        office.close()
        assert copy_rows(url, other, again=False) > 0
        moved = office_on(SqlCaseworkStore(other), ManualClock(NOW))
        assert list(moved.request(number).posts) == [POST]
        assert moved.receive_request(an, letter()).number == "YC-2026-000002"
        moved.close()
        downgrade(url, "0006")
        assert ask(url, "SELECT to_regclass('rights_requests')") == [(None,)]
        upgrade(url)
        assert ask(url, "SELECT count(*) FROM rights_requests") == [(0,)]
