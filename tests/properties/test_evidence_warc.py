"""Whatever was captured comes back from its WARC file, and nothing else is read."""

from datetime import UTC, datetime
from string import printable

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import QuarantineError
from evidence.adapters.memory import MemoryEvidence
from evidence.digest import digest_of
from evidence.picture import PNG, picture_from_warc, picture_to_warc
from evidence.port import Capture
from evidence.soundness import problem_of, refuse_other_picture
from evidence.warc import from_warc, to_warc

PRINTED = "".join(sign for sign in printable if sign not in "\n\r\v\f")
TOKEN = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGH-", min_size=1, max_size=12)
VALUE = st.text(PRINTED, max_size=40)
NAMES = TOKEN.filter(lambda name: name.lower() != "content-length")
HEADERS = st.lists(st.tuples(NAMES, VALUE.map(str.strip)), max_size=6).map(tuple)
PLACES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), max_size=60
)
TIMES = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
CAPTURES = st.builds(
    Capture,
    url=PLACES.map("https://bao.example.vn/{}".format),
    fetched=TIMES,
    status=st.integers(200, 599),
    request_headers=HEADERS,
    response_headers=HEADERS,
    body=st.binary(max_size=2000),
    address=st.sampled_from(["", "203.0.113.7", "2001:db8::1"]),
    method=st.sampled_from(["GET", "POST"]),
    sent=st.binary(max_size=200),
)


@settings(max_examples=60)
@given(CAPTURES)
def test_a_capture_comes_back_as_it_was(capture: Capture) -> None:
    data = to_warc(capture)
    found = from_warc(data)
    assert found == capture
    assert problem_of(data, digest_of(capture)) == ""


@settings(max_examples=40)
@given(CAPTURES, st.binary(max_size=2000), TIMES, VALUE)
def test_a_picture_comes_back_and_belongs_to_its_capture(
    capture: Capture, rest: bytes, taken: datetime, maker: str
) -> None:
    data = to_warc(capture)
    made = picture_to_warc(PNG + rest, taken=taken, maker=maker, capture=data)
    found = picture_from_warc(made)
    assert (found.png, found.taken, found.url) == (PNG + rest, taken, capture.url)
    assert found.maker == " ".join(maker.split())
    refuse_other_picture(made, data)


@settings(max_examples=40)
@given(CAPTURES, st.floats(0, 0.999), st.integers(1, 255))
def test_damage_anywhere_is_found_or_harmless(
    capture: Capture, where: float, change: int
) -> None:
    # Ids are random, so lengths vary by a byte or two from run to run.
    spoilt = bytearray(to_warc(capture))
    spoilt[int(where * len(spoilt))] ^= change
    digest = digest_of(capture)
    # A bit of the compressed stream's own header may be of no meaning.
    if problem_of(bytes(spoilt), digest) == "":
        assert digest_of(from_warc(bytes(spoilt))) == digest


@given(st.binary(max_size=400))
def test_rubbish_is_no_capture(data: bytes) -> None:
    store = MemoryEvidence()
    try:
        store.adopt(digest_of(CAPTURE), data, CAPTURE.fetched)
    except QuarantineError:
        return
    raise AssertionError("taken")


CAPTURE = Capture(
    url="https://bao.example.vn/",
    fetched=datetime(2026, 3, 7, tzinfo=UTC),
    status=200,
    request_headers=(),
    response_headers=(),
    body=b"x",
)
