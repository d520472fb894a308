"""The casework contract on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from contracts.casework import CaseworkStoreContract
from support_postgres.places import ask, database, restore


class TestCaseworkOnPostgres(CaseworkStoreContract):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> Iterator[None]:
        self.server = postgres_url
        with database(postgres_url) as self.url:
            yield

    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore(self.url)

    def names_in(self, target: Path) -> list[str]:
        with database(self.server) as url:
            restore(target, url)
            return [name for (name,) in ask(url, "SELECT name FROM accounts")]
