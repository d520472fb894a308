"""What the queue of every frontier must do."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawlers.frontier.port import Frontier, Seen
from crawlers.frontier.queue import Finished, Lane, PageQueue, Queued, WaitingPage
from domain.ids import PostId, SourceId
from extraction.urls import site_of

NOW = datetime(2026, 3, 7, 1, 2, 3, tzinfo=UTC)
SOURCE = SourceId("bao")
HOUR = timedelta(hours=1)


def waiting(url: str, **changes: Any) -> WaitingPage:
    page = WaitingPage(
        url=url, site=site_of(url), source=SOURCE, lane=Lane.FRESH, due=NOW
    )
    return replace(page, **changes)


def taken(
    queue: PageQueue,
    *,
    holder: str = "one",
    site: str = "a.vn",
    source: SourceId | None = SOURCE,
    by: datetime = NOW,
    limit: int = 100,
) -> list[str]:
    pages = queue.take(site, holder, source=source, by=by, limit=limit, seconds=60)
    return [page.url for page in pages]


def known(url: str, checked: datetime = NOW) -> Seen:
    return Seen(
        post_id=PostId(f"url:{url}"),
        revision=1,
        content_hash="a.b.c",
        url=url,
        checked=checked,
        source=SOURCE,
    )


class QueueContract:
    """Part of the frontier's contract; gets its fixture and clock from there."""

    @pytest.fixture
    def frontier(self) -> Frontier:
        raise NotImplementedError

    def let_pass(self, frontier: Frontier, seconds: float) -> None:
        raise NotImplementedError

    def test_pages_come_back_as_they_were_queued(self, frontier: Frontier) -> None:
        page = waiting("https://a.vn/ă?b='\"%s", hint='{"title": "Ă"}', changed=NOW)
        assert frontier.enqueue([page, page]) == 1
        assert frontier.enqueue([page]) == 0
        assert frontier.waiting_page(page.url) == page
        (back,) = frontier.take(
            "a.vn", "one", source=SOURCE, by=NOW, limit=9, seconds=60
        )
        assert back == page
        assert frontier.waiting_page("https://a.vn/khac") is None

    def test_the_best_lane_comes_first_then_the_oldest(
        self, frontier: Frontier
    ) -> None:
        lanes = (Lane.BACKLOG, Lane.RECHECK, Lane.FRESH, Lane.NOW)
        frontier.enqueue(
            [
                waiting(f"https://a.vn/{lane.name}{n}", lane=lane, due=NOW - n * HOUR)
                for lane in lanes
                for n in range(2)
            ]
        )
        wanted = [f"https://a.vn/{lane.name}{n}" for lane in Lane for n in (1, 0)]
        assert taken(frontier, limit=3) == wanted[:3]
        assert taken(frontier, limit=9) == wanted[3:]

    def test_pages_of_one_moment_come_in_their_order(self, frontier: Frontier) -> None:
        urls = [f"https://a.vn/{n * 7 % 10}" for n in range(10)]
        frontier.enqueue([waiting(url) for url in urls])
        assert taken(frontier) == urls

    def test_only_what_is_due_and_of_site_and_source(self, frontier: Frontier) -> None:
        other = SourceId("khac")
        frontier.enqueue(
            [
                waiting("https://a.vn/1"),
                waiting("https://a.vn/2", due=NOW + HOUR),
                waiting("https://a.vn/3", source=other),
                waiting("https://a.vn/4", source=other, lane=Lane.NOW),
                waiting("https://b.vn/5", lane=Lane.NOW),
            ]
        )
        assert taken(frontier, source=None) == ["https://a.vn/4"]
        assert taken(frontier) == ["https://a.vn/1"]
        assert taken(frontier, by=NOW + HOUR) == ["https://a.vn/2"]
        assert taken(frontier, source=other) == ["https://a.vn/3"]

    def test_a_leased_page_is_taken_by_nobody_until_its_lease_ends(
        self, frontier: Frontier
    ) -> None:
        frontier.enqueue([waiting("https://a.vn/1")])
        assert taken(frontier) == ["https://a.vn/1"]
        assert taken(frontier) == taken(frontier, holder="two") == []
        assert frontier.enqueue([waiting("https://a.vn/1", lane=Lane.NOW)]) == 1
        assert taken(frontier, holder="two") == []
        self.let_pass(frontier, 61)
        assert taken(frontier, holder="two") == ["https://a.vn/1"]

    def test_releasing_a_site_frees_its_pages(self, frontier: Frontier) -> None:
        frontier.enqueue([waiting("https://a.vn/1"), waiting("https://b.vn/1")])
        taken(frontier)
        taken(frontier, site="b.vn")
        frontier.release("a.vn", "two")
        assert taken(frontier) == []
        frontier.release("a.vn", "one")
        assert taken(frontier, holder="two") == ["https://a.vn/1"]
        assert taken(frontier, holder="two", site="b.vn") == []

    def test_of_many_at_once_each_gets_other_pages(self, frontier: Frontier) -> None:
        frontier.enqueue([waiting(f"https://a.vn/{n}") for n in range(40)])
        ready = threading.Barrier(4)
        got: list[str] = []

        def work(holder: str) -> None:
            ready.wait(10)
            for _ in range(10):
                got.extend(taken(frontier, holder=holder, limit=1))

        threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == sorted(f"https://a.vn/{n}" for n in range(40))

    def test_a_waiting_page_keeps_the_better_lane_and_the_earlier_due(
        self, frontier: Frontier
    ) -> None:
        url = "https://a.vn/1"
        frontier.enqueue([waiting(url, lane=Lane.BACKLOG, hint="1")])
        frontier.enqueue([waiting(url, due=NOW + HOUR, source=SourceId("x"))])
        assert frontier.waiting_page(url) == waiting(url, hint="1")
        frontier.enqueue([waiting(url, lane=Lane.BACKLOG, due=NOW - HOUR, hint="2")])
        assert frontier.waiting_page(url) == waiting(url, due=NOW - HOUR, hint="2")

    def test_a_known_page_is_queued_only_now_or_when_it_changed(
        self, frontier: Frontier
    ) -> None:
        page = waiting("https://a.vn/1?x")
        frontier.acknowledge(known("https://a.vn/1"), (page.url,))
        assert frontier.enqueue([page]) == 0
        assert frontier.enqueue([replace(page, changed=NOW)]) == 0
        later = replace(page, changed=NOW + HOUR)
        assert frontier.enqueue([later]) == 1
        assert taken(frontier) == [page.url]
        frontier.acknowledge(
            known("https://a.vn/1", NOW + 2 * HOUR), (), Finished(url=page.url)
        )
        assert frontier.enqueue([later]) == 0
        assert frontier.enqueue([replace(page, lane=Lane.NOW)]) == 1

    def test_acknowledging_finishes_the_page(self, frontier: Frontier) -> None:
        page = waiting("https://a.vn/1", hint="h", lane=Lane.NOW)
        frontier.enqueue([page])
        taken(frontier)
        done = Finished(url=page.url, recheck_at=NOW + HOUR)
        frontier.acknowledge(known(page.url), (), done)
        recheck = replace(page, lane=Lane.RECHECK, due=NOW + HOUR)
        assert frontier.waiting_page(page.url) == recheck
        assert taken(frontier) == []
        assert taken(frontier, by=NOW + HOUR) == [page.url]
        frontier.acknowledge(known(page.url), (), Finished(url=page.url))
        assert frontier.waiting_page(page.url) is None

    def test_finishing_without_a_post(self, frontier: Frontier) -> None:
        frontier.enqueue([waiting("https://a.vn/1")])
        frontier.finish(Finished(url="https://a.vn/1"))
        frontier.finish(Finished(url="https://a.vn/2", recheck_at=NOW))
        assert frontier.waiting() == ()

    def test_a_page_that_was_tried_in_vain_waits_its_time(
        self, frontier: Frontier
    ) -> None:
        page = waiting("https://a.vn/1", lane=Lane.NOW)
        frontier.enqueue([page])
        taken(frontier)
        for tries in (1, 2):
            frontier.put_back(page.url, NOW + HOUR, "timeout", NOW)
            held = frontier.waiting_page(page.url)
            assert held == replace(
                page,
                lane=Lane.FRESH,
                due=NOW + HOUR,
                tries=tries,
                tried=NOW,
                problem="timeout",
            )
        assert frontier.enqueue([waiting(page.url)]) == 0
        assert taken(frontier) == []
        assert frontier.enqueue([page]) == 1
        assert taken(frontier) == [page.url]
        frontier.put_back("https://a.vn/nothing", NOW, "timeout", NOW)

    def test_a_page_that_changed_since_it_was_tried_comes_at_once(
        self, frontier: Frontier
    ) -> None:
        page = waiting("https://a.vn/1", lane=Lane.BACKLOG)
        frontier.enqueue([page])
        frontier.put_back(page.url, NOW + HOUR, "http_500", NOW)
        assert frontier.enqueue([replace(page, changed=NOW - HOUR)]) == 0
        assert frontier.enqueue([replace(page, changed=NOW + HOUR)]) == 1
        assert taken(frontier) == [page.url]

    def test_of_which_sources_a_page_is_due(self, frontier: Frontier) -> None:
        old, late, free = SourceId("old"), SourceId("late"), SourceId("free")
        frontier.enqueue(
            [
                waiting("https://a.vn/1"),
                waiting("https://a.vn/2", source=old, lane=Lane.BACKLOG),
                waiting("https://a.vn/3", source=late, due=NOW + HOUR),
                waiting("https://b.vn/4", source=free, lane=Lane.RECHECK),
            ]
        )
        places = [
            *(("a.vn", name) for name in (SOURCE, old, late, SourceId("khac"))),
            ("b.vn", free),
        ]
        assert frontier.expected(places, NOW) == {SOURCE, free}
        assert frontier.expected(places[1:], NOW) == {free}
        assert frontier.expected([("a.vn", free)], NOW) == frozenset()
        assert frontier.expected(places, NOW + HOUR) == {SOURCE, late, free}
        assert frontier.expected([], NOW) == frozenset()
        taken(frontier)
        assert frontier.expected(places, NOW) == {free}
        self.let_pass(frontier, 61)
        assert frontier.expected(places, NOW) == {SOURCE, free}

    def test_how_many_wait(self, frontier: Frontier) -> None:
        frontier.enqueue(
            [waiting(f"https://a.vn/{n}", due=NOW + n * HOUR) for n in range(3)]
        )
        frontier.enqueue([waiting("https://b.vn/1", lane=Lane.BACKLOG)])
        taken(frontier, limit=1)
        assert frontier.waiting() == (
            Queued(site="a.vn", lane=Lane.FRESH, pages=3, oldest_due=NOW),
            Queued(site="b.vn", lane=Lane.BACKLOG, pages=1, oldest_due=NOW),
        )

    def test_urgent_sites(self, frontier: Frontier) -> None:
        frontier.enqueue([waiting("https://a.vn/1"), waiting("https://b.vn/1")])
        assert frontier.urgent(NOW) == frozenset()
        frontier.enqueue([waiting("https://b.vn/1", lane=Lane.NOW)])
        assert frontier.urgent(NOW) == {"b.vn"}
        taken(frontier, site="b.vn")
        assert frontier.urgent(NOW) == frozenset()
        self.let_pass(frontier, 61)
        assert frontier.urgent(NOW) == {"b.vn"}
