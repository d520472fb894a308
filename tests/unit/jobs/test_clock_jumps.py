"""A clock that was wrong and is set right neither stops nor doubles what is due."""

from datetime import UTC, datetime

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from domain.clock import ManualClock
from eventlog.codec import encode_event
from jobs.schedule import CatchUp, Every, Job, Schedule
from jobs.scheduler import Scheduler

HOUR = 3600.0
START = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


class Noting(Job):
    """Notes when it ran; calls `act` each time."""

    name = "noting"

    def __init__(self, schedule, act=lambda: None):
        self.schedule = schedule
        self.act = act
        self.ran = []

    def run(self, now):
        self.ran.append(now)
        self.act()
        return "ran"


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def casework(clock):
    made = Casework(SqlCaseworkStore("sqlite://"), clock, encode_event)
    yield made
    made.close()


def scheduler(job, casework, clock, holder="a"):
    def pause(seconds):
        clock.advance(seconds=seconds)
        return False

    return Scheduler(
        jobs=[job], casework=casework, clock=clock, holder=holder, pause=pause
    )


def test_goes_on_at_once_when_the_clock_is_set_back(casework, clock):
    job = Noting(Schedule(when=Every(30)))
    one = scheduler(job, casework, clock)
    clock.advance(seconds=HOUR)
    assert one.look(job) == 1
    clock.advance(seconds=31 - HOUR)
    assert one.look(job) == 1
    assert job.ran[-1] == clock.now()


def test_another_scheduler_goes_on_too(casework, clock):
    job = Noting(Schedule(when=Every(30)))
    clock.advance(seconds=HOUR)
    scheduler(job, casework, clock).look(job)
    clock.advance(seconds=-HOUR)
    assert scheduler(job, casework, clock, "b").look(job) == 1


def test_a_lease_of_a_time_to_come_holds_nobody_up(casework, clock):
    job = Noting(Schedule(when=Every(30), lease_seconds=30))
    clock.advance(seconds=HOUR)
    casework.claim_run(job.name, clock.now(), "killed", 30)
    clock.advance(seconds=-HOUR)
    assert scheduler(job, casework, clock).look(job) == 1


def test_each_missed_time_is_run_once_though_the_clock_went_ahead(casework, clock):
    job = Noting(Schedule(when=Every(HOUR), catch_up=CatchUp.EACH))
    one = scheduler(job, casework, clock)
    one.look(job)
    clock.advance(seconds=3 * HOUR)
    one.look(job)
    clock.advance(seconds=-3 * HOUR)
    for _ in range(8):
        clock.advance(seconds=HOUR / 2)
        one.look(job)
    # The three times that were taken too early are not taken again.
    assert len(set(job.ran)) == len(job.ran) == 5


def test_a_repeated_run_ends_when_the_clock_goes_back(casework, clock):
    job = Noting(Schedule(when=Every(30), lease_seconds=30, repeat_seconds=2))
    job.act = lambda: clock.advance(seconds=-HOUR) if len(job.ran) == 3 else None
    assert scheduler(job, casework, clock).look(job) == 1
    assert len(job.ran) == 3


def test_another_s_few_seconds_ahead_are_no_jump(casework, clock):
    job = Noting(Schedule(when=Every(HOUR), lease_seconds=300))
    clock.advance(seconds=5)
    casework.claim_run(job.name, job.schedule.when.latest(clock.now()), "b", 300)
    clock.advance(seconds=-5)
    assert scheduler(job, casework, clock).look(job) == 0
