"""Blind second review on PostgreSQL."""

from collections.abc import Iterator

import pytest

from contracts.second_review import SecondReviewContract
from support_postgres.places import database


class TestSecondReviewOnPostgres(SecondReviewContract):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> Iterator[None]:
        with database(postgres_url) as self.url:
            yield

    def address(self) -> str:
        return self.url
