from datetime import UTC, date, datetime

import pytest

from searchindex.parse import MAX_QUERY, parse
from searchindex.query import (
    AllOf,
    AnyOf,
    DateRange,
    FieldIs,
    Not,
    NumberRange,
    Phrase,
    Words,
)

TODAY = date(2026, 11, 23)


def read(text):
    parsed = parse(text, today=TODAY)
    assert parsed.warnings == (), parsed.warnings
    return parsed.node


def utc(month, day, hour=17, year=2026):
    return datetime(year, month, day, hour, tzinfo=UTC)


def days(since, until, field="published"):
    return DateRange(field, since, until)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", AllOf(())),
        ("  \n ", AllOf(())),
        ("sạt lở", Words("sạt lở")),
        ('"cầu Nậm Rốm"', Phrase("cầu Nậm Rốm")),
        ("“cầu Nậm Rốm”", Phrase("cầu Nậm Rốm")),
        ("-quảng_cáo", Not(Words("quảng_cáo"))),
        ("lũ OR lụt", AnyOf((Words("lũ"), Words("lụt")))),
        ("lũ HOẶC lụt HOẶC bão", AnyOf((Words("lũ"), Words("lụt"), Words("bão")))),
        ("lũ hoặc lụt", Words("lũ hoặc lụt")),
        ("lũ AND lụt", Words("lũ lụt")),
        ("ORAL ANDES", Words("ORAL ANDES")),
        ("(a OR b) c", AllOf((AnyOf((Words("a"), Words("b"))), Words("c")))),
        ("a b OR c", AnyOf((Words("a b"), Words("c")))),
        ("-(a OR b)", Not(AnyOf((Words("a"), Words("b"))))),
        ('a -"b c"', AllOf((Words("a"), Not(Phrase("b c"))))),
        ("covid-19", Words("covid-19")),
        ("10:30 sáng", Words("10:30 sáng")),
        ("https://x.vn/a?b=c", Words("https //x.vn/a?b=c")),
        ('outlet:"Báo X"', FieldIs("outlet", "Báo X")),
        ("báo:X", FieldIs("outlet", "X")),
        ("Nguồn:abc", FieldIs("source", "abc")),
        ("hàng_đợi:gây_hại", FieldIs("queue", "harmful")),
        ('trạng-thái:"chưa xử lý"', FieldIs("status", "open")),
        ("id:url:https://x/đ", FieldIs("id", "url:https://x/đ")),
        ("title:lũ", FieldIs("title", "lũ")),
        ('tiêu_đề:"lũ quét"', FieldIs("title", "lũ quét", phrase=True)),
        ("-queue:press", Not(FieldIs("queue", "press"))),
        ("revision:2", NumberRange("revision", 2, 2)),
        ("revision:>=2", NumberRange("revision", 2, None)),
        ("urgency:0,5..0.9", NumberRange("urgency", 0.5, 0.9)),
        ("urgency:..0.9", NumberRange("urgency", None, 0.9)),
        ("urgency:0.9..0.5", NumberRange("urgency", 0.5, 0.9)),
        ("published:2026-11-01..2026-11-07", days(utc(10, 31), utc(11, 7))),
        ("published:2026-11-07..2026-11-01", days(utc(10, 31), utc(11, 7))),
        ("published:2026-11-01..", days(utc(10, 31), None)),
        ("published:>=2026-11-01", days(utc(10, 31), None)),
        ("published:>2026-11-01", days(utc(11, 1), None)),
        ("published:<2026-11-01", days(None, utc(10, 31))),
        ("published:<=2026-11-01", days(None, utc(11, 1))),
        ("ngày:1/11/2026", days(utc(10, 31), utc(11, 1))),
        ("ngày:11/2026", days(utc(10, 31), utc(11, 30))),
        ("ngày:12/2026", days(utc(11, 30), utc(12, 31))),
        ("ngày:2026", days(utc(12, 31, year=2025), utc(12, 31))),
        ("ngày:hôm-nay", days(utc(11, 22), utc(11, 23))),
        ("ngày:hôm_nay", days(utc(11, 22), utc(11, 23))),
        ("published:yesterday", days(utc(11, 21), utc(11, 22))),
        ("published:7d", days(utc(11, 16), utc(11, 23))),
        ('ngày:"7 ngày"', days(utc(11, 16), utc(11, 23))),
        ("fetched:2026-11-01T08:30", days(None, None)),
        ("published:9999-12-31..", days(utc(12, 30, year=9999), None)),
    ],
)
def test_reads(text, node):
    if "T08:30" in text:
        start = datetime(2026, 11, 1, 1, 30, tzinfo=UTC)
        node = DateRange("fetched", start, start.replace(minute=31))
    assert read(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ('"abc', Words("abc")),
        ('"a b" c"', AllOf((Phrase("a b"), Words("c")))),
        ("((a", Words("a")),
        ("a)", Words("a")),
        ("a OR", Words("a")),
        ("()", AllOf(())),
        ("tác_giả:x", Words("tác_giả x")),
        ("published:mai", Words("published mai")),
        ("published:2026-13-01", Words("published 2026-13-01")),
        ("published:..", Words("published ..")),
        ("revision:hai", Words("revision hai")),
        ("revision:nan", Words("revision nan")),
        ('outlet:""', AllOf(())),
    ],
)
def test_what_does_not_read_becomes_words_with_a_warning(text, node):
    parsed = parse(text, today=TODAY)
    assert parsed.node == node
    assert len(parsed.warnings) == 1


def test_other_offsets_move_the_days():
    node = parse("published:2026-11-01", today=TODAY, utc_offset_hours=0).node
    assert node == days(utc(11, 1, 0), utc(11, 2, 0))


def test_a_pasted_page_is_cut_with_a_warning():
    parsed = parse("từ " * MAX_QUERY, today=TODAY)
    assert isinstance(parsed.node, Words)
    assert len(parsed.node.text) <= MAX_QUERY
    assert "quá dài" in parsed.warnings[0]
