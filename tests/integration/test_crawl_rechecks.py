"""Looks at known pages come when they are due, on a clock that the test moves."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.deps import DAY, HOUR, CrawlLimits
from crawlers.frontier.port import SourceRun
from crawlers.frontier.sqlite import SqliteFrontier
from crawlers.rechecking import PAUSE
from crawlers.rechecks import next_look
from domain.ids import SourceId
from support_crawl.hamlet import HTML, Hamlet, article, hamlet, rss
from support_crawl.watching import Watch

NOW = datetime(2026, 3, 7, 2, tzinfo=UTC)
BAO = SourceId("bao")


@dataclass(frozen=True, slots=True)
class World:
    """A site with two articles whose looks lie apart, polled once a day."""

    site: Hamlet
    frontier: SqliteFrontier
    watch: Watch
    clock: Path
    early: str
    late: str

    def go_to(self, at: datetime, visits: int) -> tuple[SourceRun, ...]:
        """Move the clock; return the visits, newest first, once there are so many."""
        set_clock(self.clock, at)
        self.watch.until(lambda: len(self.frontier.runs(BAO, 9)) == visits)
        return self.frontier.runs(BAO, 9)

    def look(self, path: str, after: datetime = NOW) -> datetime:
        return look(self.site.base + path, after)

    def asked(self) -> list[int]:
        """How often feed, early and late article were asked for."""
        return [self.site.times(path) for path in ("/rss", self.early, self.late)]


def set_clock(path: Path, at: datetime) -> None:
    """Put the clock at a time, in one step for who reads it meanwhile."""
    fresh = path.with_suffix(".new")
    fresh.write_text(at.isoformat(), encoding="utf-8")
    fresh.replace(path)


def look(url: str, after: datetime) -> datetime:
    at = next_look(CrawlLimits().recheck_seconds, NOW, after, url)
    assert at is not None
    return at


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock, home = tmp_path / "clock", tmp_path
    set_clock(clock, NOW)
    with hamlet("127.0.0.46") as site:
        paths = sorted(
            (f"/bai-{number}.html" for number in range(40)),
            key=lambda path: look(site.base + path, NOW),
        )
        early, late = paths[0], paths[-1]
        site.add("/rss", rss(early, late))
        for path in (early, late):
            site.add(path, article(1, f"Riêng {path}."))
        source = {
            "id": BAO, "name": "Báo", "kind": "feed", "url": f"{site.base}/rss",
            "interval_minutes": DAY / 60, "interval_fixed": True,
        }  # fmt: skip
        job = {"home": str(home), "sources": [source], "clock": str(clock)}
        with (
            closing(SqliteFrontier(home / "frontier.sqlite")) as frontier,
            Watch(job, home / "out.jsonl") as watch,
        ):
            yield World(site, frontier, watch, clock, early, late)


def test_a_source_polled_once_a_day_is_looked_at_after_one_and_six_hours(
    world: World,
) -> None:
    site, early, late = world.site, world.early, world.late
    first, second = world.look(early), world.look(late)
    assert second - first > PAUSE
    world.go_to(NOW, 1)
    assert world.asked() == [1, 1, 1]
    site.add(early, article(1, "Đã sửa lặng lẽ."))
    world.go_to(first, 2)
    assert world.asked() == [1, 2, 1]
    assert world.watch.said("revised")[0]["fetched"] == str(first)
    site.pages[late] = (410, HTML, b"")
    world.go_to(second, 3)
    assert world.asked() == [1, 2, 2]
    assert world.watch.said("gone")[0]["at"] == str(second)
    sixth = max(world.look(path, second) for path in (early, late))
    assert sixth - NOW < timedelta(seconds=7 * HOUR)
    *looks, poll = world.go_to(sixth, 4)
    assert world.asked() == [1, 3, 3]
    # The day's pause stands, and nobody takes the looks for polls in vain.
    assert [run.polled for run in (*looks, poll)] == [False, False, False, True]
    assert world.frontier.next_visit(BAO) == NOW + timedelta(days=1)
    world.go_to(NOW + timedelta(days=1), 5)
    assert world.asked()[0] == 2
    assert world.watch.end() == 0
