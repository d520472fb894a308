"""The casework contract on PostgreSQL."""

from collections.abc import Iterator

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from contracts.casework import CaseworkStoreContract
from support_postgres.places import database


class TestCaseworkOnPostgres(CaseworkStoreContract):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> Iterator[None]:
        with database(postgres_url) as self.url:
            yield

    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore(self.url)
