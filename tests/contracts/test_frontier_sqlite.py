import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.frontier import NOW, RUN, SEEN, SOURCE, FrontierContract
from crawlers.frontier.port import Frontier
from crawlers.frontier.sqlite import SqliteFrontier
from domain.clock import ManualClock
from domain.errors import RetryLaterError


class TestSqliteFrontier(FrontierContract):
    @pytest.fixture
    def frontier(self, tmp_path: Path) -> Iterator[Frontier]:
        self.clock = ManualClock()
        frontier = SqliteFrontier(tmp_path / "frontier.sqlite", clock=self.clock)
        yield frontier
        frontier.close()

    def let_pass(self, frontier: Frontier, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def test_it_survives_its_process(self, tmp_path: Path) -> None:
        path = tmp_path / "f.sqlite"
        first = SqliteFrontier(path)
        first.acknowledge(SEEN, ())
        first.record_run(RUN, NOW)
        second = SqliteFrontier(path)
        assert second.seen(SEEN.post_id) == SEEN
        assert second.runs(SOURCE, 1) == (RUN,)

    def test_a_locked_file_is_tried_again_later(self, tmp_path: Path) -> None:
        path = tmp_path / "f.sqlite"
        frontier = SqliteFrontier(path, busy_seconds=0.05)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryLaterError):
            frontier.acknowledge(SEEN, ())
        other.execute("ROLLBACK")
        other.close()
        frontier.acknowledge(SEEN, ())
        assert frontier.seen(SEEN.post_id) == SEEN

    def test_old_runs_are_dropped(self, tmp_path: Path) -> None:
        frontier = SqliteFrontier(tmp_path / "f.sqlite")
        for number in range(510):
            at = NOW + timedelta(minutes=number)
            frontier.record_run(replace(RUN, started=at), at)
        runs = frontier.runs(SOURCE, 1000)
        assert len(runs) == 500
        assert runs[0].started == NOW + timedelta(minutes=509)
