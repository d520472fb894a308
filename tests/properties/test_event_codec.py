from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from domain.analysis import Analysis
from domain.errors import QuarantineError
from domain.events import CountsSeen, PostGone, PostRevised, PostSeen, Rejected
from domain.review import ReviewState
from domain.shadow import ShadowDiffers
from eventlog.codec import decode_event, encode_event
from eventlog.partition import partition_of

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
times = st.datetimes(timezones=st.just(UTC))
st.register_type_strategy(str, text)


def instances(kind):
    from datetime import datetime

    st.register_type_strategy(datetime, times)
    st.register_type_strategy(float, st.floats(0, 1))
    st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
    return st.from_type(kind)


events = st.one_of(
    *(
        instances(kind)
        for kind in (
            PostSeen,
            PostRevised,
            PostGone,
            CountsSeen,
            Rejected,
            Analysis,
            ReviewState,
            ShadowDiffers,
        )
    )
)


@given(events)
def test_decoding_gives_back_what_was_encoded(event):
    assert decode_event(encode_event(event)) == event


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_quarantined(value):
    try:
        decode_event(value)
    except QuarantineError as error:
        assert error.reason


@given(events, st.data())
def test_damaged_events_never_raise_anything_else(event, data):
    value = bytearray(encode_event(event))
    place = data.draw(st.integers(0, len(value) - 1))
    value[place] = data.draw(st.integers(0, 255))
    try:
        decode_event(bytes(value))
    except QuarantineError as error:
        assert error.reason


@given(st.text(), st.integers(1, 64))
def test_a_key_always_falls_into_the_same_partition(key, partitions):
    first = partition_of(key, partitions)
    assert 0 <= first < partitions
    assert partition_of(key, partitions) == first
