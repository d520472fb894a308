"""Captures follow the posts that rest on them: not a day longer, not a day less."""

import pytest

from contracts.evidence_store import PNG
from domain.errors import NotFoundError
from domain.events import PostRevised, PostSeen
from domain.ids import PostId, SourceId
from domain.labels import PostKind, Queue
from domain.post import Post
from eventlog.port import LogTopic, Position
from evidence.picture import picture_to_warc
from integration.test_jobs_retention import Office

ERASED_AFTER = 30
"""Days of a comment that nothing was found in; captures alone go after 90."""


@pytest.fixture
def office():
    made = Office()
    yield made
    made.casework.close()


def illustrate(office: Office, digest: str) -> None:
    office.evidence.attach(
        digest,
        picture_to_warc(
            PNG,
            taken=office.clock.now(),
            maker="Chromium",
            capture=office.evidence.warc(digest),
        ),
    )


def waiting(
    office: Office,
    name: str,
    digest: str,
    revision: int = 1,
    topic: LogTopic = LogTopic.POSTS,
) -> None:
    """Write what a crawler found and no worker has read yet."""
    post = Post(
        id=PostId(name),
        revision=revision,
        source=SourceId("s"),
        kind=PostKind.COMMENT,
        url=f"https://x.example/{name}",
        fetched=office.clock.now(),
        text="x",
        evidence=digest,
    )
    event = (
        PostSeen(post=post)
        if revision == 1
        else PostRevised(post=post, changed=("text",))
    )
    office.write(post.id, event, topic)


def kept(office: Office, digest: str) -> bool:
    """Tell whether the capture and its picture are there; never one without."""
    there = digest in set(office.evidence.digests())
    if there:
        assert office.evidence.attached(digest)
    else:
        with pytest.raises(NotFoundError):
            office.evidence.attached(digest)
    return there


def test_a_picture_goes_with_its_capture_and_not_before(office):
    digest = office.add("plain")
    illustrate(office, digest)
    office.clock.advance(days=ERASED_AFTER - 1)
    office.retain()
    assert kept(office, digest)
    office.clock.advance(days=1)
    office.retain()
    assert not kept(office, digest)


def test_two_posts_of_one_page_share_its_capture_to_the_end(office):
    digest = office.add("first")
    illustrate(office, digest)
    office.add("second", evidence=digest, queues=(Queue.HARMFUL,))
    other = office.add("third")
    illustrate(office, other)
    office.clock.advance(days=ERASED_AFTER)
    office.retain()
    assert office.posts() == {"second"}
    assert kept(office, digest)
    assert not kept(office, other)
    # Flagged posts end on day 180, raw pages outside of cases after day 90.
    office.clock.advance(days=61)
    office.retain()
    assert not kept(office, digest)


def test_a_page_that_is_again_as_it_was_shares_its_first_capture(office):
    digest = office.add("a", queues=(Queue.HARMFUL,))
    illustrate(office, digest)
    office.clock.advance(days=60)
    office.add("a", revision=2, queues=(Queue.HARMFUL,))
    office.clock.advance(days=20)
    office.add("a", revision=3, evidence=digest, queues=(Queue.HARMFUL,))
    office.clock.advance(days=20)
    office.retain()
    assert kept(office, digest), "its newest revision is twenty days old"
    office.clock.advance(days=71)
    office.retain()
    assert not kept(office, digest)


def test_a_legal_hold_keeps_capture_and_picture(office):
    digest = office.add("held")
    illustrate(office, digest)
    office.hold("held")
    for _ in range(3):
        office.clock.advance(days=200)
        office.retain()
        assert kept(office, digest)
    office.hold("held", value=False)
    office.retain()
    assert not kept(office, digest)


@pytest.mark.parametrize("topic", [LogTopic.POSTS, LogTopic.BACKFILL])
def test_what_waits_for_the_worker_holds_its_capture(office, topic):
    digest = office.add("first")
    illustrate(office, digest)
    office.clock.advance(days=ERASED_AFTER)
    waiting(office, "second", digest, topic=topic)
    office.retain()
    assert office.posts() == set()
    assert kept(office, digest)


def test_an_old_capture_of_a_revision_that_waits_is_not_swept(office):
    digest = office.add("a", queues=(Queue.HARMFUL,))
    illustrate(office, digest)
    office.clock.advance(days=100)
    waiting(office, "a", digest, revision=2)
    office.retain()
    assert kept(office, digest)


@pytest.mark.parametrize(
    ("group", "topic"),
    [("worker", LogTopic.POSTS), ("worker.idle", LogTopic.BACKFILL)],
)
def test_what_the_worker_has_read_holds_nothing_any_more(office, group, topic):
    digest = office.add("first")
    illustrate(office, digest)
    waiting(office, "second", digest, topic=topic)
    with office.log.reader(group, [topic]) as reader:
        (record,) = reader.poll(10, 0)
        reader.commit([Position(record.topic, record.partition, record.offset + 1)])
    office.clock.advance(days=ERASED_AFTER)
    office.retain()
    assert not kept(office, digest)


def test_erasing_on_request_leaves_all_others_byte_for_byte(office):
    digests = {name: office.add(name) for name in "abcdef"}
    for digest in digests.values():
        illustrate(office, digest)
    before = {d: office.evidence.warc(d) for d in digests.values()}
    office.eraser.on_request([PostId("c")], reason="request 7")
    gone = digests.pop("c")
    assert not kept(office, gone)
    assert set(office.evidence.digests()) == set(digests.values())
    assert all(office.evidence.warc(d) == before[d] for d in digests.values())
