"""A candidate beside the live model: differences are written, shown to nobody."""

from dataclasses import replace

import pytest

from classifier.port import Classifier
from domain.analysis import Analysis
from domain.clock import ManualClock
from domain.labels import Queue
from domain.shadow import ShadowDiffers
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import decode_event
from eventlog.port import LogTopic
from nlp.fingerprint import bands
from pipeline.indexer import Indexer
from pipeline.replay import read_all, reindex
from pipeline.runner import Runner
from pipeline.shadow import Beside
from pipeline_fakes import START, WordClassifier, feed, make_worker, post
from searchindex.adapters.memory import MemorySearchIndex


class Other(Classifier):
    """Flags what `WordClassifier` flags, but for «bảo hiểm» and not for «lừa»."""

    version = "words-2"

    def judge(self, subjects, *, explain=True):
        assert not explain
        turned = [
            replace(s, text=s.text.replace("lừa", "_").replace("bảo hiểm", "lừa"))
            for s in subjects
        ]
        return WordClassifier().judge(turned)


@pytest.fixture
def log():
    return MemoryEventLog(clock=ManualClock(START))


@pytest.fixture
def index():
    return MemorySearchIndex(bands_of=bands)


def work(log, index, *texts, beside):
    clock = ManualClock(START)
    worker = make_worker(index.reader(), clock, models=beside)
    feed(log, *(post(n, f"Ở Sơn Thủy {text}") for n, text in enumerate(texts, 1)))
    Runner(worker, log, clock).run(until_idle=True)
    Runner(Indexer(index.writer()), log, clock).run(until_idle=True)
    return [decode_event(row.value) for row in read_all(log, LogTopic.ANALYSES)]


def shadows(events):
    return {e.post_id: e for e in events if isinstance(e, ShadowDiffers)}


def test_only_posts_judged_otherwise_are_written_down(log, index):
    beside = Beside(live=WordClassifier(), candidate=Other())
    events = work(
        log,
        index,
        "lừa tiền",
        "bán bảo hiểm",
        "phản ánh",
        "trời đẹp",
        beside=lambda: beside,
    )
    found = shadows(events)
    assert set(found) == {"p:1", "p:2"}
    fewer, more = found["p:1"], found["p:2"]
    assert (fewer.fewer, fewer.more) == (True, False)
    assert (more.fewer, more.more) == (False, True)
    assert (more.live, more.candidate) == ("words-1", "words-2")
    assert (more.live_flags, more.candidate_flags) == ((), ("scam",))


def test_no_reviewer_sees_the_second_opinion(log, index):
    beside = Beside(live=WordClassifier(), candidate=Other())
    work(log, index, "bán bảo hiểm", "lừa tiền", beside=lambda: beside)
    documents = index.reader().get(["p:1", "p:2"])
    assert documents["p:1"].analysis.queues == ()
    assert documents["p:2"].analysis.queues == (Queue.HARMFUL,)
    assert {d.analysis.judgement.model for d in documents.values()} == {"words-1"}
    assert reindex(log, index, lambda _: None).unreadable == 0


def test_without_a_candidate_nothing_is_added(log, index):
    beside = Beside(live=WordClassifier())
    events = work(log, index, "lừa tiền", beside=lambda: beside)
    assert [type(event) for event in events] == [Analysis]


def test_posts_of_other_places_are_not_compared(log, index):
    beside = Beside(live=WordClassifier(), candidate=Other())
    clock = ManualClock(START)
    worker = make_worker(index.reader(), clock, models=lambda: beside)
    feed(log, post(1, "nơi khác bán bảo hiểm"), post(2, "nhắc đến bảo hiểm"))
    Runner(worker, log, clock).run(until_idle=True)
    events = [decode_event(row.value) for row in read_all(log, LogTopic.ANALYSES)]
    assert shadows(events) == {}


def test_the_live_model_may_change_between_batches(log, index):
    live = WordClassifier()
    chosen = [Beside(live=live)]
    first = work(log, index, "trời đẹp", beside=lambda: chosen[-1])
    assert first[0].judgement.model == "words-1"

    class Newer(WordClassifier):
        version = "words-3"

    clock = ManualClock(START)
    worker = make_worker(index.reader(), clock, models=lambda: chosen[-1])
    for number, version in ((7, "words-1"), (8, "words-3")):
        feed(log, post(number, "Ở Sơn Thủy có mưa"))
        Runner(worker, log, clock).run(until_idle=True)
        events = [decode_event(row.value) for row in read_all(log, LogTopic.ANALYSES)]
        (made,) = [e for e in events if e.post.id == f"p:{number}"]
        assert made.judgement.model == version
        chosen.append(Beside(live=Newer()))
