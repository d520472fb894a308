from datetime import UTC, datetime

import pytest

from ui import shown
from ui.wording import wording

ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def test_numbers_are_written_as_here() -> None:
    assert shown.number(1234.5, 1) == "1.234,5"
    assert shown.number(1234567) == "1.234.567"
    assert shown.number(1234.5, 1, "en") == "1,234.5"
    assert wording("en").number(1234.5, 1) == "1,234.5"
    assert wording("vi").percent(0.9444, 1) == "94,4%"


def test_a_model_is_never_sure() -> None:
    words = wording("vi")
    assert words.chance(0.9999) == "99%"
    assert words.chance(0.0) == "1%"
    assert words.chance(0.5) == "50%"


def test_times_are_local() -> None:
    assert shown.moment(NOW, ZONE) == "23/11/2026 07:30"
    assert shown.moment(None, ZONE) == "–"
    assert shown.utc_offset(NOW, ZONE) == "+07:00"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (datetime(2026, 11, 22, 17, 5, tzinfo=UTC), "00:05"),
        (datetime(2026, 11, 22, 16, 5, tzinfo=UTC), "22/11 23:05"),
        (datetime(2025, 1, 2, tzinfo=UTC), "02/01/2025"),
    ],
)
def test_short_times_say_only_what_is_needed(when: datetime, text: str) -> None:
    assert shown.short_moment(when, NOW, ZONE) == text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, ("now", 0)), (125, ("minutes", 2)), (7300, ("hours", 2)), (2e5, ("days", 2))],
)
def test_spans(seconds: float, said: tuple[str, int]) -> None:
    assert shown.span(seconds) == said
