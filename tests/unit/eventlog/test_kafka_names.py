"""Records as Kafka holds them, whoever wrote them."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog.adapters.kafka_names import key_bytes, key_text, record_of
from eventlog.port import LogTopic


@given(st.text())
def test_our_own_keys_come_back(key):
    assert key_text(key_bytes(key)) == key


@given(st.binary())
def test_no_bytes_of_others_hold_a_partition_up(raw):
    assert isinstance(key_text(raw), str)


@pytest.mark.parametrize("when", [-1, 0, 1_795_000_000_123, 2**63 - 1])
def test_any_time_is_one(when):
    row = SimpleNamespace(
        topic="x.posts", partition=0, offset=1, key=None, value=None, timestamp=when
    )
    record = record_of("x.", row)
    assert record.topic is LogTopic.POSTS
    assert record.timestamp.tzinfo is not None
    if 0 <= when < 2**60:
        assert round(record.timestamp.timestamp() * 1000) == when
