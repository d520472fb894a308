"""Made-up visits to a source, as a frontier keeps them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crawlers.frontier.port import SourceRun
from domain.ids import SourceId
from domain.profile import SourceSpec
from jobs.health_facts import SourceFacts
from jobs.source_facts import facts_of
from jobs.source_habit import Calendar
from jobs.source_past import Past

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CALENDAR = Calendar(zone=ZONE)
SPEC = SourceSpec(id=SourceId("bao"), name="Báo", kind="feed", url="https://bao.vn/rss")

Brings = Callable[[datetime], int]
"""New posts of a visit at this local time."""


def visit(at: datetime, new: int = 0) -> SourceRun:
    """Return a visit that went well; what it found was whole."""
    return SourceRun(
        source=SPEC.id,
        started=at,
        finished=at + timedelta(seconds=30),
        requests=new + 1,
        new=new,
        unchanged=10,
        errors={},
        pages=new,
        with_title=new,
        with_date=new,
        with_text=new,
        with_author=new,
        letters=2_000 * new,
        not_modified=10,
    )


def failed(run: SourceRun, code: str = "timeout") -> SourceRun:
    """Return the visit as one that brought nothing but errors."""
    return replace(
        visit(run.started), unchanged=0, not_modified=0, errors={code: 3}, message=code
    )


def hourly(
    now: datetime, days: float, brings: Brings, every: int = 1
) -> list[SourceRun]:
    """Return visits every so many hours, the newest first; the oldest has a hundred."""

    def made() -> Iterator[SourceRun]:
        count = int(days * 24 / every)
        for back in range(count):
            at = now - back * every * HOUR - 5 * HOUR / 60
            first = back == count - 1
            yield visit(at, 100 if first else brings(at.astimezone(ZONE)))

    return list(made())


def facts(
    runs: list[SourceRun], now: datetime, calendar: Calendar = CALENDAR, **more: object
) -> SourceFacts:
    """Add visits up, with the next visit an hour after the newest."""
    past = Past()
    past.add(runs)
    due = max((run.started for run in runs), default=now) + HOUR
    return facts_of(SPEC, past, calendar, now, **{"due": due, **more})  # type: ignore[arg-type]


def steady(_: datetime) -> int:
    """One post an hour, day and night."""
    return 1


def office_hours(at: datetime) -> int:
    """Two posts an hour on working days from eight to five."""
    return 2 if at.weekday() < 5 and 8 <= at.hour < 17 else 0
