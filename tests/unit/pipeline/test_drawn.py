"""Posts drawn for review: marked in the data, in the queue, without a reason."""

from dataclasses import replace

import pytest

from domain.clock import ManualClock
from domain.labels import Queue
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import decode_analysis
from eventlog.port import LogTopic
from jobs.retention_rules import PostFacts
from nlp.fingerprint import bands
from pipeline.replay import read_all
from pipeline.runner import Runner
from pipeline_fakes import START, feed, make_worker, post, tools
from searchindex.adapters.memory import MemorySearchIndex
from searchindex.document import BELOW_THE_SUREST, Document


def judged(share, *texts):
    clock = ManualClock(START)
    log = MemoryEventLog(clock=clock)
    index = MemorySearchIndex(bands_of=bands)
    worker = make_worker(
        index.reader(), clock, tools=replace(tools(), review_share=share)
    )
    feed(log, *(post(n, text) for n, text in enumerate(texts)))
    Runner(worker, log, clock).run(until_idle=True)
    return [decode_analysis(r.value) for r in read_all(log, LogTopic.ANALYSES)]


TEXTS = [f"Ở Sơn Thủy chuyện số {n}" for n in range(400)]


def test_about_the_share_is_drawn_and_the_same_ones_each_time():
    made = judged(0.1, *TEXTS)
    drawn = {a.post.id for a in made if a.sampled}
    assert 20 <= len(drawn) <= 65
    assert drawn == {a.post.id for a in judged(0.1, *TEXTS) if a.sampled}
    assert {a.queues for a in made if a.sampled} == {(Queue.HARMFUL,)}
    assert {a.why for a in made if a.sampled} == {""}


def test_nothing_is_drawn_without_a_share():
    assert not any(a.sampled or a.queues for a in judged(0.0, *TEXTS))


def test_what_is_flagged_or_of_other_places_is_not_drawn():
    flagged, elsewhere, mention = judged(
        1.0, "Ở Sơn Thủy lừa tiền", "Ở nơi khác", "Bài nhắc đến"
    )
    assert (flagged.sampled, flagged.queues) == (False, (Queue.HARMFUL,))
    assert not elsewhere.sampled
    assert (mention.sampled, mention.queues) == (False, ())


def test_a_complaint_drawn_keeps_its_own_queue():
    (made,) = judged(1.0, "Ở Sơn Thủy xin phản ánh")
    assert made.queues == (Queue.HARMFUL, Queue.ANSWERS)


def test_being_drawn_is_no_reason_to_keep_a_post_longer():
    plain, complaint = judged(1.0, "Ở Sơn Thủy mưa", "Ở Sơn Thủy xin phản ánh")
    assert not PostFacts.of(plain).flagged
    assert PostFacts.of(complaint).flagged


@pytest.fixture(scope="module")
def flagged():
    return judged(0.0, *(f"Ở Sơn Thủy lừa số {n}" for n in range(300)))


def test_a_fifth_of_the_flagged_stands_by_doubt_and_none_falls(flagged):
    doubtful = [
        replace(
            a,
            judgement=replace(
                a.judgement,
                labels=tuple(
                    replace(s, probability=0.52 if s.flagged else 0.1)
                    for s in a.judgement.labels
                ),
            ),
        )
        for a in flagged
    ]
    places = [Document(analysis=a).urgency for a in doubtful]
    raised = [place for place in places if place > 0.9]
    assert 30 <= len(raised) <= 95
    assert min(places) == 0.52
    assert all(Document(analysis=a).urgency >= 0.9 for a in flagged)


def test_the_drawn_stand_anywhere_below_the_surest():
    places = [Document(analysis=a).urgency for a in judged(1.0, *TEXTS)]
    assert max(places) <= BELOW_THE_SUREST
    assert 0.4 < sum(places) / len(places) < 0.5
