import pytest

from domain.clock import ManualClock
from domain.errors import RetryLaterError
from domain.events import CountsSeen, PostGone, PostRevised
from domain.ids import PostId, SourceId
from domain.labels import About, GoneReason, PostKind, Queue
from domain.post import Counts
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import (
    decode_analysis,
    decode_event,
    decode_rejected,
    encode_event,
)
from eventlog.port import LogTopic
from nlp.fingerprint import bands
from pipeline.indexer import Indexer
from pipeline.replay import Again, judge_again, read_all, reindex
from pipeline.runner import Runner
from pipeline_fakes import START, feed, make_worker, post, tools
from searchindex.adapters.memory import MemorySearchIndex
from searchindex.port import IndexReader, Search


class House:
    """A whole line on memory adapters."""

    def __init__(self):
        self.clock = ManualClock(START)
        self.log = MemoryEventLog(clock=self.clock)
        self.index = MemorySearchIndex(bands_of=bands)
        self.worker = make_worker(self.index.reader(), self.clock)

    def work(self, step=None):
        return Runner(step or self.worker, self.log, self.clock).run(until_idle=True)

    def index_all(self):
        return self.work(Indexer(self.index.writer()))

    def analyses(self):
        rows = read_all(self.log, LogTopic.ANALYSES)
        return {row.key: row.value for row in rows}

    def one(self, key):
        return decode_analysis(self.analyses()[key])

    def rejected(self):
        return [decode_rejected(r.value) for r in read_all(self.log, LogTopic.REJECTED)]


@pytest.fixture
def house():
    return House()


def test_a_post_about_the_province_is_judged_and_queued(house):
    feed(house.log, post(1, "Ở Sơn Thủy có người lừa tiền, xin phản ánh"))
    assert house.work() == 1
    made = house.one("p:1#1")
    assert made.about is About.PROVINCE
    assert made.queues == (Queue.HARMFUL, Queue.ANSWERS)
    assert "lừa đảo" in made.why
    assert made.story == "p:1"


def test_what_was_erased_is_passed_over_whatever_still_waits_of_it(house):
    house.worker.erased = frozenset({"p:1"}).intersection
    feed(house.log, post(1, "Ở Sơn Thủy có người lừa tiền"), post(2, "Ở Sơn Thủy"))
    gone = PostGone(
        post_id=PostId("p:1"), revision=1, reason=GoneReason.DELETED, at=START
    )
    with house.log.writer() as writer:
        writer.append(LogTopic.POSTS, "p:1", encode_event(gone))
    house.work()
    assert set(house.analyses()) == {"p:2#1"}
    assert house.rejected() == []


def test_other_places_stop_at_the_gate_and_stay_out_of_the_index(house):
    feed(house.log, post(1, "Ở nơi khác có người lừa tiền"))
    house.work()
    house.index_all()
    made = house.one("p:1#1")
    assert made.about is About.OTHER
    assert made.queues == ()
    assert made.judgement.labels == ()
    assert house.index.reader().count() == 0


def test_a_share_of_what_stops_is_drawn_for_review():
    house = House()
    house.worker = make_worker(
        house.index.reader(), house.clock, tools=tools(sample_rate=0.2)
    )
    feed(house.log, *(post(n, f"Chuyện nơi khác số {n}") for n in range(200)))
    house.work()
    house.index_all()
    drawn = house.index.reader().count()
    assert 20 <= drawn <= 60
    page = house.index.reader().search(Search(size=100))
    assert all(hit.document.analysis.sampled for hit in page.hits)


def test_a_mention_reaches_no_queue_but_press(house):
    text = "Bài báo nhắc tên, có tin đồn và phản ánh"
    feed(
        house.log,
        post(1, text, kind=PostKind.ARTICLE, source=SourceId("bao")),
        post(2, text),
    )
    house.work()
    assert house.one("p:1#1").queues == (Queue.PRESS,)
    assert house.one("p:2#1").queues == ()


def test_a_comment_inherits_the_place_of_its_thread(house):
    start = post(1, "Cầu ở Sơn Thủy hỏng")
    reply = post(2, "phản ánh mãi không ai trả lời", thread_id=PostId("p:1"))
    feed(house.log, start)
    house.work()
    house.index_all()
    house.worker = make_worker(house.index.reader(), house.clock)
    feed(house.log, reply)
    house.work()
    assert house.one("p:2#1").about is About.PROVINCE


def test_a_report_passes_the_gate_and_waits_for_an_answer_wherever_it_speaks_of(house):
    feed(house.log, post(1, "Xe từ nơi khác đổ rác", kind=PostKind.REPORT))
    house.work()
    made = house.one("p:1#1")
    assert made.about is About.PROVINCE
    assert made.queues == (Queue.ANSWERS,)
    assert made.gate_why.startswith("Gửi đến cơ quan")


def test_a_broken_record_is_put_aside_and_the_rest_goes_on(house):
    feed(house.log, post(1, "Sơn Thủy"), post(2, ""), post(3, "Sơn Thủy bug"))
    with house.log.writer() as writer:
        writer.append(LogTopic.POSTS, "x", b"no event")
        writer.append(LogTopic.POSTS, "y", None)
    assert house.work() == 5
    assert set(house.analyses()) == {"p:1#1"}
    reasons = {row.key: row.reason for row in house.rejected()}
    assert reasons == {
        "p:2": "empty",
        "p:3": "error",
        "x": "not_an_event",
        "y": "no_value",
    }
    kept = next(row for row in house.rejected() if row.key == "x")
    assert kept.value == b"no event"


def test_near_copies_come_into_one_story_named_after_the_oldest(house):
    text = "Đường vào bản Sơn Thủy hỏng đã ba năm mà chưa thấy ai đến sửa chữa gì cả"
    feed(house.log, post(5, text), post(3, text + " bà con ơi"))
    house.work()
    house.index_all()
    feed(house.log, post(9, text))
    house.work()
    assert house.one("p:3#1").near_duplicate_of is None
    assert house.one("p:5#1").near_duplicate_of == "p:3"
    assert house.one("p:9#1").near_duplicate_of == "p:3"
    assert {house.one(f"p:{n}#1").story for n in (3, 5, 9)} == {"p:3"}


def test_removal_and_counts_reach_the_document_whatever_comes_first(house):
    gone = PostGone(
        post_id=PostId("p:1"), revision=1, reason=GoneReason.DELETED, at=START
    )
    counts = CountsSeen(
        post_id=PostId("p:1"), revision=1, counts=Counts(likes=7), at=START
    )
    feed(house.log, gone, counts)
    house.work()
    house.index_all()
    feed(house.log, post(1, "Sơn Thủy"))
    house.work()
    house.index_all()
    document = house.index.reader().get([PostId("p:1")])[PostId("p:1")]
    assert document.gone == gone
    assert document.counts == counts


def test_an_edit_keeps_the_former_text(house):
    feed(house.log, post(1, "Sơn Thủy: chết 3 người"))
    revised = post(1, "Sơn Thủy: không ai chết", revision=2)
    feed(house.log, PostRevised(post=revised, changed=("text",)))
    house.work()
    house.index_all()
    document = house.index.reader().get([PostId("p:1")])[PostId("p:1")]
    assert document.post.text == "Sơn Thủy: không ai chết"
    assert [old.text for old in document.history] == ["Sơn Thủy: chết 3 người"]


class DeadIndex(IndexReader):
    """An index out of reach."""

    def search(self, search):
        raise RetryLaterError("down")

    def get(self, ids):
        raise RetryLaterError("down")

    def near_copy_candidates(self, bands, limit):
        raise RetryLaterError("down")

    def histogram(self, query, *, since, until, utc_offset):
        raise RetryLaterError("down")

    def geo(self, query, units):
        raise RetryLaterError("down")

    def count(self):
        raise RetryLaterError("down")


def test_analysis_goes_on_while_the_index_is_out_of_reach(house):
    house.worker = make_worker(DeadIndex(), house.clock)
    feed(house.log, post(1, "Sơn Thủy"), post(2, "có tin", thread_id=PostId("p:1")))
    assert house.work() == 2
    assert house.one("p:1#1").about is About.PROVINCE


def test_backfill_waits_until_the_live_topic_is_read(house):
    feed(house.log, post(1, "Sơn Thủy xưa"), topic=LogTopic.BACKFILL)
    feed(house.log, *(post(n, "Sơn Thủy nay") for n in range(2, 30)))
    order = []
    runner = Runner(house.worker, house.log, house.clock, batch_size=4)
    runner.progress = lambda count, outcome: order.extend(
        item.key for item in outcome.outgoing
    )
    runner.run(until_idle=True)
    assert order[-1] == "p:1#1"
    assert len(order) == 29


def test_reindex_makes_the_same_index_from_the_archive(house):
    feed(house.log, *(post(n, f"Sơn Thủy tin số {n}") for n in range(20)))
    house.work()
    house.index_all()
    before = house.index.reader().search(Search(size=50))
    done = reindex(house.log, house.index, lambda _: None)
    after = house.index.reader().search(Search(size=50))
    assert done.documents == 20
    assert [h.document for h in after.hits] == [h.document for h in before.hits]


def test_a_tombstone_removes_the_document_also_after_a_reindex(house):
    feed(house.log, post(1, "Sơn Thủy"), post(2, "Sơn Thủy"))
    house.work()
    with house.log.writer() as writer:
        writer.append(LogTopic.ANALYSES, "p:1#1", None)
    house.index_all()
    assert house.index.reader().count() == 1
    reindex(house.log, house.index, lambda _: None)
    assert set(house.index.reader().get([PostId("p:1"), PostId("p:2")])) == {"p:2"}


def test_regate_lets_through_what_the_corrected_gate_passes(house):
    feed(house.log, post(1, "Chuyện ở Nậm Mới"), post(2, "Chuyện nơi khác"))
    house.work()
    first = house.one("p:1#1")

    def wider(post, *, inherited, source_about):
        from dataclasses import replace

        from pipeline_fakes import gate

        if "Nậm Mới" in post.text:
            post = replace(post, text=post.text + " Sơn Thủy")
        return gate(post, inherited=inherited, source_about=source_about)

    from dataclasses import replace

    house.clock.advance(seconds=5)
    house.worker = make_worker(
        house.index.reader(), house.clock, tools=replace(tools(), gate=wider)
    )
    assert judge_again(house.log, house.worker, Again.STOPPED, lambda _: None) == 1
    second = house.one("p:1#1")
    assert second.about is About.PROVINCE
    assert second.version > first.version
    house.index_all()
    assert house.index.reader().count() == 1


def test_reanalyse_writes_a_later_state_of_every_post(house):
    feed(house.log, post(1, "Sơn Thủy"), post(2, "nơi khác"))
    house.work()
    before = house.one("p:1#1").sequence
    house.clock.advance(seconds=1)
    assert judge_again(house.log, house.worker, Again.ALL, lambda _: None) == 2
    assert house.one("p:1#1").sequence > before


def test_every_record_of_analyses_decodes(house):
    gone = PostGone(
        post_id=PostId("p:1"), revision=1, reason=GoneReason.RESTORED, at=START
    )
    feed(house.log, post(1, "Sơn Thủy"), gone)
    house.work()
    kinds = {type(decode_event(value)).__name__ for value in house.analyses().values()}
    assert kinds == {"Analysis", "PostGone"}
