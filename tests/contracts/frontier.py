"""What every frontier must do."""

import threading
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.frontier_erasures import ErasureContract
from contracts.frontier_manners import MannersContract
from contracts.frontier_queue import QueueContract, waiting
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import Frontier, KnownPost, Seen, SourceRun
from domain.ids import PostId, SourceId
from domain.post import Counts

NOW = datetime(2026, 3, 7, 1, 2, 3, tzinfo=UTC)
SOURCE = SourceId("bao")
SEEN = Seen(
    post_id=PostId("url:https://a.vn/1"),
    revision=2,
    content_hash="aa.bb.cc",
    url="https://a.vn/1",
    checked=NOW,
    source=SOURCE,
)
RUN = SourceRun(
    source=SOURCE,
    started=NOW,
    finished=NOW + timedelta(seconds=9),
    requests=5,
    new=2,
    errors={"timeout": 1},
    message="robots: 3",
    pages=2,
    with_title=2,
    with_date=1,
    with_text=2,
    with_author=1,
    letters=900,
    walled=1,
    refused=3,
    not_modified=4,
    received=12_345,
)


class FrontierContract(QueueContract, MannersContract, ErasureContract, ABC):
    """Subclass and give a fresh frontier."""

    @pytest.fixture
    @abstractmethod
    def frontier(self) -> Frontier: ...

    @abstractmethod
    def let_pass(self, frontier: Frontier, seconds: float) -> None:
        """Move the clock that leases go by."""

    def test_nothing_is_known_at_first(self, frontier: Frontier) -> None:
        assert frontier.seen(SEEN.post_id) is None
        assert frontier.first_seen(SEEN.post_id) is None
        assert frontier.resolve(SEEN.url) is None
        assert frontier.validators(SEEN.url) == {}
        assert frontier.runs(SOURCE, 10) == ()
        assert frontier.recent(SOURCE, 10) == ()

    def test_what_was_acknowledged_is_known(self, frontier: Frontier) -> None:
        frontier.acknowledge(SEEN, ("https://a.vn/alias",))
        assert frontier.seen(SEEN.post_id) == SEEN
        for url in (SEEN.url, "https://a.vn/alias"):
            assert frontier.resolve(url) == SEEN.post_id

    def test_a_lower_revision_changes_nothing(self, frontier: Frontier) -> None:
        frontier.acknowledge(SEEN, ())
        frontier.acknowledge(replace(SEEN, revision=1, content_hash="old"), ())
        assert frontier.seen(SEEN.post_id) == SEEN

    def test_the_same_revision_moves_check_and_state(self, frontier: Frontier) -> None:
        frontier.acknowledge(SEEN, ())
        later = replace(
            SEEN,
            checked=NOW + timedelta(hours=1),
            gone=True,
            counts=Counts(views=5, comments=0),
        )
        frontier.acknowledge(later, ())
        assert frontier.seen(SEEN.post_id) == later
        assert frontier.first_seen(SEEN.post_id) == NOW

    def test_an_address_stays_with_its_first_post(self, frontier: Frontier) -> None:
        frontier.acknowledge(SEEN, ("https://a.vn/x",))
        other = replace(SEEN, post_id=PostId("url:b"), url="https://a.vn/2")
        frontier.acknowledge(other, ("https://a.vn/x",))
        assert frontier.resolve("https://a.vn/x") == SEEN.post_id

    def test_recent_posts_of_a_source(self, frontier: Frontier) -> None:
        for number in range(5):
            frontier.acknowledge(
                replace(
                    SEEN,
                    post_id=PostId(f"p{number}"),
                    url=f"https://a.vn/{number}",
                    source=SourceId("khac") if number == 3 else SOURCE,
                    checked=NOW + timedelta(minutes=number),
                ),
                (),
            )
        found = [seen.post_id for seen in frontier.recent(SOURCE, 3)]
        assert found == ["p4", "p2", "p1"]

    def test_validators_are_replaced_as_a_whole(self, frontier: Frontier) -> None:
        frontier.remember_validators("u", {"etag": '"1"', "last-modified": "x"})
        frontier.remember_validators("u", {"etag": '"2"'})
        assert frontier.validators("u") == {"etag": '"2"'}

    def test_a_source_is_due_at_first_and_again_in_time(
        self, frontier: Frontier
    ) -> None:
        assert frontier.due(SOURCE, NOW)
        frontier.record_run(RUN, NOW + timedelta(minutes=10))
        assert frontier.next_visit(SOURCE) == NOW + timedelta(minutes=10)
        assert frontier.next_visit(SourceId("khac")) is None
        assert not frontier.due(SOURCE, NOW + timedelta(minutes=9))
        assert frontier.due(SOURCE, NOW + timedelta(minutes=10))
        assert frontier.due(SourceId("khac"), NOW)

    def test_runs_come_back_whole_and_newest_first(self, frontier: Frontier) -> None:
        second = replace(RUN, started=NOW + timedelta(hours=1), errors=None, new=0)
        frontier.record_run(RUN, NOW)
        frontier.record_run(second, NOW)
        assert frontier.runs(SOURCE, 10) == (second, RUN)
        assert frontier.runs(SOURCE, 1) == (second,)

    def test_a_visit_for_rechecks_is_no_poll(self, frontier: Frontier) -> None:
        assert frontier.last_poll(SOURCE) is None
        due = NOW + timedelta(days=1)
        frontier.record_run(RUN, due)
        between = replace(RUN, started=NOW + timedelta(hours=1), polled=False)
        frontier.record_run(between, None)
        assert frontier.runs(SOURCE, 10) == (between, RUN)
        assert frontier.last_poll(SOURCE) == RUN
        assert frontier.next_visit(SOURCE) == due
        assert not frontier.due(SOURCE, NOW + timedelta(hours=2))

    def test_what_is_due_among_many(self, frontier: Frontier) -> None:
        names = [SourceId(f"s{number}") for number in range(4)]
        frontier.record_run(replace(RUN, source=names[1]), NOW + timedelta(hours=1))
        frontier.record_run(replace(RUN, source=names[2]), NOW)
        assert frontier.due_among(names, NOW) == {names[0], names[2], names[3]}
        assert frontier.due_among(names[1:2], NOW) == frozenset()
        assert frontier.due_among([], NOW) == frozenset()

    def test_a_site_is_leased_to_one_holder(self, frontier: Frontier) -> None:
        assert frontier.claim("a.vn", "one", 60)
        assert not frontier.claim("a.vn", "two", 60)
        assert frontier.claim("b.vn", "two", 60)
        frontier.release("a.vn", "two")
        assert not frontier.claim("a.vn", "two", 60)
        frontier.release("a.vn", "one")
        assert frontier.claim("a.vn", "two", 60)

    def test_a_lease_ends_by_itself(self, frontier: Frontier) -> None:
        assert frontier.claim("a.vn", "one", 60)
        self.let_pass(frontier, 59)
        assert not frontier.claim("a.vn", "two", 60)
        self.let_pass(frontier, 2)
        assert frontier.claim("a.vn", "two", 60)
        assert not frontier.claim("a.vn", "one", 60)

    def test_a_lease_is_renewed(self, frontier: Frontier) -> None:
        assert frontier.claim("a.vn", "one", 60)
        self.let_pass(frontier, 50)
        assert frontier.claim("a.vn", "one", 60)
        self.let_pass(frontier, 50)
        assert not frontier.claim("a.vn", "two", 60)

    def test_of_many_at_once_one_gets_the_lease(self, frontier: Frontier) -> None:
        ready = threading.Barrier(8)
        got: list[str] = []

        def ask(holder: str) -> None:
            ready.wait(10)
            if frontier.claim("a.vn", holder, 60):
                got.append(holder)

        threads = [threading.Thread(target=ask, args=(str(n),)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 1

    def test_odd_addresses_are_kept(self, frontier: Frontier) -> None:
        url = "https://a.vn/" + "tìm-kiếm" * 1000 + "'\"%s"
        frontier.acknowledge(replace(SEEN, url=url, post_id=PostId(f"url:{url}")), ())
        assert frontier.resolve(url) == f"url:{url}"
        frontier.remember_validators(url, {"etag": "\0"})
        assert frontier.validators(url) == {"etag": "\0"}
        frontier.acknowledge(replace(SEEN, url="https://a.vn/\0"), ())
        assert frontier.resolve("https://a.vn/\0") == SEEN.post_id

    def test_nul_in_any_text_is_held_and_found(self, frontier: Frontier) -> None:
        """PostgreSQL knows none and gives U+FFFD back; who asks as before finds it."""
        odd, host = SourceId("b\0o"), "a\0.vn"
        page = waiting("https://a.vn/\0", source=odd, site=host, hint="\0")
        assert frontier.enqueue([page]) == 1
        assert frontier.claim(host, "m\0", 60)
        pages = frontier.take(host, "m\0", source=odd, by=NOW, limit=9, seconds=60)
        assert len(pages) == 1
        frontier.put_back(page.url, NOW, "un\0read", NOW)
        held = frontier.waiting_page(page.url)
        assert held is not None
        assert held.problem in {"un\0read", "un\ufffdread"}
        frontier.release(host, "m\0")
        frontier.rest_host(host, NOW, 2)
        assert frontier.host_rest(host) is not None
        frontier.record_run(replace(RUN, source=odd, message="\0"), NOW)
        assert len(frontier.runs(odd, 9)) == 1
        assert frontier.next_visit(odd) == NOW
        assert frontier.spend("k\0", "d\0", 1, 1)
        assert not frontier.spend("k\0", "d\0", 1, 1)

    def test_nul_in_the_id_of_a_post(self, frontier: Frontier) -> None:
        post = replace(SEEN, post_id=PostId("x:\0"), source=SourceId("b\0o"))
        frontier.acknowledge(replace(post, content_hash="\0"), ("https://a.vn/x",))
        found = frontier.resolve("https://a.vn/x")
        assert found is not None
        assert frontier.seen(found) is not None
        assert frontier.first_seen(post.post_id) == NOW
        assert len(frontier.recent(post.source, 9)) == 1
        other = MemoryFrontier()
        other.acknowledge(post, ("https://a.vn/y",))
        other.enqueue([waiting("https://a.vn/z", source=SourceId("\0"))])
        other.put_back("https://a.vn/z", NOW, "\0", NOW)
        frontier.take_in(list(other.facts()))
        assert frontier.resolve("https://a.vn/y") == found
        frontier.erase([post.post_id], ())
        assert frontier.seen(post.post_id) is None
        assert frontier.resolve("https://a.vn/x") is None

    def test_facts_go_over_to_another_and_back(self, frontier: Frontier) -> None:
        other = MemoryFrontier()
        later = replace(
            SEEN, post_id=PostId("url:https://a.vn/0"), url="https://a.vn/0"
        )
        for number, seen in enumerate([SEEN, later]):
            at = NOW + timedelta(microseconds=number + 1)
            other.acknowledge(replace(seen, checked=at), (f"{seen.url}?x",))
        other.acknowledge(replace(SEEN, revision=3, gone=True), ())
        other.remember_validators(SEEN.url, {"etag": '"ă"'})
        other.record_run(RUN, NOW + timedelta(hours=1))
        unfinished = replace(RUN, started=NOW + timedelta(minutes=1), finished=None)
        other.record_run(unfinished, NOW + timedelta(hours=2))
        other.enqueue([waiting("https://a.vn/9", hint='{"a": "ă"}', changed=NOW)])
        other.enqueue([waiting("https://a.vn/8", due=NOW + timedelta(hours=1))])
        other.put_back("https://a.vn/8", NOW + timedelta(days=1), "timeout", NOW)
        facts = list(other.facts())
        for _ in range(2):
            frontier.take_in(facts)
            assert len(list(frontier.facts())) == len(facts)
        assert sorted(map(repr, frontier.facts())) == sorted(map(repr, facts))
        assert [s.post_id for s in frontier.recent(SOURCE, 9)] == [
            s.post_id for s in other.recent(SOURCE, 9)
        ]
        assert frontier.resolve("https://a.vn/0?x") == later.post_id
        assert frontier.runs(SOURCE, 9) == (unfinished, RUN)
        assert not frontier.due(SOURCE, NOW + timedelta(hours=1))

    def test_facts_replace_what_is_held(self, frontier: Frontier) -> None:
        frontier.acknowledge(replace(SEEN, revision=9), ())
        frontier.take_in([KnownPost(seen=SEEN, first_seen=NOW)])
        assert frontier.seen(SEEN.post_id) == SEEN

    def test_a_budget_is_spent_once_and_begins_anew_each_day(
        self, frontier: Frontier
    ) -> None:
        assert frontier.spend("api", "2026-11-27", 90, 100)
        assert not frontier.spend("api", "2026-11-27", 11, 100)
        assert frontier.spend("api", "2026-11-27", 10, 100)
        assert not frontier.spend("api", "2026-11-27", 1, 100)
        assert frontier.spend("other", "2026-11-27", 1, 100)
        assert frontier.spend("api", "2026-11-28", 100, 100)

    def test_spenders_at_once_get_units_of_their_own(self, frontier: Frontier) -> None:
        had: list[bool] = []

        def spend() -> None:
            had.extend(frontier.spend("api", "d", 1, 25) for _ in range(10))

        threads = [threading.Thread(target=spend) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert had.count(True) == 25
