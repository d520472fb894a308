import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.frontier import NOW, RUN, SEEN, SOURCE, FrontierContract
from contracts.frontier_queue import taken, waiting
from crawlers.frontier import sqlite
from crawlers.frontier.port import Frontier
from crawlers.frontier.queue import Lane
from crawlers.frontier.sqlite import SqliteFrontier
from crawlers.holders import is_gone, own_holder
from domain.clock import ManualClock
from domain.errors import RetryLaterError
from domain.ids import PostId
from domain.post import Counts


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

    def test_old_runs_are_dropped(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite, "KEPT_RUNS", 50)
        frontier = SqliteFrontier(tmp_path / "f.sqlite")
        for number in range(60):
            at = NOW + timedelta(minutes=number)
            frontier.record_run(replace(RUN, started=at), at)
        runs = frontier.runs(SOURCE, 1000)
        assert len(runs) == 50
        assert runs[0].started == NOW + timedelta(minutes=59)

    def test_a_lease_of_a_killed_process_of_this_machine_is_free(
        self, tmp_path: Path
    ) -> None:
        code = "from crawlers.holders import own_holder; print(own_holder())"
        dead = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.strip()
        frontier = SqliteFrontier(tmp_path / "f.sqlite", is_gone=is_gone)
        for site, holder, free in (
            ("a.vn", dead, True),
            ("b.vn", own_holder(), False),
            ("c.vn", f"elsewhere.{dead}", False),
            ("d.vn", "no-process", False),
        ):
            assert frontier.claim(site, holder, 60)
            assert frontier.claim(site, "me", 60) is free, holder

    def test_a_file_of_an_earlier_version_gets_what_it_lacks(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "f.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as old:
            old.execute(
                "CREATE TABLE post (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, "
                "content_hash TEXT NOT NULL, url TEXT NOT NULL, checked REAL NOT NULL, "
                "source TEXT NOT NULL, gone INTEGER NOT NULL, first_seen REAL NOT NULL)"
            )
            old.execute(
                "INSERT INTO post VALUES ('p', 1, 'a.b.c', 'u', 0.0, 'bao', 0, 0.0)"
            )
            old.commit()
        for _ in range(2):
            with contextlib.closing(SqliteFrontier(path)) as frontier:
                seen = frontier.seen(PostId("p"))
                assert seen is not None
                assert seen.counts == Counts()

    def test_the_bytes_of_what_was_erased_are_gone_from_the_disk(
        self, tmp_path: Path
    ) -> None:
        with contextlib.closing(SqliteFrontier(tmp_path / "f.sqlite")) as frontier:
            for number in range(200):
                url = f"https://a.vn/nguyen-van-{number}"
                page = waiting(url, hint="Nguyen Van " * 50)
                frontier.enqueue([page])
                post = PostId(f"url:{url}")
                frontier.acknowledge(replace(SEEN, post_id=post, url=url), ())
            posts = [PostId(f"url:https://a.vn/nguyen-van-{n}") for n in range(200)]
            frontier.erase(posts)
            for file in tmp_path.iterdir():
                held = file.read_bytes()
                assert b"Nguyen Van" not in held, file
                assert b"nguyen-van" not in held, file

    def test_pages_of_a_killed_process_of_this_machine_are_free(
        self, tmp_path: Path
    ) -> None:
        frontier = SqliteFrontier(
            tmp_path / "f.sqlite", is_gone=lambda holder: holder == "dead"
        )
        for holder, free in (("dead", True), ("alive", False)):
            page = waiting(f"https://{holder}.vn/1", lane=Lane.NOW)
            frontier.enqueue([page])
            assert taken(frontier, holder=holder, site=page.site) == [page.url]
            assert (page.site in frontier.urgent(NOW)) is free
            again = taken(frontier, holder="me", site=page.site)
            assert again == ([page.url] if free else [])
