"""The queue on disk beside the one in memory, whatever is done to both."""

import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contracts.frontier_queue import NOW, known, waiting
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.queue import Finished, Lane, WaitingPage, joined
from crawlers.frontier.sqlite import SqliteFrontier
from domain.clock import ManualClock
from domain.ids import SourceId

URLS = st.sampled_from([f"https://{site}.vn/{n}" for site in "ab" for n in range(4)])
TIMES = st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
SOURCES = st.sampled_from([SourceId("bao"), SourceId("khac")])
HOLDERS = st.sampled_from(["one", "two"])
PAGES = st.builds(
    waiting,
    URLS,
    source=SOURCES,
    lane=st.sampled_from(Lane),
    due=TIMES,
    hint=st.sampled_from(["", "x", "ă"]),
    changed=st.none() | TIMES,
)


class Queues(RuleBasedStateMachine):
    """Both get the same calls and must hold the same; no page is out twice."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(NOW)
        self.folder = tempfile.TemporaryDirectory()
        self.model = MemoryFrontier(self.clock)
        path = Path(self.folder.name, "f.sqlite")
        self.disk = SqliteFrontier(path, clock=self.clock)
        self.out: dict[str, object] = {}

    @rule(pages=st.lists(PAGES, max_size=4))
    def enqueue(self, pages: list[WaitingPage]) -> None:
        assert self.disk.enqueue(pages) == self.model.enqueue(pages)

    @rule(site=st.sampled_from(["a.vn", "b.vn"]), holder=HOLDERS,
          source=st.none() | SOURCES, by=TIMES, limit=st.integers(1, 3))  # fmt: skip
    def take(
        self, site: str, holder: str, source: SourceId | None, by: object, limit: int
    ) -> None:
        asked = {"source": source, "by": by, "seconds": 60}
        one = self.disk.take(site, holder, limit=limit, **asked)  # type: ignore[arg-type]
        free = self.model.take(site, "model", limit=99, **asked)  # type: ignore[arg-type]
        self.model.release(site, "model")
        assert len(one) == min(limit, len(free))
        order = [(page.lane, page.due) for page in one]
        assert order == [(page.lane, page.due) for page in free[:limit]]
        assert set(one) <= set(free)
        # Which of two of the same moment comes first is the store's own affair.
        for page in one:
            self.model._queue.lease(page.url, holder, 60)
            assert self.out.get(page.url, NOW - timedelta(1)) <= self.clock.now()  # type: ignore[operator]
            self.out[page.url] = self.clock.now() + timedelta(seconds=60)

    @rule(url=URLS, recheck=st.none() | TIMES)
    def finish(self, url: str, recheck: object) -> None:
        for queue in (self.disk, self.model):
            queue.finish(Finished(url=url, recheck_at=recheck))  # type: ignore[arg-type]
        self.out.pop(url, None)

    @rule(url=URLS, checked=TIMES, recheck=st.none() | TIMES)
    def acknowledge(self, url: str, checked: object, recheck: object) -> None:
        done = Finished(url=url, recheck_at=recheck)  # type: ignore[arg-type]
        for queue in (self.disk, self.model):
            queue.acknowledge(known(url, checked), (), done)  # type: ignore[arg-type]
        self.out.pop(url, None)

    @rule(url=URLS, due=TIMES)
    def put_back(self, url: str, due: object) -> None:
        for queue in (self.disk, self.model):
            queue.put_back(url, due, "timeout", self.clock.now())  # type: ignore[arg-type]
        self.out.pop(url, None)

    @rule(site=st.sampled_from(["a.vn", "b.vn"]), holder=HOLDERS)
    def release(self, site: str, holder: str) -> None:
        for queue in (self.disk, self.model):
            queue.release(site, holder)
        # Whose lease it was is in the stores alone; both are compared at each take.
        self.out.clear()

    @rule(seconds=st.sampled_from([1, 61]))
    def let_pass(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def open_again(self) -> None:
        self.disk.close()
        path = Path(self.folder.name, "f.sqlite")
        self.disk = SqliteFrontier(path, clock=self.clock)

    @rule()
    def move(self) -> None:
        """What a frontier holds goes over to another one and is the same there."""
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(
                SqliteFrontier(Path(folder, "g.sqlite"), clock=self.clock)
            ) as other,
        ):
            other.take_in(list(self.disk.facts()))
            assert list(other.facts()) == list(self.disk.facts())

    @invariant()
    def same(self) -> None:
        assert self.disk.waiting() == self.model.waiting()
        assert self.disk.urgent(NOW) == self.model.urgent(NOW)
        for site in "ab":
            for number in range(4):
                url = f"https://{site}.vn/{number}"
                assert self.disk.waiting_page(url) == self.model.waiting_page(url)

    def teardown(self) -> None:
        self.disk.close()
        self.folder.cleanup()


Queues.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None
)
TestQueues = Queues.TestCase


def test_joining_is_idempotent_and_never_worse() -> None:
    first, second = waiting("u", lane=Lane.BACKLOG), waiting("u")
    better = joined(second, first, None)
    assert better == second
    assert joined(second, better, None) is None
    assert joined(first, better, None) is None
