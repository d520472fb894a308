"""The log and the search index by themselves: embedded beside the real engines.

    python -m benchmarks.engines.stores [--only embedded|engines] [--documents 100000]

One process writes and reads. Flushes of 64 are what a worker does, flushes of 500 what
an import does; the questions are those of `benchmarks.search`.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median, quantiles

from benchmarks.engines.backs import (
    Back,
    Opening,
    index_bytes,
    openings,
    options,
    write,
)
from benchmarks.scale_measure import ROOT, machine
from benchmarks.scale_posts import Made, Mix, PostMaker
from benchmarks.search import answers, fill, made_up
from domain.clock import SystemClock
from domain.events import PostSeen
from eventlog.codec import encode_event
from eventlog.port import EventLog, LogTopic, Position, Record
from nlp.fingerprint import bands
from searchindex.port import SearchIndex
from wiring.logs import configure_logs
from wiring.profile import load_profile

OUT = ROOT / "var" / "scale" / "stores.json"
RECORDS = 12_000
BATCH = 64
BULK = 500
PATIENCE = 60.0
TIMES = 25
"""Flushes per size: fewer is no 95th percentile."""

LOOKUP = 6
"""Posts of one near-copy lookup: those of a batch of which a tenth passes the gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """The log, one writer and one reader."""

    store: str
    append_per_second: float
    append_megabytes_per_second: float
    flush_64_ms: tuple[float, float]
    read_per_second: float
    group_read_per_second: float
    commit_ms: tuple[float, float]
    cpu_ms: float | None
    """CPU of the engine per record appended and read three times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRow:
    """The index at its size; milliseconds are p50 and p95."""

    store: str
    documents: int
    written_per_second: float
    megabytes: float
    cpu_ms: float | None
    """CPU of the engine per document written."""

    flush_8_ms: tuple[float, float]
    flush_64_ms: tuple[float, float]
    questions: list[dict[str, object]]


def milliseconds(times: Sequence[float]) -> tuple[float, float]:
    """Return p50 and p95 of seconds, in milliseconds."""
    return round(median(times) * 1000, 2), round(quantiles(times, n=20)[-1] * 1000, 2)


def timed(act: Callable[[], object]) -> float:
    """Return the seconds of one call."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def log_row(back: Back) -> LogRow:
    """Measure the log."""
    settings = back.settings()
    profile = load_profile(settings.profile, settings.profiles_dir)
    posts = PostMaker(profile.full_name).make(RECORDS, Mix(), "log")
    values = [encode(made) for made in posts]
    log = back.log()
    cpu = back.engine_cpu().get("log")
    try:
        appended = timed(lambda: append(log, posts, values))
        read = timed(lambda: read_all(log))
        grouped, commits = read_as_group(log)
        flushes = flush_times(log, posts, values)
    finally:
        log.close()
    spent = back.engine_cpu().get("log")
    return LogRow(
        store=back.name,
        append_per_second=round(RECORDS / appended),
        append_megabytes_per_second=round(sum(map(len, values)) / appended / 1e6, 1),
        flush_64_ms=milliseconds(flushes),
        read_per_second=round(RECORDS / read),
        group_read_per_second=round(RECORDS / grouped),
        commit_ms=milliseconds(commits),
        cpu_ms=None if cpu is None or spent is None else per(spent - cpu, RECORDS),
    )


def per(seconds: float, count: int) -> float:
    """Return milliseconds each."""
    return round(seconds * 1000 / count, 4)


def encode(made: Made) -> bytes:
    """Return a post as it lies in the log."""
    post = replace(made.post, fetched=SystemClock().now())
    return encode_event(PostSeen(post=post))


def append(log: EventLog, posts: Sequence[Made], values: Sequence[bytes]) -> None:
    """Append everything in flushes of an import."""
    with log.writer() as writer:
        for number, (made, value) in enumerate(zip(posts, values, strict=True)):
            writer.append(LogTopic.POSTS, made.post.id, value)
            if number % BULK == BULK - 1:
                writer.flush()


def read_all(log: EventLog) -> None:
    """Read every partition without a group, as a rebuild does."""
    for partition, end in log.ends(LogTopic.POSTS).items():
        offset = 0
        while offset < end:
            records = log.read(LogTopic.POSTS, partition, offset, BULK)
            if not records:
                raise RuntimeError(f"partition {partition} ends at {offset}, not {end}")
            offset = records[-1].offset + 1


def read_as_group(log: EventLog) -> tuple[float, list[float]]:
    """Read as a worker does; return seconds from the first batch, and of commits."""
    commits: list[float] = []
    done = 0
    with log.reader("bench", [LogTopic.POSTS]) as reader:
        began = deadline = time.perf_counter()
        while done < RECORDS:
            records = reader.poll(BATCH, 1.0)
            if not records:
                if time.perf_counter() - deadline > PATIENCE:
                    raise TimeoutError(f"only {done} of {RECORDS} records came")
                continue
            if not done:
                began = time.perf_counter()
            done += len(records)
            places = positions(records)
            commits.append(timed(lambda at=places: reader.commit(at)))  # type: ignore[misc]
        return time.perf_counter() - began, commits


def positions(records: Sequence[Record]) -> list[Position]:
    """Return the next offsets."""
    ends = {(r.topic, r.partition): r.offset + 1 for r in records}
    return [Position(*place, offset) for place, offset in ends.items()]


def flush_times(
    log: EventLog, posts: Sequence[Made], values: Sequence[bytes]
) -> list[float]:
    """Return the seconds of flushes of a worker's batch."""
    found = []
    with log.writer() as writer:
        for _ in range(TIMES):
            for made, value in zip(posts[:BATCH], values[:BATCH], strict=True):
                writer.append(LogTopic.POSTS, made.post.id, value)
            found.append(timed(writer.flush))
    return found


def search_row(back: Back, documents: int, seconds: float) -> SearchRow:
    """Fill the index, then ask."""
    index = back.index()
    cpu = back.engine_cpu().get("search")
    try:
        rate = fill(index, documents)
        spent = back.engine_cpu().get("search")
        flushes = {size: bulk_times(index, size) for size in (8, BATCH)}
        rows = list(answers(index.reader(), seconds))
        rows.append(lookup(index))
        megabytes = index_bytes(back) / 1e6
    finally:
        index.close()
    return SearchRow(
        store=back.name,
        documents=documents,
        written_per_second=round(rate),
        megabytes=round(megabytes, 1),
        cpu_ms=None if cpu is None or spent is None else per(spent - cpu, documents),
        flush_8_ms=milliseconds(flushes[8]),
        flush_64_ms=milliseconds(flushes[BATCH]),
        questions=rows,
    )


def bulk_times(index: SearchIndex, size: int) -> list[float]:
    """Return the seconds of an indexer's flush of so many documents."""
    import random

    chance = random.Random(size)
    found = []
    with index.writer() as writer:
        for turn in range(TIMES):
            for number in range(size):
                # Numbers beyond those that were filled in: new documents, dated last.
                writer.put_analysis(
                    made_up(10**9 + turn * size + number, chance, 10**9)
                )
            found.append(timed(writer.flush))
    return found


def lookup(index: SearchIndex) -> dict[str, object]:
    """Ask for the near-copies of a batch, as each batch of a worker does."""
    import random

    chance = random.Random(5)
    reader = index.reader()
    wanted = [
        bands(made_up(number, chance, LOOKUP).fingerprint) for number in range(LOOKUP)
    ]
    times = [
        timed(lambda: reader.near_copy_candidates(wanted, 50)) for _ in range(TIMES)
    ]
    p50, p95 = milliseconds(times)
    return {"name": "lookup of a batch", "p50": p50, "p95": p95, "times": TIMES}


def measure(opening: Opening, documents: int, seconds: float) -> dict[str, object]:
    """Measure one set of stores."""
    with opening() as back:
        print(back.name, flush=True)
        row = log_row(back)
        print(f"  {row}", flush=True)
        found = search_row(back, documents, seconds)
        print(f"  {found}", flush=True)
        return {"log": asdict(row), "search": asdict(found), "machine": machine()}


def main() -> None:
    """Measure, write the JSON."""
    parser = options(__doc__, OUT)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=0.4, help="per question")
    given = parser.parse_args()
    configure_logs("ERROR")
    for name, opening in openings(given).items():
        measured = measure(opening, given.documents, given.seconds)
        write({name: measured}, given.out)


if __name__ == "__main__":
    main()
