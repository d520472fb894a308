import pytest

from contracts.frontier import FrontierContract
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import Frontier


class TestMemoryFrontier(FrontierContract):
    @pytest.fixture
    def frontier(self) -> Frontier:
        return MemoryFrontier()
