"""Encodings as servers claim and as they are."""

import random
import unicodedata

import pytest

from extraction.charset import decode, looks_binary, tidy

TEXT = "<p>Mường Ảng: đường đã thông, “không còn” ách tắc</p>"


def test_a_header_that_lies_about_utf8() -> None:
    assert decode(TEXT.encode(), "text/html; charset=ISO-8859-1") == TEXT


def test_decomposed_letters_are_composed() -> None:
    assert decode(unicodedata.normalize("NFD", TEXT).encode()) == TEXT


@pytest.mark.parametrize("name", ["utf-16", "utf-8-sig"])
def test_byte_order_marks(name: str) -> None:
    assert decode(TEXT.encode(name)) == TEXT


def test_the_claim_of_the_page_where_it_is_no_utf8() -> None:
    body = '<meta charset="windows-1258"><p>Đăng a\u0301o</p>'.encode("windows-1258")
    assert "Đăng áo" in decode(body)


@pytest.mark.parametrize(
    "name",
    ["undefined", "unicode_escape", "Unicode-Escape", "utf-7", "idna", "punycode", "x"],
)
def test_what_no_page_is_written_in_is_not_believed(name: str) -> None:
    body = f"<meta charset={name}><p>\\ud800 +2AA- ".encode() + b"\xff</p>"
    text = decode(body, f"text/html; charset={name}")
    assert text.endswith(("\\ud800 +2AA- \ufffd</p>", "\\ud800 +2AA- ÿ</p>"))


def test_what_is_no_letter_is_taken_out() -> None:
    assert tidy("a\ud800b\udfffc\ufffed\uffffe\x00\x85") == "abcde"
    assert tidy("\U0001f600\ufffd") == "\U0001f600\ufffd"


def test_a_letter_cut_in_half_at_the_end_spoils_nothing() -> None:
    body = TEXT.encode()[:-5] + "ế".encode()[:2]
    assert decode(body, "text/html; charset=ISO-8859-1").startswith("<p>Mường Ảng")


def test_random_bytes_are_no_text_and_pages_are() -> None:
    assert looks_binary(random.Random(5).randbytes(60_000))
    assert looks_binary(b"%PDF-1.7\n\x00\x01\x02\x03\x04\x05\xff\xfe")
    assert not looks_binary(TEXT.encode() * 100)
    assert not looks_binary(b"")
