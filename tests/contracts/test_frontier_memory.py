import pytest

from contracts.frontier import FrontierContract
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import Frontier
from domain.clock import ManualClock


class TestMemoryFrontier(FrontierContract):
    @pytest.fixture
    def frontier(self) -> Frontier:
        self.clock = ManualClock()
        return MemoryFrontier(self.clock)

    def let_pass(self, frontier: Frontier, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
