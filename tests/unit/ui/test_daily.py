from datetime import date

from ui.daily import ALL, days_until, gaps, peak, series, weekends

DAYS = days_until(date(2026, 11, 23), 4)


def test_days_end_with_the_last_one() -> None:
    assert DAYS[0] == date(2026, 11, 20)
    assert DAYS[-1] == date(2026, 11, 23)


def test_a_day_that_nobody_watched_is_a_gap_and_no_zero() -> None:
    histogram = {"2026-11-20": {"all": 9, "press": 2}}
    found = series(histogram, DAYS, [ALL, "press"], {date(2026, 11, 21)})
    counts = {(c.day.day, c.queue): c.count for c in found}
    assert counts[20, "press"] == 2
    assert counts[21, ALL] == 0
    assert counts[22, ALL] is None
    assert gaps(found) == [date(2026, 11, 22), date(2026, 11, 23)]


def test_a_queue_without_posts_on_a_known_day_is_zero() -> None:
    found = series({"2026-11-20": {"all": 9}}, DAYS, [ALL, "press"], set())
    assert {(c.day.day, c.queue): c.count for c in found}[20, "press"] == 0


def test_the_peak_and_the_mean_leave_gaps_out() -> None:
    histogram = {"2026-11-20": {"all": 9}, "2026-11-22": {"all": 3}}
    found = series(histogram, DAYS, [ALL], set())
    assert peak(found) == (date(2026, 11, 20), 9, 6.0)
    assert peak(series({}, DAYS, [ALL], set())) is None


def test_weekends() -> None:
    assert weekends(DAYS) == [date(2026, 11, 21), date(2026, 11, 22)]
