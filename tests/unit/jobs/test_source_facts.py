"""Reading of visits in portions, and lags out of the index."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from domain.analysis import Analysis
from domain.ids import PostId, SourceId
from domain.labels import About, PostKind
from domain.post import Post
from jobs import metrics
from jobs.health_facts import Lag
from jobs.source_facts import FIRST_READ, LAG_LASTS, SourceWatch, calendar_of, lag_of
from jobs.source_health import source_row
from nlp.fingerprint import bands
from searchindex.adapters.memory import MemorySearchIndex
from source_visits import CALENDAR, DAY, HOUR, SPEC, hourly, steady, visit
from wiring.profile import load_profile

NOW = datetime(2026, 11, 18, 3, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Frontier:
    """Counts what is asked of it."""

    def __init__(self, runs):
        self.runs = runs
        self.asked = []

    def __call__(self, source, limit):
        self.asked.append(limit)
        return self.runs[:limit]


def watch_of(frontier, reader=None):
    off = replace(SPEC, id=SourceId("tat"), enabled=False)
    channel = replace(SPEC, id=SourceId("kenh"), kind="intake")
    specs = [SPEC, off, channel]
    return SourceWatch(lambda: specs, frontier, lambda _: NOW + HOUR, CALENDAR, reader)


def test_all_visits_are_read_once_and_then_the_new_ones():
    frontier = Frontier(hourly(NOW, 30, steady))
    watch = watch_of(frontier)
    (facts,) = watch(NOW)
    assert facts.before.visits + facts.recent.visits == 24 * 30
    assert frontier.asked[-1] > 24 * 30
    asked = len(frontier.asked)
    frontier.runs = [visit(NOW + HOUR / 4, 5), *frontier.runs]
    (later,) = watch(NOW + HOUR)
    assert frontier.asked[asked:] == [FIRST_READ]
    assert later.last_new > facts.last_new
    assert later.today == 24 + 5


def test_visits_for_rechecks_are_counted_but_are_no_polls_without_news():
    polls = hourly(NOW, 30, lambda at: 3 if at.hour == 9 else 0, every=24)
    (poll,) = [run for run in polls if run.started > NOW - DAY]
    looks = [
        replace(visit(poll.started + n * HOUR), polled=False, revised=1, requests=2)
        for n in (1, 6)
    ]
    bad = replace(looks[1], started=poll.started + 7 * HOUR, pages=0, unchanged=0)
    bad = replace(bad, errors={"timeout": 1}, revised=0)
    frontier = Frontier(polls)
    watch = watch_of(frontier)
    later = poll.started + 8 * HOUR
    (before,) = watch(later)
    frontier.runs = [bad, *reversed(looks), *polls]
    (after,) = watch(later)
    assert after.recent.visits == before.recent.visits
    assert after.recent.good == before.recent.good
    assert after.recent.revised == before.recent.revised + 2
    assert after.recent.failures == before.recent.failures + 1
    assert (after.streak, after.last_error) == (before.streak, before.last_error)
    assert after.last_success == before.last_success
    assert (after.today, after.usual) == (before.today, before.usual)
    assert after.quiet_limit == before.quiet_limit
    # Each visit is read once, whatever kind the newest is.
    assert watch(later) == [after]


def test_a_page_had_at_a_later_try_is_new_though_no_poll_found_it():
    polls = hourly(NOW, 30, steady, every=6)
    late = replace(visit(polls[0].started + HOUR, 2), polled=False)
    before = watch_of(Frontier(polls))(NOW + 2 * HOUR)[0]
    after = watch_of(Frontier([late, *polls]))(NOW + 2 * HOUR)[0]
    assert after.today == before.today + 2
    assert after.last_new == late.finished


def test_a_watch_that_slept_catches_up():
    frontier = Frontier(hourly(NOW, 30, steady)[100:])
    watch = watch_of(frontier)
    watch(NOW)
    frontier.runs = hourly(NOW, 30, steady)
    (facts,) = watch(NOW)
    assert facts == watch_of(frontier)(NOW)[0]


def indexed(*analyses):
    index = MemorySearchIndex(bands_of=bands)
    with index.writer() as writer:
        for analysis in analyses:
            writer.put_analysis(analysis)
    return index.reader()


def analysis(number, late, **more):
    published = NOW - DAY + number * MINUTE
    changed = {"revision": 1, "source": SPEC.id, "published": published}
    post = Post(
        id=PostId(f"p{number}"),
        kind=PostKind.ARTICLE,
        url=f"https://bao.vn/{number}",
        fetched=published,
        text="Tin",
        **{**changed, **{k: v for k, v in more.items() if k != "trace"}},
    )
    return Analysis(
        post=post,
        about=About.PROVINCE,
        analysed_at=published + late,
        trace=more.get("trace", ""),
    )


def test_the_lag_is_from_publication_to_analysis():
    reader = indexed(*(analysis(n, n * MINUTE) for n in range(1, 22)))
    lag = lag_of(reader, SPEC.id, NOW - 7 * DAY, NOW - 30 * DAY)
    assert (lag.p50, lag.p95, lag.posts) == (11 * MINUTE, 20 * MINUTE, 21)


def test_what_says_nothing_of_delay_is_left_out():
    reader = indexed(
        analysis(1, 5 * MINUTE),
        analysis(2, DAY, revision=2),
        analysis(3, DAY, trace="again"),
        analysis(4, DAY, source=SourceId("khac")),
        analysis(5, DAY, published=None),
        analysis(6, 9 * DAY, published=NOW - 8 * DAY),
        analysis(7, -MINUTE),
    )
    lag = lag_of(reader, SPEC.id, NOW - 7 * DAY, NOW - 30 * DAY)
    assert (lag.p50, lag.p95, lag.posts) == (timedelta(), 5 * MINUTE, 2)
    assert lag_of(reader, SPEC.id, NOW - 7 * DAY, NOW) is None


def test_the_lag_is_asked_for_now_and_then():
    frontier = Frontier(hourly(NOW, 10, steady))
    watch = watch_of(frontier, indexed(analysis(1, 5 * MINUTE)))
    assert watch(NOW)[0].lag.posts == 1
    watch._reader = indexed()
    assert watch(NOW + LAG_LASTS / 2)[0].lag.posts == 1
    assert watch(NOW + LAG_LASTS)[0].lag is None


def test_the_calendar_is_the_provinces():
    calendar = calendar_of(load_profile("dien-bien"))
    assert calendar.day(datetime(2026, 9, 1, 18, tzinfo=UTC)).day == 2
    assert datetime(2026, 9, 2, tzinfo=UTC).date() in calendar.holidays


def test_figures_of_sources_are_bounded_and_unknown_is_no_zero(monkeypatch):
    registry = CollectorRegistry()
    shown = metrics.SourceMetrics(registry)
    monkeypatch.setattr(metrics, "MOST_SOURCES", 2)
    (facts,) = watch_of(Frontier(hourly(NOW, 30, steady)))(NOW)
    lag = Lag(p50=MINUTE, p95=2 * MINUTE, posts=3)
    sources = [
        replace(facts, id="a", lag=lag),
        replace(facts, id="b", today=None, last_success=None),
        replace(facts, id="c"),
    ]
    shown.show(sources, [source_row(source, NOW) for source in sources])

    def value(name, **labels):
        return registry.get_sample_value(f"minhtin_source{name}", labels)

    assert value("_state", source="a") == 0
    assert value("_new_posts_24h", source="a") == 24
    assert value("_lag_seconds", source="a", quantile="0.95") == 120
    assert value("_new_posts_24h", source="b") is None
    assert value("_state", source="c") is None
    assert value("s", state="ok") == 3
    shown.show(sources[:1], [])
    assert value("_state", source="b") is None
