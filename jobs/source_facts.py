"""Gathers how each source fared: visits from the frontier, lags from the index.

Visits are read once and then only those that came since, so that looking every two
minutes costs a page of rows per source.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from domain.profile import Profile, SourceSpec
from jobs.health_facts import Lag, SourceFacts
from jobs.source_habit import Calendar, Habit
from jobs.source_health import PAGES_LEAST
from jobs.source_past import DAY, HOUR, KEPT, Past, Visit, hour_of
from searchindex.port import IndexReader, Search
from searchindex.query import AllOf, DateRange, FieldIs

FIRST_READ = 32
MOST_READ = 10_000
"""Visits read of a source that was not looked at before: all that are kept."""

SHOWN_DAYS = 14
LAG_DAYS = 7
LAG_POSTS = 60
"""Posts of a source that its lag is taken from. More make the index read more texts
for a figure that hardly moves; fewer make the 95th percentile the slowest post."""

LAG_LASTS = timedelta(minutes=30)
"""How long a lag is good for; asking is one search with texts per source."""

AGAIN = "again"
"""Trace of analyses that were made anew later (`reanalyse`, `regate`)."""

ReadVisits = Callable[[str, int], Sequence[Visit]]


def calendar_of(profile: Profile) -> Calendar:
    """Return the days off of a province."""
    kinds = {
        kind: {h.date for h in profile.holidays if h.kind == kind} for kind in _KINDS
    }
    return Calendar(
        zone=ZoneInfo(profile.timezone), holidays=kinds["off"], worked=kinds["work"]
    )


_KINDS = ("off", "work")


def facts_of(
    spec: SourceSpec,
    past: Past,
    calendar: Calendar,
    now: datetime,
    *,
    due: datetime | None = None,
    lag: Lag | None = None,
) -> SourceFacts:
    """Add a source's past up. `due` is its next visit, as far as known. Pure."""
    interval = timedelta(minutes=spec.interval_minutes)
    if past.newest is not None:
        # A source that is visited more rarely than asked is not late for that.
        due = due or past.newest + interval
        paced = max(interval, min(due - past.newest, DAY))
    else:
        paced = interval
    habit = Habit(past, calendar, paced, now)
    split = _split(past, now)
    end = hour_of(now) + HOUR
    return SourceFacts(
        id=spec.id,
        name=spec.name,
        interval=interval,
        last_success=past.last_success,
        last_new=past.last_new,
        first_visit=past.first,
        last_error=past.trouble,
        streak=past.streak,
        due=due,
        today=habit.today(),
        usual=habit.usual(),
        days=habit.days(SHOWN_DAYS),
        quiet=habit.quiet(),
        quiet_limit=habit.quiet_limit(),
        recent=past.between(split, end),
        before=past.between(now - KEPT, split),
        day=past.between(end - DAY, end),
        lag=lag,
    )


def _split(past: Past, now: datetime) -> datetime:
    """Return where the newest visits begin: a day ago, or three for small sources."""
    end = hour_of(now) + HOUR
    day = past.between(end - DAY, end)
    return end - (DAY if day.tried >= PAGES_LEAST else 3 * DAY)


def lag_of(
    reader: IndexReader, source: str, since: datetime, first: datetime
) -> Lag | None:
    """Measure from publication to analysis on a source's newest indexed posts.

    Left out are what was published before the first visit (an archive is no delay),
    later revisions (their analysis is not the first) and posts analysed anew.
    """
    query = AllOf(
        (FieldIs("source", source), DateRange("published", max(since, first), None))
    )
    hits = reader.search(Search(query=query, size=LAG_POSTS)).hits
    found = sorted(
        max(analysis.analysed_at - analysis.post.published, timedelta())
        for analysis in (hit.document.analysis for hit in hits)
        if analysis.post.published is not None
        and analysis.post.revision == 1
        and analysis.trace != AGAIN
    )
    if not found:
        return None
    last = len(found) - 1
    return Lag(p50=found[last // 2], p95=found[round(last * 0.95)], posts=len(found))


class SourceWatch:
    """Knows the sources' pasts as far as it has read them; for any threads.

    `visits(source, limit)` gives the newest visits first, `due` the next one's time.
    """

    def __init__(
        self,
        listed: Callable[[], Sequence[SourceSpec]],
        visits: ReadVisits,
        due: Callable[[str], datetime | None],
        calendar: Calendar,
        reader: IndexReader | None = None,
    ) -> None:
        self._listed = listed
        self._visits = visits
        self._due = due
        self._calendar = calendar
        self._reader = reader
        self._pasts: dict[str, Past] = {}
        self._lags: dict[str, tuple[datetime, Lag | None]] = {}
        self._turn = Lock()

    def __call__(self, now: datetime) -> list[SourceFacts]:
        """Return the facts of all enabled sources that are visited."""
        specs = [spec for spec in self._listed() if spec.enabled and spec.visited]
        return [self.facts(spec, now) for spec in specs]

    def facts(self, spec: SourceSpec, now: datetime) -> SourceFacts:
        """Return one source's facts."""
        with self._turn:
            past = self._past(spec.id, now)
            lag = self._lag(spec.id, past, now)
            due = self._due(spec.id)
            return facts_of(spec, past, self._calendar, now, due=due, lag=lag)

    def _past(self, source: str, now: datetime) -> Past:
        past = self._pasts.setdefault(source, Past())
        limit = FIRST_READ
        read = self._visits(source, limit)
        while self._misses(past, read, limit) and limit < MOST_READ:
            limit = min(8 * limit, MOST_READ)
            read = self._visits(source, limit)
        past.add([visit for visit in read if visit.started > now - KEPT])
        past.forget(now - KEPT)
        return past

    @staticmethod
    def _misses(past: Past, read: Sequence[Visit], limit: int) -> bool:
        """Tell whether older visits may be unknown yet."""
        if len(read) < limit:
            return False
        return past.known is None or read[-1].started > past.known

    def _lag(self, source: str, past: Past, now: datetime) -> Lag | None:
        if self._reader is None or past.first is None:
            return None
        at, lag = self._lags.get(source, (None, None))
        if at is None or now - at >= LAG_LASTS or at > now:
            since = now - timedelta(days=LAG_DAYS)
            lag = lag_of(self._reader, source, since, past.first)
            self._lags[source] = now, lag
        return lag
