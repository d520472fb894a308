"""Quiet hours, also over midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.hours import next_day, quiet_hours
from domain.errors import ConfigurationError

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
written = st.builds(
    "{:02}:{:02}-{:02}:{:02}".format,
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 23),
    st.integers(0, 59),
)
moments = st.datetimes(timezones=st.just(ZONE)).filter(
    lambda moment: moment.year < 9999
)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 7, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("22:30-05:00", [(22, 30), (23, 59), (0, 0), (4, 59)], [(5, 0), (22, 29)]),
        ("11:00 – 13:30", [(11, 0), (13, 29)], [(10, 59), (13, 30), (0, 0)]),
        ("0:00-6:00", [(0, 0), (5, 59)], [(6, 0), (23, 59)]),
        ("", [], [(0, 0), (12, 0)]),
        ("07:00-07:00", [], [(7, 0), (6, 59)]),
    ],
)
def test_the_first_minute_is_in_and_the_last_is_out(
    text: str, inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    hours = quiet_hours(text)
    assert all(hours.hold(at(*moment)) for moment in inside)
    assert not any(hours.hold(at(*moment)) for moment in outside)


@given(written, moments)
def test_the_end_of_quiet_is_near_and_no_longer_quiet(
    text: str, moment: datetime
) -> None:
    hours = quiet_hours(text)
    over = hours.over(moment)
    assert not hours.hold(over)
    assert moment <= over <= moment + timedelta(days=1)
    assert (over == moment) != hours.hold(moment)


@pytest.mark.parametrize("text", ["22-5", "24:00-05:00", "22:30", "22:60-05:00", "x"])
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(ConfigurationError, match="HH:MM-HH:MM"):
        quiet_hours(text)


def test_days_are_local() -> None:
    late = datetime(2026, 3, 7, 18, 30, tzinfo=UTC)
    assert next_day(late, ZONE) == datetime(2026, 3, 8, 17, 0, tzinfo=UTC)
    early = datetime(2026, 3, 7, 16, 59, tzinfo=UTC)
    assert next_day(early, ZONE) == datetime(2026, 3, 7, 17, 0, tzinfo=UTC)
