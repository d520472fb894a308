"""Runs are durable: once per due time, caught up, taken over."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.service import Casework
from domain.clock import ManualClock
from domain.errors import NotFoundError, RetryLaterError
from eventlog.codec import encode_event
from jobs.metrics import JobMetrics
from jobs.schedule import CatchUp, Daily, Every, Job, Schedule, outstanding
from jobs.scheduler import Scheduler

HOUR = 3600.0
START = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


class Noting(Job):
    """Notes when it ran; does first what `acts` hold, one a run."""

    name = "noting"

    def __init__(self, schedule, acts=()):
        self.schedule = schedule
        self.acts = list(acts)
        self.ran = []

    def run(self, now):
        if self.acts:
            self.acts.pop(0)()
        self.ran.append(now)
        return f"run {len(self.ran)}"


class Killed(BaseException):
    """The process ends here: nobody catches it."""


def kill():
    raise Killed


def out_of_reach():
    raise RetryLaterError("The index is out of reach.", retry_after=4)


def broken():
    raise ZeroDivisionError("by zero")


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def casework(clock):
    made = Casework(SqlCaseworkStore("sqlite://"), clock, encode_event)
    yield made
    made.close()


def scheduler(job, casework, clock, holder="a", **more):
    def pause(seconds):
        clock.advance(seconds=seconds)
        return False

    more.setdefault("pause", pause)
    return Scheduler(jobs=[job], casework=casework, clock=clock, holder=holder, **more)


def test_runs_once_per_due_time(casework, clock):
    job = Noting(Schedule(when=Every(HOUR)))
    one = scheduler(job, casework, clock)
    assert [one.look(job) for _ in range(3)] == [1, 0, 0]
    clock.advance(seconds=HOUR)
    assert [one.look(job) for _ in range(3)] == [1, 0, 0]
    runs = casework.last_runs("noting")
    assert [run.due.hour for run in runs] == [1, 0]
    assert all(run.ok and run.finished for run in runs)
    assert runs[0].message == "run 2"


def test_several_schedulers_run_each_due_time_once(tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'casework.sqlite'}"
    services = [Casework(SqlCaseworkStore(url), clock, encode_event) for _ in range(4)]
    ran = Counter()
    lock = threading.Lock()

    class Counting(Noting):
        def run(self, now):
            with lock:
                ran[Every(HOUR).latest(now)] += 1
            return ""

    job = Counting(Schedule(when=Every(HOUR)))
    looks = [scheduler(job, s, clock, f"h{n}") for n, s in enumerate(services)]
    for _ in range(5):
        gate = threading.Barrier(len(looks))

        def look(one, gate=gate):
            gate.wait()
            for _ in range(3):
                one.look(job)

        threads = [threading.Thread(target=look, args=(one,)) for one in looks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        clock.advance(seconds=HOUR)
    for service in services:
        service.close()
    assert len(ran) == 5
    assert set(ran.values()) == {1}


def test_catches_up_with_one_run_after_a_downtime(casework, clock):
    job = Noting(Schedule(when=Every(HOUR)))
    scheduler(job, casework, clock).look(job)
    clock.advance(days=3)
    assert scheduler(job, casework, clock, "b").look(job) == 1
    assert len(job.ran) == 2


def test_catches_up_each_missed_time_in_order(casework, clock):
    schedule = Schedule(when=Daily("Asia/Ho_Chi_Minh", 7), catch_up=CatchUp.EACH)
    job = Noting(schedule)
    scheduler(job, casework, clock).look(job)
    clock.advance(days=3)
    assert scheduler(job, casework, clock, "b").look(job) == 3
    assert job.ran == [datetime(2026, 11, day, tzinfo=UTC) for day in (23, 24, 25, 26)]


def test_another_takes_over_when_the_lease_of_a_killed_one_ends(casework, clock):
    job = Noting(Schedule(when=Every(HOUR), lease_seconds=60), [kill])
    with pytest.raises(Killed):
        scheduler(job, casework, clock).look(job)
    other = scheduler(job, casework, clock, "b")
    assert other.look(job) == 0
    clock.advance(seconds=59)
    assert other.look(job) == 0
    clock.advance(seconds=2)
    assert other.look(job) == 1
    (run,) = casework.last_runs("noting")
    assert (run.holder, run.ok) == ("b", True)


def test_each_missed_time_is_kept_also_when_killed_among_them(casework, clock):
    schedule = Schedule(when=Every(HOUR), catch_up=CatchUp.EACH, lease_seconds=60)
    job = Noting(schedule)
    scheduler(job, casework, clock).look(job)
    clock.advance(seconds=4 * HOUR)
    job.acts = [int, kill]
    with pytest.raises(Killed):
        scheduler(job, casework, clock).look(job)
    clock.advance(seconds=61)
    assert scheduler(job, casework, clock, "b").look(job) == 3
    assert [at.hour for at in job.ran] == [0, 1, 2, 3, 4]


def test_the_same_holder_goes_on_at_once_after_a_restart(casework, clock):
    job = Noting(Schedule(when=Every(HOUR), lease_seconds=600), [kill])
    with pytest.raises(Killed):
        scheduler(job, casework, clock).look(job)
    assert scheduler(job, casework, clock).look(job) == 1


def test_no_other_run_starts_beside_a_slow_one(casework, clock):
    job = Noting(Schedule(when=Every(60), lease_seconds=600), [kill])
    with pytest.raises(Killed):
        scheduler(job, casework, clock).look(job)
    clock.advance(seconds=180)
    assert scheduler(job, casework, clock, "b").look(job) == 0


def test_tries_again_within_the_lease_while_a_store_is_out_of_reach(casework, clock):
    job = Noting(Schedule(when=Every(HOUR), lease_seconds=60), [out_of_reach] * 3)
    assert scheduler(job, casework, clock).look(job) == 1
    assert (clock.now() - START).total_seconds() == 4 + 8 + 16
    assert casework.last_runs("noting")[0].ok


def test_gives_up_before_the_lease_ends(casework, clock):
    job = Noting(Schedule(when=Every(HOUR), lease_seconds=60), [out_of_reach] * 99)
    assert scheduler(job, casework, clock).look(job) == 1
    (run,) = casework.last_runs("noting")
    assert not run.ok
    assert "out of reach" in run.message
    assert run.finished - run.started < timedelta(seconds=60)


def test_a_failed_run_is_noted_and_the_next_one_runs(casework, clock):
    job = Noting(Schedule(when=Every(HOUR)), [broken])
    registry = CollectorRegistry()
    one = scheduler(job, casework, clock, metrics=JobMetrics(registry))
    assert one.look(job) == 1
    assert casework.last_runs("noting")[0].message == "ZeroDivisionError: by zero"
    clock.advance(seconds=HOUR)
    assert one.look(job) == 1
    figures = generate_latest(registry).decode()
    assert 'minhtin_job_runs_total{job="noting",outcome="failed"} 1.0' in figures
    assert 'minhtin_job_runs_total{job="noting",outcome="done"} 1.0' in figures


def test_repeats_within_one_claim(casework, clock):
    schedule = Schedule(when=Every(30), lease_seconds=30, repeat_seconds=2)
    job = Noting(schedule)
    assert scheduler(job, casework, clock).look(job) == 1
    assert len(job.ran) == 15
    assert len(casework.last_runs("noting")) == 1
    assert clock.now() - START < timedelta(seconds=30)


def test_an_interrupted_run_stays_open(casework, clock):
    job = Noting(Schedule(when=Every(HOUR)), [out_of_reach])
    scheduler(job, casework, clock, pause=lambda _: True).look(job)
    assert casework.last_runs("noting")[0].finished is None
    assert scheduler(job, casework, clock).look(job) == 1


def test_run_once_takes_no_due_time_away(casework, clock):
    job = Noting(Schedule(when=Every(HOUR)))
    one = scheduler(job, casework, clock)
    assert one.run_once("noting") == "run 1"
    assert one.look(job) == 1
    assert casework.last_runs("noting.manual")[0].message == "run 1"
    job.acts = [broken]
    clock.advance(seconds=1)
    with pytest.raises(ZeroDivisionError):
        one.run_once("noting")
    assert not casework.last_runs("noting.manual")[0].ok
    with pytest.raises(NotFoundError):
        one.run_once("nothing")


def test_runs_until_told_to_stop(casework, clock):
    stopping = threading.Event()
    job = Noting(Schedule(when=Every(HOUR)), [stopping.set])
    one = scheduler(job, casework, clock)
    thread = threading.Thread(target=one.run, args=(stopping,))
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert len(job.ran) == 1


def test_waits_while_casework_is_out_of_reach(clock):
    class Away:
        def last_runs(self, job=None, limit=20):
            raise RetryLaterError("Casework is busy.")

    job = Noting(Schedule(when=Every(HOUR)))
    assert scheduler(job, Away(), clock).look(job) == 0
    assert not job.ran


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        ("2026-11-23T00:00:00+00:00", "2026-11-23T00:00:00+00:00"),
        ("2026-11-22T23:59:59+00:00", "2026-11-22T00:00:00+00:00"),
        ("2026-11-23T18:00:00+00:00", "2026-11-23T00:00:00+00:00"),
    ],
)
def test_daily_is_of_the_office_s_zone(now, latest):
    at = Daily("Asia/Ho_Chi_Minh", 7).latest(datetime.fromisoformat(now))
    assert at == datetime.fromisoformat(latest)


def test_both_grids_agree_with_themselves():
    until = START + timedelta(days=2)
    for when in (Every(1800), Daily("Asia/Ho_Chi_Minh", 2, 15), Every(7)):
        dues = list(when.between(START, until))
        assert dues == sorted(set(dues))
        assert all(START < due <= until for due in dues)
        assert when.latest(until) == dues[-1]
        assert when.latest(dues[1] - timedelta(microseconds=1)) == dues[0]


def test_a_job_that_never_ran_is_due_at_once():
    schedule = Schedule(when=Daily("Asia/Ho_Chi_Minh", 2), catch_up=CatchUp.EACH)
    assert len(outstanding(schedule, [], START, "a").times) == 1
