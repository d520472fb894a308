"""Throughput, latency and take-over with real worker processes on real stores.

    python -m benchmarks.engines.scale [--only embedded|engines] [--seconds 10]

The same posts go through 1, 2 and 4 workers and one indexer, first on the embedded
stores, then on Kafka and a search engine where `var/engines.json` names them. All
rates hold for this machine at this moment and are to be compared within one run only.
"""

import os
import signal
import time
from dataclasses import asdict, dataclass, field, replace

from benchmarks.engines.backs import Back, Opening, openings, options, write
from benchmarks.engines.crew import Crew, wait_until
from benchmarks.engines.feed import Paced, backlog
from benchmarks.engines.watch import (
    Watcher,
    behind,
    drained,
    moved_on,
    spread,
    stretch,
    written,
)
from benchmarks.scale_measure import ROOT, machine
from benchmarks.scale_posts import Made, Mix, PostMaker
from eventlog.port import EventLog, LogTopic
from searchindex.port import SearchIndex
from wiring.logs import configure_logs
from wiring.profile import load_profile

OUT = ROOT / "var" / "scale" / "engines.json"
WORKERS = (1, 2, 4)
SHARES = (0.1, 1.0)
FIRST_GUESS = {0.1: 200.0, 1.0: 25.0}
"""Posts a second of one worker, for the size of the first backlog only."""

HALF, FULL = 0.5, 0.95
"""Shares of the drained rate that are sent. At the whole of it a queue grows without
bound, however good the system, and the latency says only how long was measured."""

CALM = 0.3
"""Load during take-over: the rest has to carry it, also on one worker."""

WARM_UP = 64
PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """How fast a backlog went through; CPU milliseconds are per post."""

    workers: int
    past_gate: float
    posts: int
    analysed_per_second: float
    searchable_per_second: float
    cpu_ms: dict[str, float]
    load_average: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds from production to searchable, at a share of the drained rate."""

    workers: int
    load: float
    posts_per_second: float
    watched: int
    missing: int
    searchable: dict[str, float]
    analysed: dict[str, float]
    load_average: float


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What a change among the workers cost.

    `progress_seconds`: until each partition was read beyond where it stood.
    `longest_wait`: the longest that any post waited for its analysis meanwhile.
    `join_seconds`: from loaded to the first record of its own (joining only).
    """

    event: str
    progress_seconds: float
    workers: int = 0
    longest_wait: float = 0.0
    analysed_twice: int = 0
    join_seconds: float | None = None


@dataclass(slots=True)
class Results:
    """All rows of one set of stores."""

    name: str
    throughput: list[Throughput] = field(default_factory=list)
    latency: list[Latency] = field(default_factory=list)
    take_over: list[TakeOver] = field(default_factory=list)


class Run:
    """Measures one set of stores with a crew that grows."""

    def __init__(self, back: Back, crew: Crew, seconds: float) -> None:
        settings = back.settings()
        profile = load_profile(settings.profile, settings.profiles_dir)
        self._maker = PostMaker(profile.full_name)
        self._back = back
        self._crew = crew
        self._seconds = seconds
        self._log: EventLog = back.log()
        self._index: SearchIndex = back.index()
        self._rounds = 0
        self.results = Results(back.name)

    def close(self) -> None:
        """Close the stores."""
        self._index.close()
        self._log.close()

    def go(self) -> None:
        """Take all measurements in an order that starts each process once."""
        self._crew.start("indexer", wait=False)
        self._crew.start("worker")
        self._warm_up()
        self._drain_both()
        self._joining()
        self._drain_both()
        for load in (HALF, FULL):
            self._latency(load)
        self._crew.start("worker", wait=False)
        self._crew.start("worker")
        self._warm_up()
        self._drain_both()
        self._ending("leaves", signal.SIGTERM)
        self._ending("is killed", signal.SIGKILL)

    def _warm_up(self) -> None:
        """Let each worker load what it loads with its first post past the gate."""
        backlog(self._log, self._posts(WARM_UP, 1.0))
        drained(self._log)

    def _drain_both(self) -> None:
        for share in SHARES:
            self._throughput(share)

    def _posts(self, count: int, share: float) -> list[Made]:
        self._rounds += 1
        mix = Mix(past_gate=share)
        return self._maker.make(count, mix, f"bench-{self._rounds}")

    def _rate(self, share: float) -> float:
        rows = [r for r in self.results.throughput if r.past_gate == share]
        return rows[-1].analysed_per_second if rows else FIRST_GUESS[share]

    def _throughput(self, share: float) -> None:
        workers = len(self._crew.alive("worker"))
        posts = self._posts(round(self._rate(share) * self._seconds), share)
        before, load = written(self._log), os.getloadavg()[0]
        cpu = self._cpu()
        began = time.monotonic()
        backlog(self._log, posts)
        wait_until(
            lambda: written(self._log) - before >= len(posts), PATIENCE, "analyses"
        )
        analysed = time.monotonic() - began
        drained(self._log)
        searchable = time.monotonic() - began
        spent = self._cpu()
        self.results.throughput.append(
            Throughput(
                workers=workers,
                past_gate=share,
                posts=len(posts),
                analysed_per_second=round(len(posts) / analysed, 1),
                searchable_per_second=round(len(posts) / searchable, 1),
                cpu_ms={
                    role: round((spent[role] - cpu[role]) * 1000 / len(posts), 3)
                    for role in spent
                },
                load_average=round(load, 2),
            )
        )
        say(self.results.throughput[-1])

    def _cpu(self) -> dict[str, float]:
        return {
            "worker": self._crew.cpu("worker"),
            "indexer": self._crew.cpu("indexer"),
            "producer": time.process_time(),
            **self._back.engine_cpu(),
        }

    def _latency(self, load: float) -> None:
        rate = self._rate(SHARES[0]) * load
        posts = self._posts(round(rate * self._seconds * 1.5), SHARES[0])
        since = dict(self._log.ends(LogTopic.ANALYSES))
        average = os.getloadavg()[0]
        paced = Paced(self._log, posts, rate)
        watcher = Watcher(self._index.reader(), paced.passing)
        paced.start()
        watcher.start()
        paced.finish()
        drained(self._log)
        watcher.finish()
        seen = stretch(self._log, since)
        wanted = seen.indexed & set(paced.passing)
        self.results.latency.append(
            Latency(
                workers=len(self._crew.alive("worker")),
                load=load,
                posts_per_second=round(rate, 1),
                watched=len(wanted),
                missing=len(wanted - set(watcher.seconds)),
                searchable=spread(list(watcher.seconds.values())),
                analysed=spread(seen.waits),
                load_average=round(average, 2),
            )
        )
        say(self.results.latency[-1])

    def _steady(self) -> tuple[Paced, dict[int, int]]:
        """Start a calm load and wait until it flows."""
        rate = self._rate(SHARES[0]) * CALM
        posts = self._posts(round(rate * PATIENCE), SHARES[0])
        since = dict(self._log.ends(LogTopic.ANALYSES))
        paced = Paced(self._log, posts, rate)
        paced.start()
        moved_on(self._log, PATIENCE)
        return paced, since

    def _finish(self, row: TakeOver, paced: Paced, since: dict[int, int]) -> None:
        paced.finish(stop=True)
        wait_until(
            lambda: not behind(self._log, "worker", LogTopic.POSTS), PATIENCE, "worker"
        )
        seen = stretch(self._log, since)
        row = replace(
            row,
            workers=len(self._crew.alive("worker")),
            longest_wait=round(max(seen.waits), 2),
            analysed_twice=seen.twice,
        )
        self.results.take_over.append(row)
        say(row)

    def _joining(self) -> None:
        paced, since = self._steady()
        member = self._crew.start("worker")
        joined = wait_until(lambda: member.records() > 0, PATIENCE, "the new one reads")
        progress = joined + moved_on(self._log, PATIENCE)
        row = TakeOver("joins", round(progress, 2), join_seconds=round(joined, 2))
        self._finish(row, paced, since)

    def _ending(self, event: str, number: signal.Signals) -> None:
        paced, since = self._steady()
        self._crew.alive("worker")[-1].process.send_signal(number)
        progress = moved_on(self._log, PATIENCE)
        self._finish(TakeOver(event, round(progress, 2)), paced, since)


def say(row: object) -> None:
    """Print a row as it comes: the whole takes minutes."""
    print(f"  {row}", flush=True)


def measure(opening: Opening, seconds: float) -> dict[str, object]:
    """Measure one set of stores."""
    with opening() as back:
        print(back.name, flush=True)
        with Crew(back) as crew:
            run = Run(back, crew, seconds)
            try:
                run.go()
            finally:
                run.close()
            return {**asdict(run.results), "machine": machine()}


def main() -> None:
    """Measure, write the JSON."""
    parser = options(__doc__, OUT)
    parser.add_argument("--seconds", type=float, default=8.0, help="per backlog")
    given = parser.parse_args()
    configure_logs("ERROR")
    for name, opening in openings(given).items():
        write({name: measure(opening, given.seconds)}, given.out)


if __name__ == "__main__":
    main()
