"""A run that outlasts its lease is not begun a second time."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import RetryLaterError
from eventlog.codec import encode_event
from jobs.leases import LONGEST, Leases
from jobs.schedule import Every, Job, Schedule, outstanding
from jobs.scheduler import Scheduler
from unit.jobs.test_scheduler import HOUR, START, Killed, Noting, kill, out_of_reach


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def casework(clock):
    made = Casework(SqlCaseworkStore("sqlite://"), clock, encode_event)
    yield made
    made.close()


class Long(Job):
    """Works for `steps` times twenty seconds; `meanwhile` is called after each."""

    name = "long"
    schedule = Schedule(when=Every(60), lease_seconds=60)

    def __init__(self, clock, steps):
        self._clock, self._steps = clock, steps
        self.began = 0
        self.meanwhile = []

    def run(self, now):
        self.began += 1
        for _ in range(self._steps):
            self._clock.advance(seconds=20)
            for act in self.meanwhile:
                act()
        return "done"


def one_of(job, casework, clock, holder):
    return Scheduler(jobs=[job], casework=casework, clock=clock, holder=holder)


def test_a_long_run_keeps_its_lease_from_others(casework, clock):
    job = Long(clock, steps=12)
    first = one_of(job, casework, clock, "a")
    second = one_of(job, casework, clock, "b")
    looked = []
    job.meanwhile = [first.renew, lambda: looked.append(second.look(job))]
    assert first.look(job) == 1
    assert (job.began, looked) == (1, [0] * 12)
    (run,) = casework.last_runs("long")
    assert (run.holder, run.ok) == ("a", True)


def test_without_renewal_another_would_begin_it(casework, clock):
    job = Long(clock, steps=4)
    first = one_of(job, casework, clock, "a")
    due = outstanding(job.schedule, [], clock.now(), "a").times[0]
    assert casework.claim_run("long", due, "a", 60)
    clock.advance(seconds=61)
    first.renew()  # Nothing is under way here: it was claimed by a process now dead.
    assert one_of(job, casework, clock, "b").look(job) == 1


def test_a_killed_long_run_is_taken_over_a_lease_after_its_last_renewal(
    casework, clock
):
    job = Long(clock, steps=6)
    first = one_of(job, casework, clock, "a")
    other = one_of(job, casework, clock, "b")
    job.meanwhile = [
        first.renew,
        lambda: kill() if clock.now() - START >= timedelta(seconds=100) else None,
    ]
    with pytest.raises(Killed):
        first.look(job)
    job.meanwhile = []
    assert other.look(job) == 0
    clock.advance(seconds=61)
    assert other.look(job) == 1


def test_casework_out_of_reach_stops_neither_the_run_nor_the_renewals(clock):
    class Away:
        asked = 0

        def claim_run(self, job, due, holder, lease_seconds):
            self.asked += 1
            if self.asked == 1:
                out_of_reach()
            return True

    job, away = Noting(Schedule(when=Every(HOUR), lease_seconds=60)), Away()
    leases = Leases(away, clock, "a")
    with leases.held(job, START, clock.now()), capture_logs() as said:
        for _ in range(4):
            clock.advance(seconds=20)
            leases.renew()
    assert away.asked == 2
    assert [row["event"] for row in said] == ["job_waits"]


def test_a_lease_that_was_lost_is_said(casework, clock):
    job = Noting(Schedule(when=Every(HOUR), lease_seconds=60))
    leases = Leases(casework, clock, "a")
    assert casework.claim_run(job.name, START, "a", 60)
    with leases.held(job, START, clock.now()), capture_logs() as said:
        clock.advance(seconds=61)
        assert casework.claim_run(job.name, START, "b", 60)
        leases.renew()
    assert [row["event"] for row in said] == ["job_lease_lost"]


def test_a_run_that_hangs_is_let_go(casework, clock):
    job = Noting(Schedule(when=Every(HOUR), lease_seconds=60))
    leases = Leases(casework, clock, "a")
    assert casework.claim_run(job.name, START, "a", 60)
    with leases.held(job, START, clock.now()):
        clock.advance(seconds=LONGEST.total_seconds())
        leases.renew()
        assert casework.claim_run(job.name, START, "b", 60)


def test_a_run_that_ended_is_not_claimed_again(casework, clock):
    job = Noting(Schedule(when=Every(HOUR)), [out_of_reach])
    leases = Leases(casework, clock, "a")
    with pytest.raises(RetryLaterError), leases.held(job, START, clock.now()):
        job.run(START)
    clock.advance(seconds=HOUR)
    leases.renew()
    assert casework.last_runs() == []
