"""What was put aside goes back as it was, byte for byte or as a tombstone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import ManualClock
from domain.errors import QuarantineError
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from pipeline.quarantine import put_aside
from pipeline.replay import read_all
from pipeline.runner import Runner, Step


class RefuseAll(Step):
    """Refuses every record."""

    name = "refusing"
    live = (LogTopic.POSTS,)

    def process(self, records):
        raise QuarantineError("No.", reason="no")


class RefuseArchive(RefuseAll):
    live = (LogTopic.ANALYSES, LogTopic.REVIEWS)


def refused(step, topic, key, value):
    """Return a log with one record that a step put aside."""
    log = MemoryEventLog()
    with log.writer() as writer:
        writer.append(topic, key, value)
    Runner(log=log, step=step, clock=ManualClock()).run(until_idle=True)
    return log


@given(value=st.none() | st.binary(max_size=40), key=st.text(min_size=1, max_size=9))
def test_what_was_refused_goes_back_unchanged(value, key):
    log = refused(RefuseArchive(), LogTopic.ANALYSES, key, value)
    (row,) = put_aside(log)
    assert (row.rejected.key, row.rejected.value) == (key, value)
    with log.writer() as writer:
        row.put_back(writer)
    there = [(r.key, r.value) for r in read_all(log, LogTopic.ANALYSES)]
    assert there == [(key, value)] * 2


def test_a_key_that_no_event_can_hold_is_put_aside_all_the_same():
    log = refused(RefuseAll(), LogTopic.POSTS, "a\ud800", b"x")
    (row,) = put_aside(log)
    assert row.rejected.key == "a\\ud800"


def test_settled_and_erased_records_are_left_out():
    log = refused(RefuseAll(), LogTopic.POSTS, "a", b"x")
    (first,) = put_aside(log)
    assert list(put_aside(log, {first.number})) == []
    with log.writer() as writer:
        writer.append(LogTopic.REJECTED, "a", None)
    assert list(put_aside(log)) == []
    with log.writer() as writer:
        writer.append(LogTopic.REJECTED, "a", encode_event(first.rejected))
    assert len(list(put_aside(log))) == 1


@pytest.mark.parametrize("value", [b"", b"\xff\xfe", b'{"v":9,"kind":"x","data":{}}'])
def test_what_is_unreadable_there_is_shown_and_never_goes_back(value):
    log = MemoryEventLog()
    with log.writer() as writer:
        writer.append(LogTopic.REJECTED, "a", value)
    (row,) = put_aside(log)
    assert (row.rejected.topic, row.rejected.value) == ("posts.rejected", value)
    with log.writer() as writer, pytest.raises(QuarantineError, match="nobody reads"):
        row.put_back(writer)
