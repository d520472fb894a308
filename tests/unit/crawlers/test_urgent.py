"""Pages that are asked for now."""

from datetime import timedelta

import pytest

from crawlers.addresses import networks_of
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import Seen
from crawlers.frontier.queue import Finished, Lane
from crawlers.lease import SiteLease
from crawlers.urgent import FETCHED, Outcome, PageDesk, errand_spec, fetched_spec
from domain.clock import ManualClock
from domain.errors import QuarantineError, RetryLaterError
from domain.ids import PostId, SourceId
from domain.profile import SourceSpec


def spec(name: str, kind: str, url: str, **more: object) -> SourceSpec:
    return SourceSpec(id=SourceId(name), name=name, kind=kind, url=url, **more)  # type: ignore[arg-type]


SOURCES = [
    spec("dien-dan", "forum", "https://bao.vn/forums/a.1/", delay_seconds=2.0),
    spec("bao", "feed", "https://www.bao.vn/rss", quiet_hours="22:00-05:00"),
]


class Room:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.frontier = MemoryFrontier(self.clock)
        networks = networks_of(["127.0.0.0/8"])
        self.desk = PageDesk(self.frontier, SOURCES, networks, self.clock)

    def seen(self, url: str, **more: object) -> Seen:
        facts = {"source": "bao", "revision": 3, "content_hash": "a.b.c"} | more
        now = self.clock.now()
        return Seen(post_id=PostId("p"), url=url, checked=now, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "address", "source"),
    [
        ("https://bao.vn/1.html?utm_source=x#y", "https://bao.vn/1.html", "bao"),
        ("https://bao.vn/threads/x.5/", "https://bao.vn/threads/x.5/", "dien-dan"),
        ("http://127.0.0.1:80/1", "http://127.0.0.1/1", FETCHED),
        ("https://khac.vn/1", "https://khac.vn/1", FETCHED),
    ],
)
def test_an_address_waits_first_in_line(url: str, address: str, source: str) -> None:
    room = Room()
    page = room.desk.ask(url)
    assert (page.url, page.source, page.lane) == (address, source, Lane.NOW)
    assert room.frontier.waiting_page(address) == page
    assert room.desk.outcome(page.url, page.due) is None


@pytest.mark.parametrize(
    "url",
    ["", "bao.vn/1", "ftp://bao.vn/1", "file:///etc/passwd", "http://10.0.0.1/",
     "http://169.254.169.254/meta", "http://[::1]/", "javascript:alert(1)"],
)  # fmt: skip
def test_what_no_crawler_may_ask_is_refused(url: str) -> None:
    room = Room()
    with pytest.raises(QuarantineError):
        room.desk.ask(url)
    assert room.frontier.waiting() == ()


def test_what_was_erased_is_refused_in_words() -> None:
    room = Room()
    room.frontier.erase([PostId("p")], ["https://bao.vn/1.html"])
    with pytest.raises(QuarantineError, match="erased"):
        room.desk.ask("https://bao.vn/1.html?utm_source=x")
    assert room.frontier.waiting() == ()


def test_outcomes() -> None:
    room = Room()
    page = room.desk.ask("https://bao.vn/1.html")
    room.frontier.put_back(page.url, page.due + timedelta(hours=1), "robots", page.due)
    assert room.desk.outcome(page.url, page.due) == Outcome(problem="robots")
    page = room.desk.ask(page.url)
    assert room.desk.outcome(page.url, page.due) is None
    done = Finished(url=page.url, recheck_at=page.due + timedelta(hours=1))
    room.frontier.acknowledge(room.seen(page.url), (), done)
    assert room.desk.outcome(page.url, page.due) == Outcome(
        post_id=PostId("p"), revision=3
    )
    room.clock.advance(seconds=60)
    again = room.desk.ask(page.url)
    assert again.source == "bao"
    room.frontier.finish(Finished(url=page.url))
    assert room.desk.outcome(again.url, again.due) == Outcome(problem="no_post")


def test_a_post_is_read_again_by_the_rules_of_its_source() -> None:
    room = Room()
    url = "https://bao.vn/bai-khong-so"
    room.frontier.acknowledge(room.seen(url, source="dien-dan"), ())
    assert room.desk.ask(url).source == "dien-dan"
    room.frontier.acknowledge(room.seen(url, source="da-bo"), ())
    assert room.desk.ask("https://bao.vn/2").source == "bao"


def test_an_errand_keeps_the_manners_of_the_sites_sources() -> None:
    errand = errand_spec("bao.vn", SOURCES)
    assert errand.delay_seconds == 2.0
    assert errand.quiet_hours == "22:00-05:00"
    assert errand_spec("::1", ()).url == "https://[::1]/"
    page = Room().desk.ask("https://khac.vn/1")
    assert fetched_spec(page).name == "khac.vn"


def test_a_lease_is_asked_for_again_only_when_it_ended() -> None:
    answers = [True, True, False]
    asked: list[float] = []

    def claim(seconds: float) -> bool:
        asked.append(seconds)
        if not answers:
            raise RetryLaterError("away")
        return answers.pop(0)

    lease = SiteLease(claim, 60.0)
    assert lease.holds()
    assert lease.holds()
    assert asked == [60.0]
    assert lease.take(-1.0)
    assert not lease.holds()
    assert not lease.holds()
    assert asked == [60.0, -1.0, 60.0, 60.0]
