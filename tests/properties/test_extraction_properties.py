"""Whatever comes in, extraction answers; what it writes, it reads."""

import unicodedata
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evidence.digest import digest_of
from evidence.port import Capture
from evidence.warc import from_warc, to_warc
from extraction.charset import decode
from extraction.dates import VIETNAM, parse_when
from extraction.feeds import parse_feed
from extraction.forum import parse_thread
from extraction.listing import parse_listing
from extraction.page import extract_page
from extraction.urls import canonical_url, site_of

URL = "https://bao.example.vn/threads/tin.1/"
DAYS = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"]
MINUTES = st.datetimes(
    min_value=datetime(1991, 1, 1),  # noqa: DTZ001 - hypothesis wants it bare
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001 - hypothesis wants them bare
).map(lambda at: at.replace(second=0, microsecond=0, tzinfo=VIETNAM))
TAGS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div class='detail-content'>",
        "</div>",
        "<a href='/x-1234.html'>",
        "<table>",
        "<td>",
        "<script type='application/ld+json'>",
        '{"@type":"NewsArticle"',
        '"headline":',
        "</script>",
        "<article class='message message--post' id='p-1'>",
        "<item>",
        "<link>",
        "&amp;#7909;",
        "01/12/2022 - 09:15",
        "<!--",
        "]]>",
        "\u0000",
    ]
)
SOUP = st.lists(st.one_of(TAGS, st.text(max_size=20)), max_size=40).map("".join)


@given(MINUTES)
def test_every_vietnamese_way_of_writing_a_minute_is_read_back(at: datetime) -> None:
    for text in (
        f"{DAYS[at.weekday()]}, {at:%d/%m/%Y} - {at:%H:%M} (GMT+7)",
        f"{at:%d/%m/%Y %H:%M} GMT+7",
        f"{at:%d-%m-%Y} - {at:%I:%M %p}",
        f"{at:%H:%M %d/%m/%Y}",
        f"{at:%Hh%M} ngày {at.day} tháng {at.month} năm {at.year}",
        f"{at:%a, %d %b %Y %H:%M:%S} +0700",
        f"{at:%a, %d %b %Y %H:%M:%S} +07",
        f"{DAYS[at.weekday()]}, ngày {at:%d/%m/%Y} {at:%H:%M} GMT+7",
        f"{DAYS[at.weekday()]}, {at.day}/{at.month}/{at.year}, {at:%H:%M} (GMT+7)",
        f"{at:%d.%m.%Y %H:%M}",
        f"{at:%H} giờ {at.minute} phút ngày {at.day}/{at.month}/{at.year}",
        f"{at.hour}h{at:%M}, {at.day} tháng {at.month}, {at.year}",
        f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M}:00 {at:%p}",
        f"{at:%a %b %d %Y %H:%M:%S} GMT+0700 (Indochina Time)",
        f"{at:%Y-%m-%d %H:%M:%S}",
        f"{at:%Y-%m-%dT%H:%M:%S}+07",
        at.isoformat(),
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    ):
        assert parse_when(text) == at, text


@given(MINUTES, st.integers(0, 300))
def test_a_time_without_its_year_is_the_last_of_that_day(
    now: datetime, days: int
) -> None:
    at = now - timedelta(days=days)
    assume((at.month, at.day) != (2, 29))
    assert parse_when(f"{at:%H:%M} ngày {at.day}/{at.month}", now=now) == at, now
    assert parse_when(f"Hôm qua lúc {at.hour}h{at:%M}", now=at + timedelta(1)) == at


@given(st.text(max_size=80))
def test_a_time_is_aware_or_nothing(text: str) -> None:
    found = parse_when(text, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert found is None or found.tzinfo is UTC


@settings(max_examples=60, deadline=timedelta(seconds=5))
@given(st.one_of(st.binary(max_size=400), SOUP.map(lambda text: text.encode())))
def test_nothing_breaks_the_readers(body: bytes) -> None:
    fields = extract_page(body, URL)
    for text in (fields.title, fields.lead, fields.body):
        assert unicodedata.is_normalized("NFC", text)
        assert "\x00" not in text
    parse_feed(body, URL)
    parse_listing(body, URL)
    parse_thread(body, URL)


@given(st.text(max_size=200))
def test_utf8_is_read_whatever_the_header_claims(text: str) -> None:
    plain = "".join(c for c in text if c.isprintable())
    found = decode(plain.encode(), "text/html; charset=ISO-8859-1")
    assert found == unicodedata.normalize("NFC", plain)


@given(st.text(max_size=100))
def test_one_spelling_stays_one_spelling(text: str) -> None:
    once = canonical_url(text, "https://bao.example.vn/a/b")
    assert canonical_url(once) == once
    assert not once or site_of(once)


@given(
    st.binary(max_size=2000),
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True).filter(
                lambda name: name.lower() != "content-length"
            ),
            st.from_regex(r"[!-~]([ -~]{0,30}[!-~])?", fullmatch=True),
        ),
        max_size=6,
    ),
    st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants it bare
)
def test_a_capture_survives_its_warc(
    body: bytes, headers: list[tuple[str, str]], at: datetime
) -> None:
    capture = Capture(
        url="https://bao.example.vn/tin.html",
        fetched=at,
        status=200,
        request_headers=(),
        response_headers=tuple(headers),
        body=body,
    )
    again = from_warc(to_warc(capture))
    assert again == capture
    assert digest_of(again) == digest_of(capture)
