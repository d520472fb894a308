"""Times in all the dialects that Vietnamese pages and feeds use."""

from datetime import UTC, datetime

import pytest

from extraction.dates import month_comes_first, parse_when

NOW = datetime(2026, 3, 7, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Thứ Năm, 01/12/2022 - 09:15 (GMT+7)", "2022-12-01T02:15"),
        ("13/09/2023 17:42 GMT+7", "2023-09-13T10:42"),
        ("07-03-2026 - 09:40 AM", "2026-03-07T02:40"),
        ("07-03-2026 - 09:40 PM", "2026-03-07T14:40"),
        ("Thứ sáu, ngày 06/03/2026 | 14:05 PM", "2026-03-06T07:05"),
        ("12:05 AM 07/03/2026", "2026-03-06T17:05"),
        ("Thứ bảy, 7/3/2026, 00:05 (GMT+7)", "2026-03-06T17:05"),
        ("07/03/2026 08:52 (GMT+07:00)", "2026-03-07T01:52"),
        ("08:52 07/03/2026", "2026-03-07T01:52"),
        ("09h15 ngày 1 tháng 12 năm 2022", "2022-12-01T02:15"),
        ("2026-03-07T00:05:00+07:00", "2026-03-06T17:05"),
        ("2026-03-07T08:52:11.000 +07:00", "2026-03-07T01:52"),
        ("2026-03-07T01:05:00Z", "2026-03-07T01:05"),
        ("2026-03-07T08:05:00", "2026-03-07T01:05"),
        ("Mon, 14 Sep 2026 09:13:00 +0700", "2026-09-14T02:13"),
        ("Mon, 14 Sep 26 09:13:00 +0700", "2026-09-14T02:13"),
        ("Mon, 14 Sep 2026 19:46:22 +07", "2026-09-14T12:46"),
        ("Mon, 14 Sep 2026 19:46:22 +07:00", "2026-09-14T12:46"),
        ("Wed, 26 Jul 2017 19:55:20 GMT", "2017-07-26T19:55"),
        ("9/14/2026 6:44:00 PM", "2026-09-14T11:44"),
        ("9/4/2026 6:44:00 PM", "2026-09-04T11:44"),
        ("5 phút trước", "2026-03-07T02:55"),
        ("2 giờ trước", "2026-03-07T01:00"),
    ],
)
def test_dialect(text: str, utc: str) -> None:
    found = parse_when(text, now=NOW)
    assert found is not None
    assert found.tzinfo is UTC
    assert found.isoformat()[:16] == utc


@pytest.mark.parametrize(
    "text",
    ["", "hôm nay", "0001-01-01T00:00:00", "99/99/2022 10:10", "31/02/2026 25:61"],
)
def test_what_is_no_time(text: str) -> None:
    assert parse_when(text, now=NOW) is None


def test_a_bare_day_is_no_time_where_one_is_needed() -> None:
    assert parse_when("07/03/2026", need_time=True) is None
    assert parse_when("07/03/2026") == datetime(2026, 3, 6, 17, tzinfo=UTC)


def test_one_entry_settles_the_order_of_its_feed() -> None:
    assert month_comes_first(["9/4/2026 6:44:00 PM", "9/14/2026 6:44:00 PM"]) is True
    assert month_comes_first(["9/4/2026 6:44", "14/9/2026 6:44"]) is False
    assert month_comes_first(["9/4/2026"]) is None
    later = parse_when("9/4/2026 6:44:00 PM", month_first=False)
    assert later == datetime(2026, 4, 9, 11, 44, tzinfo=UTC)
