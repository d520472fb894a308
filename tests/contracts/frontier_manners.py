"""What every frontier must remember of hosts."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.frontier.manners import HostRest
from crawlers.frontier.port import Frontier

UNTIL = datetime(2026, 3, 7, 9, 2, 3, 250_000, tzinfo=UTC)


class MannersContract(ABC):
    """Part of the frontier's contract."""

    @pytest.fixture
    @abstractmethod
    def frontier(self) -> Frontier: ...

    def test_a_host_rests_until_it_is_forgotten(self, frontier: Frontier) -> None:
        assert frontier.host_rest("a.vn") is None
        frontier.rest_host("a.vn", UNTIL, 1)
        later = UNTIL + timedelta(hours=1)
        frontier.rest_host("a.vn", later, 7)
        assert frontier.host_rest("a.vn") == HostRest(until=later, failures=7)
        assert frontier.host_rest("b.vn") is None
        frontier.rest_host("a.vn", UNTIL, 0)
        frontier.rest_host("b.vn", UNTIL, 0)
        assert frontier.host_rest("a.vn") is None
