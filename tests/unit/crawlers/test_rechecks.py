"""Times of looks and tries."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawlers.deps import DAY, HOUR, CrawlLimits
from crawlers.hints import hint_of, item_of
from crawlers.rechecks import next_look, next_try
from extraction.fields import FeedItem

FIRST = datetime(2026, 3, 7, tzinfo=UTC)
SCHEDULE = CrawlLimits().recheck_seconds
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def test_a_page_is_looked_at_after_growing_pauses_and_then_no_more() -> None:
    looks, at = [], FIRST
    while (look := next_look(SCHEDULE, FIRST, at, "https://a.vn/1")) is not None:
        looks.append((look - FIRST).total_seconds())
        at = look
    wanted = [HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY]
    shares = {round(look / due, 6) for look, due in zip(looks, wanted, strict=True)}
    assert len(shares) == 1
    assert 0.9 <= shares.pop() <= 1.1


@given(st.text(), st.floats(0, 40 * DAY))
def test_the_next_look_lies_ahead_and_is_the_first_such(url: str, age: float) -> None:
    after = FIRST + timedelta(seconds=age)
    look = next_look(SCHEDULE, FIRST, after, url)
    assert look == next_look(SCHEDULE, FIRST, after, url)
    if look is None:
        assert age >= 27 * DAY
    else:
        assert look > after
        assert next_look(SCHEDULE, FIRST, look - timedelta(seconds=1), url) == look


def test_tries_end() -> None:
    pauses = (1.0, 2.0)
    tries = [next_try(pauses, number, FIRST) for number in (1, 2, 3)]
    assert tries == [FIRST + timedelta(seconds=1), FIRST + timedelta(seconds=2), None]


@given(
    st.builds(
        FeedItem,
        url=st.just("https://a.vn/1"),
        title=st.text(),
        summary=st.text(),
        author=st.text(),
        published=st.none() | TIMES,
        modified=st.none() | TIMES,
    )
)
def test_a_hint_keeps_the_entry(item: FeedItem) -> None:
    back = item_of(hint_of(item), item.url)
    assert (back or FeedItem(url=item.url)) == item
    assert item_of(hint_of(None), item.url) is None
