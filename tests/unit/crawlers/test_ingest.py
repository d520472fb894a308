"""Findings to events: what is new, edited, gone, back, and what is kept first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.deps import CrawlDeps, CrawlLimits
from crawlers.found import (
    Found,
    FoundCounts,
    FoundGone,
    FoundNothing,
    FoundPage,
    FoundPost,
    FoundUnchanged,
)
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.queue import Lane, WaitingPage
from crawlers.ingest import Ingest
from crawlers.tally import Tally
from domain.clock import ManualClock
from domain.errors import RetryLaterError, StoreFullError
from domain.events import CountsSeen, PostEvent, PostGone, PostRevised, PostSeen
from domain.ids import PostId, SourceId
from domain.labels import GoneReason, PostKind
from domain.post import Counts, Post
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import decode_event
from eventlog.port import LogTopic
from evidence.adapters.memory import MemoryEvidence
from evidence.port import Capture

NOW = datetime(2026, 3, 7, 1, tzinfo=UTC)
URL = "https://bao.example.vn/tin-1.html"
POST = Post(
    id=PostId(f"url:{URL}"),
    revision=1,
    source=SourceId("bao"),
    kind=PostKind.ARTICLE,
    url=URL,
    fetched=NOW,
    title="Tiêu đề",
    text="Nội dung",
)
CAPTURE = Capture(
    url=URL,
    fetched=NOW,
    status=200,
    request_headers=(),
    response_headers=(),
    body=b"<p>",
)


class Desk:
    """An ingest with stores in memory."""

    def __init__(self, *, evidence_bytes: int = 0, batch: int = 100) -> None:
        self.log = MemoryEventLog()
        self.frontier = MemoryFrontier()
        self.evidence = MemoryEvidence(max_bytes=evidence_bytes)
        self.told: list[PostEvent] = []
        self.deps = CrawlDeps(
            event_log=self.log,
            evidence=self.evidence,
            frontier=self.frontier,
            clock=ManualClock(),
            pseudonym_key=b"k",
            user_agent="x",
            limits=CrawlLimits(batch=batch),
        )
        self.tally = Tally(source=SourceId("bao"), started=NOW)
        self.ingest = Ingest(self.deps, self.tally, self.told.append)

    def take(self, *found: Found) -> None:
        for one in found:
            self.ingest.take(one)
        self.ingest.flush()

    def logged(self) -> list[object]:
        records = [
            record
            for partition in self.log.ends(LogTopic.POSTS)
            for record in self.log.read(LogTopic.POSTS, partition, 0, 100)
        ]
        return [decode_event(record.value) for record in records if record.value]


def found(post: Post = POST, **changes: object) -> FoundPost:
    made = FoundPost(post=post, trace="t", requested=URL, capture=CAPTURE)
    return replace(made, **changes)  # type: ignore[arg-type]


def gone(url: str = URL) -> FoundGone:
    return FoundGone(url=url, at=NOW, trace="g")


def test_an_erased_post_is_left_out_with_all_that_it_came_with() -> None:
    desk = Desk()
    desk.take(found())
    desk.frontier.erase([POST.id])
    known, shared = desk.logged(), "https://bao.example.vn/s/1"
    page = WaitingPage(
        url=shared, site="bao.example.vn", source=POST.source, lane=Lane.FRESH, due=NOW
    )
    desk.frontier.enqueue([page])
    edited = replace(POST, text="Khác", aliases=("https://bao.example.vn/",))
    newer = replace(CAPTURE, body=b"<p>2")
    desk.take(found(edited, requested=shared, capture=newer, page=page))
    assert desk.logged() == known
    assert len(list(desk.evidence.digests())) == 1
    assert desk.frontier.waiting() == ()
    # The address that led to it this time leads nowhere from now on; a shared one of
    # the page's own claim does.
    assert desk.frontier.erased([shared, URL, "https://bao.example.vn/"]) == {
        shared,
        URL,
    }
    assert desk.tally.left_out["erased"] == 1
    assert not desk.tally.errors
    desk.take(gone(), FoundUnchanged(url=URL, at=NOW, trace="u"))
    assert desk.logged() == known


def test_a_post_erased_between_reading_and_writing_is_not_written() -> None:
    desk = Desk()
    other = replace(POST, id=PostId("url:https://b.vn/"), url="https://b.vn/")
    desk.ingest.take(found())
    desk.ingest.take(found(other, requested=other.url))
    desk.frontier.erase([POST.id])
    desk.ingest.flush()
    (event,) = desk.logged()
    assert isinstance(event, PostSeen)
    assert event.post.id == other.id
    assert desk.frontier.seen(POST.id) is None


def test_a_new_post_is_seen_with_its_evidence() -> None:
    desk = Desk()
    desk.take(found())
    (event,) = desk.logged()
    assert isinstance(event, PostSeen)
    assert event.post.revision == 1
    assert event.trace == "t"
    assert event.post.evidence is not None
    assert desk.evidence.get(event.post.evidence) == CAPTURE
    assert desk.told == [event]


def test_the_same_post_is_handed_over_once() -> None:
    desk = Desk()
    desk.take(found(), found())
    desk.take(found(replace(POST, modified=NOW, links=("https://a.vn/",))))
    assert len(desk.logged()) == 1
    assert desk.tally.unchanged == 2


def test_an_edit_is_a_revision_that_names_what_changed() -> None:
    desk = Desk()
    desk.take(found())
    desk.take(found(replace(POST, text="Nội dung đã sửa")))
    desk.take(found(replace(POST, text="Nội dung đã sửa", title="Khác")))
    _, second, third = desk.told
    assert isinstance(second, PostRevised)
    assert (second.post.revision, second.changed) == (2, ("text",))
    assert isinstance(third, PostRevised)
    assert (third.post.revision, third.changed) == (3, ("title",))


def test_an_edit_back_to_the_first_text_is_a_revision_too() -> None:
    desk = Desk()
    for text in ("a", "b", "a"):
        desk.take(found(replace(POST, text=text)))
    seen = desk.frontier.seen(POST.id)
    assert seen is not None
    assert seen.revision == 3


def test_a_known_post_that_is_gone_is_told_once_and_told_back() -> None:
    desk = Desk()
    desk.take(found())
    desk.take(gone())
    desk.take(gone())
    desk.take(found())
    _, first, second = desk.told
    assert isinstance(first, PostGone)
    assert first.reason is GoneReason.DELETED
    assert isinstance(second, PostGone)
    assert second.reason is GoneReason.RESTORED
    assert desk.tally.gone == 1


def test_back_with_another_text() -> None:
    desk = Desk()
    desk.take(found())
    desk.take(gone())
    desk.take(found(replace(POST, text="khác")))
    assert [type(event) for event in desk.told[2:]] == [PostGone, PostRevised]


def test_an_unknown_page_that_is_not_there_is_an_error_only() -> None:
    desk = Desk()
    desk.take(gone())
    assert desk.logged() == []
    assert desk.tally.errors == {"http_404": 1}


def test_another_address_of_a_known_post_is_the_same_post() -> None:
    desk = Desk()
    moved = "https://bao.example.vn/moi/tin-1.html"
    desk.take(found(requested="https://bao.example.vn/r?id=1"))
    desk.take(
        found(
            replace(POST, id=PostId(f"url:{moved}"), url=moved),
            requested="https://bao.example.vn/r?id=1",
        )
    )
    assert len(desk.logged()) == 1
    assert desk.frontier.resolve(moved) == POST.id


def test_a_page_that_broke_off_is_new_but_no_edit() -> None:
    desk = Desk()
    desk.take(found(partial=True))
    desk.take(found(replace(POST, text="Nội"), partial=True))
    assert len(desk.logged()) == 1
    assert desk.tally.errors == {"broken_off": 1}


def test_validators_are_remembered_with_the_acknowledgement_only() -> None:
    desk = Desk()
    desk.ingest.take(found(validators={"etag": '"1"'}))
    assert desk.frontier.validators(URL) == {}
    desk.ingest.flush()
    assert desk.frontier.validators(URL) == {"etag": '"1"'}


def test_a_leading_page_is_remembered_only_after_a_visit_without_errors() -> None:
    for errors, expected in ((0, {"etag": "x"}), (1, {})):
        desk = Desk()
        desk.take(FoundPage(url="f", validators={"etag": "x"}))
        for _ in range(errors):
            desk.tally.fail("timeout")
        desk.tally.fail("robots")
        desk.ingest.close()
        assert desk.frontier.validators("f") == expected


def test_unchanged_moves_the_time_of_the_last_look() -> None:
    desk = Desk()
    desk.take(found())
    later = NOW.replace(hour=9)
    desk.take(FoundUnchanged(url=URL, at=later, trace="u"))
    seen = desk.frontier.seen(POST.id)
    assert seen is not None
    assert seen.checked == later
    assert len(desk.logged()) == 1


def test_counts_are_told_when_they_change_and_the_text_did_not() -> None:
    desk = Desk()
    desk.take(found(replace(POST, counts=Counts(likes=1))))
    desk.take(found(replace(POST, counts=Counts(likes=1))))
    desk.take(found(replace(POST, counts=Counts(likes=2))))
    desk.take(found(POST))  # a page that shows none says nothing about them
    desk.take(found(replace(POST, counts=Counts(likes=2))))
    seen, counted = desk.told
    assert isinstance(seen, PostSeen)
    assert isinstance(counted, CountsSeen)
    assert (counted.revision, counted.counts) == (1, Counts(likes=2))


def test_a_full_batch_is_flushed() -> None:
    desk = Desk(batch=2)
    desk.ingest.take(found())
    assert desk.logged() == []
    desk.ingest.take(found(replace(POST, id=PostId("b"), url="https://a.vn/b")))
    assert len(desk.logged()) == 2


def test_without_room_for_evidence_nothing_is_handed_over() -> None:
    desk = Desk(evidence_bytes=10)
    with pytest.raises(StoreFullError):
        desk.ingest.take(found())
    desk.ingest.flush()
    assert desk.logged() == []
    assert desk.frontier.seen(POST.id) is None


class FlakyLog(MemoryEventLog):
    """Its writers cannot flush the first time."""

    failures = 1

    def writer(self):  # type: ignore[no-untyped-def]
        writer, log = super().writer(), self
        flush = writer.flush

        def flaky() -> None:
            if log.failures:
                log.failures -= 1
                raise RetryLaterError("The log is out of reach.")
            flush()

        writer.flush = flaky  # type: ignore[method-assign]
        return writer


def test_a_lost_log_loses_nothing() -> None:
    desk = Desk()
    log = FlakyLog()
    ingest = Ingest(replace(desk.deps, event_log=log), desk.tally, desk.told.append)
    ingest.take(found())
    with pytest.raises(RetryLaterError):
        ingest.flush()
    assert desk.frontier.seen(POST.id) is None
    assert desk.told == []
    ingest.flush()
    assert desk.frontier.seen(POST.id) is not None
    assert len(desk.told) == 1


OTHER = "https://bao.example.vn/tin-2.html"


def waits(desk: Desk, url: str = URL, lane: Lane = Lane.FRESH) -> WaitingPage:
    page = WaitingPage(
        url=url, site="example.vn", source=SourceId("bao"), lane=lane, due=NOW
    )
    desk.frontier.enqueue([page])
    return page


def elsewhere(post: Post = POST, **changes: object) -> FoundPost:
    """Return what the known address led to."""
    there = replace(post, id=PostId(f"url:{OTHER}"), url=OTHER)
    return found(there, **{"requested": URL, "redirects": (301,), **changes})


def test_a_permanent_redirect_to_the_same_text_is_a_move() -> None:
    desk = Desk()
    desk.take(found())
    desk.take(elsewhere(replace(POST, fetched=NOW.replace(hour=2))))
    desk.take(elsewhere(replace(POST, fetched=NOW.replace(hour=3))))
    (_, event) = desk.logged()
    assert isinstance(event, PostGone)
    assert (event.reason, event.moved_to) == (GoneReason.MOVED, OTHER)
    assert event.post_id == POST.id
    assert desk.frontier.resolve(OTHER) == POST.id
    seen = desk.frontier.seen(POST.id)
    assert seen is not None
    assert (seen.url, seen.gone, seen.revision) == (OTHER, False, 1)


def test_a_move_with_an_edit_is_both() -> None:
    desk = Desk()
    desk.take(found())
    desk.take(elsewhere(replace(POST, text="đã sửa")))
    assert [type(event) for event in desk.told[1:]] == [PostGone, PostRevised]


def test_a_passing_redirect_is_no_move() -> None:
    desk = Desk()
    desk.take(found())
    desk.take(elsewhere(redirects=(302, 301)))
    assert len(desk.told) == 1
    assert desk.frontier.resolve(OTHER) == POST.id


@pytest.mark.parametrize("status", [301, 302])
def test_an_address_that_leads_to_another_article_lost_its_own(status: int) -> None:
    desk = Desk()
    desk.take(found())
    other = elsewhere(replace(POST, title="Khác", text="khác"), redirects=(status,))
    desk.take(other, other)
    first, second = desk.told[1:]
    assert isinstance(first, PostGone)
    assert first.reason is GoneReason.DELETED
    assert isinstance(second, PostSeen)
    assert second.post.id == f"url:{OTHER}"
    assert desk.frontier.resolve(URL) == POST.id


def test_two_known_articles_that_become_one() -> None:
    desk = Desk()
    desk.take(found(), found(replace(POST, id=PostId(f"url:{OTHER}"), url=OTHER),
                             requested=OTHER))  # fmt: skip
    desk.take(elsewhere())
    assert isinstance(desk.told[2], PostGone)
    assert (desk.told[2].reason, desk.told[2].moved_to) == (GoneReason.MOVED, OTHER)
    assert desk.frontier.resolve(OTHER) == f"url:{OTHER}"
    assert len(desk.told) == 3


def test_counts_are_told_only_when_they_change() -> None:
    desk = Desk()
    desk.take(found(replace(POST, counts=Counts(views=1))))
    for views, likes in ((1, None), (2, None), (2, 5), (2, 5)):
        counts = Counts(views=views, likes=likes)
        desk.take(FoundCounts(url=URL, counts=counts, at=NOW, trace="c"))
    desk.take(found(replace(POST, counts=Counts(likes=5))))
    desk.take(found(replace(POST, counts=Counts(likes=6))))
    told = [e.counts for e in desk.told if isinstance(e, CountsSeen)]
    assert told == [Counts(views=2), Counts(views=2, likes=5), Counts(views=2, likes=6)]
    desk.take(FoundCounts(url=OTHER, counts=Counts(views=9), at=NOW, trace="c"))
    assert len(desk.told) == 4


def test_a_read_page_waits_for_its_recheck_and_an_old_one_is_done() -> None:
    desk = Desk()
    page = waits(desk)
    desk.take(found(page=page))
    held = desk.frontier.waiting_page(URL)
    assert held is not None
    assert held.lane is Lane.RECHECK
    hours = (held.due - NOW).total_seconds() / 3600
    assert 0.9 <= hours <= 1.1
    desk.take(
        FoundUnchanged(url=URL, at=NOW + timedelta(days=60), trace="u", page=held)
    )
    assert desk.frontier.waiting_page(URL) is None


def test_a_page_that_is_gone_is_looked_at_again_too() -> None:
    desk = Desk()
    desk.take(found(page=waits(desk)))
    desk.take(replace(gone(), page=desk.frontier.waiting_page(URL)))
    held = desk.frontier.waiting_page(URL)
    assert held is not None
    assert held.lane is Lane.RECHECK


def test_an_unknown_page_that_is_not_there_is_tried_again_later_and_given_up() -> None:
    desk = Desk()
    page: WaitingPage | None = waits(desk)
    for tries in range(1, 5):
        desk.take(replace(gone(), page=page, soft=tries > 1))
        page = desk.frontier.waiting_page(URL)
        assert page is not None
        assert page.tries == tries
        assert page.due > NOW
    desk.take(replace(gone(), page=page))
    assert desk.frontier.waiting_page(URL) is None
    assert desk.tally.errors == {"http_404": 2, "soft_404": 3}


def test_what_could_not_be_read_waits_and_what_was_not_asked_keeps_its_place() -> None:
    desk = Desk()
    page = waits(desk)
    desk.take(FoundNothing(page=page, problem="lease_lost", at=NOW))
    assert desk.frontier.waiting_page(URL) == page
    desk.take(FoundNothing(page=page, problem="timeout", at=NOW))
    held = desk.frontier.waiting_page(URL)
    assert held is not None
    assert (held.problem, held.tries) == ("timeout", 1)
    urgent = waits(desk, OTHER, Lane.NOW)
    desk.take(FoundNothing(page=urgent, problem="lease_lost", at=NOW))
    told = desk.frontier.waiting_page(OTHER)
    assert told is not None
    assert told.problem == "lease_lost"


def test_an_alias_that_led_to_a_new_post_has_the_rechecks() -> None:
    desk = Desk()
    alias = "https://bao.example.vn/r?id=1"
    desk.take(found(requested=alias, page=waits(desk, alias)))
    assert desk.frontier.waiting_page(alias) is not None
