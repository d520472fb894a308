import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.youtube import (
    ApiPage,
    batches,
    comments_of,
    playlist_of,
    refusals_of,
    search_of,
    threads_of,
    uploads_of,
    videos_of,
)

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
READERS = [uploads_of, playlist_of, search_of, videos_of, comments_of]


def test_a_video_is_read_as_the_reference_says() -> None:
    snippet = {
        "title": "Lũ quét &amp; sạt lở",
        "description": "Dòng 1\r\nDòng 2",
        "publishedAt": "2026-11-01T07:00:00+07:00",
        "channelId": "UC1",
    }
    body = {"items": [{"id": "v-1", "snippet": snippet, "statistics": {}}, {"id": 3}]}
    page = videos_of(json.dumps(body).encode())
    assert page.odd == 1
    (video,) = page.items
    assert video.title == "Lũ quét &amp; sạt lở"
    assert video.description == "Dòng 1\nDòng 2"
    assert video.published == datetime(2026, 11, 1, tzinfo=UTC)
    assert video.counts.views is None


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"", ()),
        (b"<html>", ()),
        (b"{}", ()),
        (b'{"error": {"errors": [{"reason": "quotaExceeded"}]}}', ("quotaExceeded",)),
        (
            b'{"error": {"status": "X", "details": [{"@type": 1, "reason": "Y"}]}}',
            ("Y", "X"),
        ),
    ],
)
def test_refusals_are_named(body: bytes, names: tuple[str, ...]) -> None:
    assert refusals_of(body) == names


@pytest.mark.parametrize("reader", READERS)
@given(items=st.lists(ANY_JSON, max_size=4), token=st.text(max_size=5))
def test_any_items_are_read_or_counted(reader, items, token) -> None:
    body = json.dumps({"items": items, "nextPageToken": token}).encode()
    page = reader(body)
    assert isinstance(page, ApiPage)
    assert page.odd + len(page.items) == len(items)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_page_or_a_decode_error(body: bytes) -> None:
    try:
        threads_of(body, "v")
    except msgspec.DecodeError:
        return


@given(st.lists(st.sampled_from("abcdefgh")), st.integers(1, 3))
def test_batches_hold_each_id_once(ids: list[str], size: int) -> None:
    parts = batches(ids, size)
    assert [one for part in parts for one in part] == list(dict.fromkeys(ids))
    assert all(len(part) <= size for part in parts)
