"""Written dates that need more than a pattern: no year, no zone, words, accounts."""

from datetime import UTC, datetime

import pytest

from extraction.dates import parse_when

NOW = datetime(2026, 9, 15, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("hôm qua lúc 7h30", "2026-09-14T00:30"),
        ("Hôm nay, 09:15", "2026-09-15T02:15"),
        ("3 giờ trước", "2026-09-15T00:00"),
        ("khoảng 20 phút trước", "2026-09-15T02:40"),
        ("vừa xong", "2026-09-15T03:00"),
        ("9h15 ngày 2/9", "2026-09-02T02:15"),
        ("Lúc 9h ngày 2/9", "2026-09-02T02:00"),
        ("18h05 ngày 25/12", "2025-12-25T11:05"),
        ("Thứ tư, 5/8/2026, 14:05 (GMT+7)", "2026-08-05T07:05"),
        ("2026-09-14T18:44:00+07", "2026-09-14T11:44"),
        ("2026-09-14T18:44:00.123+07:00", "2026-09-14T11:44"),
        ("14.09.2026", "2026-09-13T17:00"),
        ("14.09.2026 08:30", "2026-09-14T01:30"),
        ("14/09/26 18:44", "2026-09-14T11:44"),
        ("Thứ 2, 14/09/2026 | 08:30", "2026-09-14T01:30"),
        ("14 Tháng Chín, 2026", "2026-09-13T17:00"),
        ("ngày 14 tháng mười hai năm 2025 lúc 8 giờ 5 phút", "2025-12-14T01:05"),
        ("September 14, 2026 6:44 pm", "2026-09-14T11:44"),
        ("Mon Sep 14 2026 18:44:00 GMT+0700 (Indochina Time)", "2026-09-14T11:44"),
        ("8:30 CH 14/09/2026", "2026-09-14T13:30"),
        ("11h đêm 14/09/2026", "2026-09-14T16:00"),
        ("1789382640", "2026-09-14T10:44"),
        ("/Date(1789382640000+0700)/", "2026-09-14T10:44"),
        ("14/09/2026 08:00 - 10:00", "2026-09-14T01:00"),
        ("Đăng lúc 14/09/2026 08:12, cập nhật 20:12", "2026-09-14T01:12"),
    ],
)
def test_form(text: str, utc: str) -> None:
    found = parse_when(text, now=NOW)
    assert found is not None
    assert found.isoformat()[: len(utc)] == utc


def test_day_and_month_are_never_swapped_in_vietnamese_order() -> None:
    assert parse_when("05/08/2026 14:05") == datetime(2026, 8, 5, 7, 5, tzinfo=UTC)
    assert parse_when("13/08/2026 14:05") == datetime(2026, 8, 13, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["9h15 ngày 2/9", "hôm qua lúc 7h30", "3 giờ trước"])
def test_what_counts_from_now_is_nothing_without_it(text: str) -> None:
    assert parse_when(text) is None


@pytest.mark.parametrize(
    "text", ["31/02/2026 10:00", "tỷ số 3/1", "1/2", "24/7", "12345678901234", "7h30"]
)
def test_numbers_that_are_no_day(text: str) -> None:
    found = parse_when(text, now=NOW, need_time=True)
    assert found is None
