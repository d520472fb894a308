"""Hostile HTML costs bounded time; long honest pages are read."""

import time

import pytest

from extraction.page import extract_page, parse_tree

URL = "https://a.vn/bai-1.html"
LINK = b'<a href="/tin-1.html">mot hai ba bon</a>'
HOSTILE = {
    "depth": b"<div>" * 100_000 + b"x" + b"</div>" * 100_000,
    "depth without an end": b"<b>" * 1_600_000,
    "tables in tables": b"<table><tr><td>" * 100_000,
    "links": LINK * 100_000,
    "forms": b"<form><input></form>" * 100_000,
    "attributes": b"<p " + b" ".join(b"a%d=x" % n for n in range(400_000)) + b">a",
    "brackets": b"<" * 4_900_000,
    "metadata": b'<meta property="og:title" content="a">' * 120_000,
    "nested JSON": b'<script type="application/ld+json">' + b"[" * 1_000_000,
    "headings": b"<h1>tin moi a</h1>" * 8_000,
    "bars": b"<title>" + b"| " * 200_000 + b"</title><h1>" + b"- " * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_cost_bounded_time(name: str) -> None:
    started = time.process_time()
    extract_page(HOSTILE[name], URL)
    assert time.process_time() - started < 10


def test_a_title_that_is_repeated_without_end_is_no_text() -> None:
    page = b"<h1>Tin moi</h1><article>" + b"<p>Tin moi</p>" * 5_000 + b"</article>"
    assert extract_page(page, URL).title == "Tin moi"


def test_a_megabyte_in_an_attribute_is_no_harm() -> None:
    started = time.process_time()
    picture = b"<img src='data:image/png;base64," + b"x" * 1_500_000 + b"'>"
    page = b"<h1>Tin</h1><article><p>" + b"Noi dung. " * 60 + b"</p></article>"
    assert "Noi dung." in extract_page(picture + page, URL).body
    assert time.process_time() - started < 5


def test_a_long_page_with_its_comments_is_read() -> None:
    body = b"<h1>Tin</h1>" + b"<p><b>Doc gia</b> y kien.</p>" * 10_000
    assert parse_tree(body) is not None
