"""Who is visited between two polls, and when; on a clock that is moved by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawlers.deps import CrawlDeps
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import SourceRun
from crawlers.frontier.queue import Lane, WaitingPage
from crawlers.rechecking import PAUSE, PUT_OFF, Rechecking
from crawlers.refusals import BudgetSpentError
from crawlers.schedule import Schedule
from crawlers.tally import Tally
from domain.clock import ManualClock
from domain.ids import SourceId
from domain.profile import SourceSpec

NOW = datetime(2026, 3, 7, 1, tzinfo=UTC)
"""Eight in the morning where the sources are."""
HOUR = timedelta(hours=1)
BAO = SourceSpec(
    id=SourceId("bao"),
    name="Báo",
    kind="feed",
    url="https://bao.vn/rss",
    interval_minutes=1440,
)
RUN = SourceRun(source=BAO.id, started=NOW, finished=NOW, new=1, pause_minutes=1440)


class Office:
    """A source that is polled once a day, with one page to look at after an hour."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.frontier = MemoryFrontier(self.clock)
        self.deps = CrawlDeps(
            event_log=None,
            evidence=None,
            frontier=self.frontier,
            clock=self.clock,
            pseudonym_key=b"",
            user_agent="",
        )
        self.schedule = Schedule(self.deps)
        self.rechecking = Rechecking(self.deps, self.schedule)
        self.frontier.record_run(RUN, NOW + timedelta(days=1))
        self.wait(1, NOW + HOUR)

    def wait(self, number: int, due: datetime, lane: Lane = Lane.RECHECK) -> None:
        page = WaitingPage(
            url=f"https://bao.vn/{number}",
            site="bao.vn",
            source=BAO.id,
            lane=lane,
            due=due,
        )
        self.frontier.enqueue([page])

    def due(self, at: datetime, spec: SourceSpec = BAO) -> bool:
        self.clock.at = at
        return self.rechecking.due([spec]) == [spec]

    def tally(self) -> Tally:
        return Tally(source=BAO.id, started=self.clock.now())


def test_a_look_is_due_when_its_hour_has_come() -> None:
    office = Office()
    assert not office.due(NOW + HOUR - timedelta(seconds=1))
    assert office.due(NOW + HOUR)
    assert office.rechecking.due([]) == []


def test_looks_that_come_due_together_share_a_visit() -> None:
    office = Office()
    office.due(NOW + HOUR)
    office.rechecking.over(BAO, office.tally())
    assert not office.due(NOW + HOUR + PAUSE - timedelta(seconds=1))
    assert office.due(NOW + HOUR + PAUSE)


def test_a_poll_that_is_near_takes_the_looks_along() -> None:
    office = Office()
    office.frontier.record_run(replace(RUN, started=NOW), NOW + HOUR + PAUSE)
    assert not office.due(NOW + HOUR)
    office.frontier.record_run(RUN, NOW + HOUR + 2 * PAUSE)
    assert office.due(NOW + HOUR)


def test_quiet_hours_and_a_hosts_rest_are_kept() -> None:
    office = Office()
    quiet = replace(BAO, quiet_hours="09:00-10:00")
    assert not office.due(NOW + HOUR, quiet)
    assert office.due(NOW + 2 * HOUR, quiet)
    office.frontier.rest_host("bao.vn", NOW + 3 * HOUR, 5)
    assert not office.due(NOW + 2 * HOUR)
    assert office.due(NOW + 3 * HOUR)


def test_after_a_spent_budget_the_next_day_is_waited_for() -> None:
    office = Office()
    office.due(NOW + HOUR)
    tally = office.tally()
    tally.fail(BudgetSpentError.code)
    office.rechecking.over(BAO, tally)
    midnight = datetime(2026, 3, 7, 17, tzinfo=UTC)
    assert not office.due(midnight - timedelta(minutes=1))
    assert office.due(midnight)


def test_who_was_not_let_ask_does_not_try_at_once_again() -> None:
    office = Office()
    office.due(NOW + HOUR)
    tally = office.tally()
    tally.fail("lease_lost")
    office.rechecking.over(BAO, tally)
    assert not office.due(NOW + HOUR + PAUSE)
    assert office.due(NOW + HOUR + PUT_OFF)


def test_an_archive_waits_for_the_poll() -> None:
    office = Office()
    office.wait(2, NOW, Lane.BACKLOG)
    assert not office.due(NOW + HOUR / 2)


def test_the_next_poll_is_paced_by_the_last_one_and_not_by_looks() -> None:
    office = Office()
    looked = replace(RUN, started=NOW + HOUR, polled=False, new=0, pause_minutes=0)
    for number in range(288):
        at = looked.started + number * PAUSE
        office.frontier.record_run(replace(looked, started=at), None)
    # Nothing new: by half slower than the pause before, but a day at most.
    half = replace(BAO, interval_minutes=300)
    office.frontier.record_run(
        replace(RUN, started=NOW + 25 * HOUR, pause_minutes=400), NOW + 30 * HOUR
    )
    office.frontier.record_run(replace(looked, started=NOW + 26 * HOUR), None)
    office.clock.at = NOW + 32 * HOUR
    tally = office.tally()
    run, at = office.schedule.after(half, tally.run(office.clock.now()), tally)
    assert run.pause_minutes == 600
    assert at == NOW + 42 * HOUR
