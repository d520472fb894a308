"""The contract of upgrades on PostgreSQL."""

from collections.abc import Iterator

import pytest

from contracts.upgrading import UpgradeContract
from support_postgres.places import ask, database


class TestUpgradeOnPostgres(UpgradeContract):
    @pytest.fixture(autouse=True)
    def _a_database(self, postgres_url: str) -> Iterator[None]:
        # Its name sorts before that of the contract's own fixture, which needs it.
        with database(postgres_url) as self.url:
            yield

    def database_url(self) -> str:
        return self.url

    def remarks(self) -> bool:
        found = ask(self.url, "SELECT to_regclass('remarks')")
        return found[0][0] is not None
