"""A sample of the nightly run (`make fuzz`): nothing raises, all is valid and quick."""

import os
import time
import unicodedata
from datetime import UTC, datetime

from extraction.feeds import parse_feed
from extraction.fields import PageFields
from extraction.page import extract_page
from support_fuzz import mutated

NOW = datetime(2026, 9, 15, tzinfo=UTC)
URL = "https://bao.example.vn/tin-1234.html"
SLOWEST = 5.0
"""Seconds for one page; a page of this size takes milliseconds, a hang takes ever."""


def check(fields: PageFields) -> None:
    for text in (fields.title, fields.lead, fields.body, fields.author):
        assert unicodedata.is_normalized("NFC", text)
        assert not any(ord(c) < 32 and c != "\n" for c in text)
    for when in (fields.published, fields.modified):
        assert when is None or when.utcoffset() is not None
    assert all(u.startswith("http") for u in (*fields.links, *fields.media))
    assert fields.canonical_url.startswith("http")
    assert fields.next_page == "" or fields.next_page.startswith("http")


def read(kind: str, body: bytes) -> None:
    """Read one mutated page or feed; raises what a reader must not."""
    start = time.process_time()
    if kind == "page":
        check(extract_page(body, URL, fetched=NOW))
    for item in parse_feed(body, URL):
        assert item.url.startswith("http")
        assert item.published is None or item.published.tzinfo is UTC
    assert time.process_time() - start < SLOWEST


def test_mutated_pages_and_feeds() -> None:
    seed = int(os.environ.get("MINHTIN_FUZZ_SEED", "1"))
    for number, kind, body in mutated(seed, 0, 200):
        try:
            read(kind, body)
        except Exception as error:
            error.add_note(f"mutation {number} of seed {seed}")
            raise


def test_a_number_gives_the_same_bytes_in_every_run() -> None:
    once = list(mutated(3, 40, 5))
    assert once == list(mutated(3, 40, 5))
    assert once != list(mutated(4, 40, 5))
