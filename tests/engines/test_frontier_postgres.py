"""The frontier contract on PostgreSQL, and several crawlers on one frontier."""

from collections.abc import Iterator

import pytest

from contracts.frontier import FrontierContract
from crawlers.frontier.port import Frontier
from crawlers.frontier.postgres import PostgresFrontier
from support_postgres.places import ask, database


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with database(postgres_url) as url:
        yield url


class TestPostgresFrontier(FrontierContract):
    @pytest.fixture
    def frontier(self, url: str) -> Iterator[Frontier]:
        self.url = url
        frontier = PostgresFrontier(url)
        yield frontier
        frontier.close()

    def let_pass(self, frontier: Frontier, seconds: float) -> None:
        # The server's clock is not ours to move, so the leases go back in time.
        ask(
            self.url,
            "UPDATE frontier_lease SET until = until - make_interval(secs => %s)",
            seconds,
        )
