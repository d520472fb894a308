"""What every frontier must do."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.frontier.port import Frontier, Seen, SourceRun
from domain.ids import PostId, SourceId

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
)


class FrontierContract(ABC):
    """Subclass and give a fresh frontier."""

    @pytest.fixture
    @abstractmethod
    def frontier(self) -> Frontier: ...

    def test_nothing_is_known_at_first(self, frontier: Frontier) -> None:
        assert frontier.seen(SEEN.post_id) is None
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
        later = replace(SEEN, checked=NOW + timedelta(hours=1), gone=True)
        frontier.acknowledge(later, ())
        assert frontier.seen(SEEN.post_id) == later

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
        assert not frontier.due(SOURCE, NOW + timedelta(minutes=9))
        assert frontier.due(SOURCE, NOW + timedelta(minutes=10))
        assert frontier.due(SourceId("khac"), NOW)

    def test_runs_come_back_whole_and_newest_first(self, frontier: Frontier) -> None:
        second = replace(RUN, started=NOW + timedelta(hours=1), errors=None, new=0)
        frontier.record_run(RUN, NOW)
        frontier.record_run(second, NOW)
        assert frontier.runs(SOURCE, 10) == (second, RUN)
        assert frontier.runs(SOURCE, 1) == (second,)
