"""What every frontier must forget, and not take back."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.frontier_queue import SOURCE, known, taken, waiting
from crawlers.frontier.erasures import ErasedName, digest_of
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import Frontier
from crawlers.frontier.queue import Finished, Lane, WaitingPage
from domain.ids import PostId

NOW = datetime(2026, 3, 7, 1, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)
URL, ALIAS, OTHER = "https://a.vn/\u0103?b='\"%s", "https://a.vn/x", "https://a.vn/2"
POST = PostId(f"url:{URL}")
HINT = '{"title": "Nguy\u1ec5n V\u0103n A"}'


def recheck(url: str) -> WaitingPage:
    return waiting(url, hint=HINT, lane=Lane.RECHECK)


class ErasureContract(ABC):
    """Part of the frontier's contract."""

    @pytest.fixture
    @abstractmethod
    def frontier(self) -> Frontier: ...

    @pytest.fixture
    def erased(self, frontier: Frontier) -> Frontier:
        """Know two posts; their pages wait for rechecks; then one is erased."""
        frontier.acknowledge(known(URL), (ALIAS,))
        frontier.acknowledge(known(OTHER), ())
        for url in (URL, ALIAS, OTHER):
            frontier.remember_validators(url, {"etag": '"1"'})
            frontier.enqueue([replace(recheck(url), changed=NOW + DAY)])
        frontier.erase([POST])
        return frontier

    def test_nothing_but_digests_is_left_of_an_erased_post(
        self, erased: Frontier
    ) -> None:
        assert erased.seen(POST) is erased.first_seen(POST) is None
        for url in (URL, ALIAS):
            assert erased.resolve(url) is erased.waiting_page(url) is None
            assert erased.validators(url) == {}
        assert [seen.url for seen in erased.recent(SOURCE, 9)] == [OTHER]
        held = " ".join(map(repr, erased.facts()))
        assert ALIAS not in held
        assert POST not in held
        assert {
            fact.digest for fact in erased.facts() if isinstance(fact, ErasedName)
        } == {digest_of(name) for name in (POST, URL, ALIAS)}

    def test_others_stay(self, erased: Frontier) -> None:
        assert erased.seen(PostId(f"url:{OTHER}")) == known(OTHER)
        assert erased.validators(OTHER) == {"etag": '"1"'}
        assert taken(erased) == [OTHER]

    def test_erased_names_are_told(self, erased: Frontier) -> None:
        assert erased.erased([POST, URL, ALIAS, OTHER]) == {POST, URL, ALIAS}
        assert erased.erased([]) == frozenset()

    def test_an_erased_post_is_not_queued_whoever_asks(self, erased: Frontier) -> None:
        page = waiting(URL, lane=Lane.NOW, hint=HINT, changed=NOW + 2 * DAY)
        assert erased.enqueue([page, waiting("https://a.vn/3")]) == 1
        assert erased.waiting_page(URL) is None

    def test_an_erased_post_is_not_acknowledged(self, erased: Frontier) -> None:
        third = waiting("https://a.vn/3", hint=HINT)
        erased.enqueue([third])
        done = Finished(url=third.url, recheck_at=NOW)
        erased.acknowledge(replace(known(URL), revision=9), (third.url,), done)
        erased.acknowledge(replace(known(ALIAS), post_id=PostId("n:1")), ())
        erased.remember_validators(URL, {"etag": '"2"'})
        assert erased.seen(POST) is erased.seen(PostId("n:1")) is None
        for url in (URL, ALIAS, third.url):
            assert erased.resolve(url) is None
        assert erased.validators(URL) == {}

    def test_a_page_under_way_when_its_post_was_erased(
        self, frontier: Frontier
    ) -> None:
        frontier.acknowledge(known(URL), ())
        frontier.enqueue([waiting(URL, changed=NOW + DAY, hint=HINT)])
        assert taken(frontier) == [URL]
        frontier.erase([POST])
        frontier.put_back(URL, NOW, "timeout", NOW)
        frontier.finish(Finished(url=URL, recheck_at=NOW))
        frontier.release("a.vn", "one")
        assert frontier.waiting() == ()

    def test_further_names_and_unknown_posts(self, erased: Frontier) -> None:
        erased.enqueue([waiting("https://a.vn/4")])
        for _ in range(2):
            erased.erase([PostId("n:5"), POST], ["https://a.vn/4"])
        names = [PostId("n:5"), "https://a.vn/4", URL]
        assert erased.erased(names) == set(names)
        assert erased.waiting_page("https://a.vn/4") is None
        erased.erase([])

    def test_a_post_whose_time_is_over_is_looked_at_no_more(
        self, frontier: Frontier
    ) -> None:
        frontier.acknowledge(known(URL), (ALIAS,))
        frontier.enqueue([replace(recheck(ALIAS), changed=NOW + DAY)])
        frontier.drop_waiting([POST, PostId("n:1")])
        assert frontier.waiting() == ()
        assert frontier.seen(POST) == known(URL)
        assert frontier.enqueue([waiting(ALIAS)]) == 0
        assert frontier.enqueue([waiting(ALIAS, changed=NOW + DAY)]) == 1

    def test_erasures_go_over_to_another(self, frontier: Frontier) -> None:
        other = MemoryFrontier()
        for each in (frontier, other):
            each.acknowledge(known(URL), (ALIAS,))
            each.acknowledge(known(OTHER), ())
            each.enqueue([replace(recheck(ALIAS), changed=NOW + DAY)])
            each.remember_validators(URL, {"etag": '"1"'})
        other.erase([POST])
        for _ in range(2):
            frontier.take_in(list(other.facts()))
            assert sorted(map(repr, frontier.facts())) == sorted(
                map(repr, other.facts())
            )
