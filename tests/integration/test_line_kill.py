"""`kill -9` anywhere in the line loses nothing and shows nothing twice."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.analysis import Analysis
from domain.labels import About
from eventlog.codec import encode_event
from eventlog.port import EventLog, LogTopic
from integration.line_support import (
    START,
    Line,
    events_of,
    kill_when,
    lines_of,
    live_models,
    local_post,
)
from pipeline.keys import analysis_key
from support_crawl.hamlet import article, hamlet, rss
from wiring import bootstrap

pytestmark = pytest.mark.slow
POSTS = 180
REVISED_EACH = 3
KILLS = 10
STEPS = (("worker", LogTopic.POSTS), ("indexer", LogTopic.ANALYSES))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return live_models(tmp_path_factory.mktemp("models"))


def test_worker_and_indexer_killed_at_random_moments(
    tmp_path: Path, models: Path
) -> None:
    few = {"BATCH_SIZE": "4", "LEASE_SECONDS": "1.5", "MODELS_DIR": str(models)}
    line = Line(tmp_path, few)
    at_work = kill_many_times(line, random.Random(20261124))
    assert at_work["worker"] >= KILLS // 2
    line.settle()
    found = line.found()
    assert Counter(row["id"] for row in found) == Counter(
        f"thu:{number}" for number in range(POSTS)
    )
    for row in found:
        number = int(row["id"].removeprefix("thu:"))
        last = local_post(number, 2 if number % REVISED_EACH == 0 else 1)
        assert (row["revision"], row["text"]) == (last.revision, last.text)
    assert lines_of(line.done("rejected", "list", "--json")) == []
    assert all(row["behind"] == 0 for row in lines_of(line.done("lag", "--json")))


def test_an_indexer_killed_while_much_waits(tmp_path: Path) -> None:
    count = 800
    line = Line(tmp_path, {"BATCH_SIZE": "4", "LEASE_SECONDS": "1.5"})
    write_archive(line, range(count))
    rng = random.Random(11)
    killed_at_work = 0
    with line.log() as log:
        for _ in range(KILLS):
            step = ("indexer", LogTopic.ANALYSES)
            ripe = progress(log, *step, rng.choice((0, 1, 4, 20, 50)))
            line.kill(["indexer"], ripe, rng.uniform(0, 0.05))
            killed_at_work += behind(log, *step) > 0
    assert killed_at_work >= KILLS // 2
    line.done("indexer", "--until-idle")
    ids = Counter(row["id"] for row in line.found())
    assert ids == Counter(f"thu:{number}" for number in range(count))
    assert lines_of(line.done("rejected", "list", "--json")) == []


def kill_many_times(line: Line, rng: random.Random) -> Counter[str]:
    """Feed the line while its two steps are killed in turn; count kills at work."""
    events = events_of(POSTS, REVISED_EACH)
    rounds = KILLS * len(STEPS)
    size = -(-len(events) // rounds)
    at_work = Counter[str]()
    with line.log() as log:
        running = {name: line.start(name) for name, _ in STEPS}
        try:
            for round_ in range(rounds):
                name, topic = STEPS[round_ % len(STEPS)]
                line.put(events[round_ * size : (round_ + 1) * size])
                some = rng.choice((0, 1, 4, 5, 8))
                ripe = progress(log, name, topic, some)
                kill_when(running[name], ripe, rng.uniform(0, 0.03))
                at_work[name] += behind(log, name, topic) > 0
                running[name] = line.start(name)
        finally:
            for process in running.values():
                process.kill()
                process.wait()
    return at_work


def progress(
    log: EventLog, name: str, topic: LogTopic, some: int
) -> Callable[[], bool]:
    """Tell whether a step got so much further, or the line has nothing left to do."""

    def done() -> int:
        return sum(lag.committed for lag in log.lag(name, [topic]))

    goal = done() + some
    return lambda: done() >= goal or not any(behind(log, *step) for step in STEPS)


def behind(log: EventLog, name: str, topic: LogTopic) -> int:
    return sum(lag.behind for lag in log.lag(name, [topic]))


def test_a_killed_rebuild_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    line = Line(tmp_path, {"LEASE_SECONDS": "1.5"})
    count = 1500
    write_archive(line, range(count))
    line.done("indexer", "--until-idle")
    folder = line.settings.index_folder
    rng = random.Random(7)
    for round_ in range(5):
        before = listing(folder)
        line.kill(
            ["reindex"],
            lambda before=before: listing(folder) != before,
            rng.uniform(0, 0.25),
        )
        # The old version, or the whole new one: never a half.
        assert documents(line) == count + round_
        write_archive(line, [count + round_])
        line.done("indexer", "--until-idle")
        assert documents(line) == count + round_ + 1
    line.done("reindex")
    ids = Counter(row["id"] for row in line.found())
    assert ids == Counter(f"thu:{number}" for number in range(count + 5))


def write_archive(line: Line, numbers: range | list[int]) -> None:
    with line.log() as log, log.writer() as writer:
        for number in numbers:
            post = local_post(number)
            made = Analysis(post=post, about=About.PROVINCE, analysed_at=START)
            writer.append(
                LogTopic.ANALYSES, analysis_key(post.id, 1), encode_event(made)
            )


def listing(folder: Path) -> set[tuple[str, int]]:
    """Return the index's files with their places on disk."""
    found = set()
    for path in folder.rglob("*"):
        try:
            found.add((path.name, path.stat().st_ino))
        except FileNotFoundError:
            continue
    return found


def documents(line: Line) -> int:
    index = bootstrap.build_index(line.settings)
    try:
        return index.reader().count()
    finally:
        index.close()


def test_a_killed_crawl_goes_on_and_brings_each_post_once(tmp_path: Path) -> None:
    count = 40
    line = Line(
        tmp_path,
        {
            "ALLOWED_NETWORKS": "127.0.0.0/8",
            "CRAWL_CONTACT": "x@example.org",
            "CRAWL_DELAY": "0.02",
        },
    )
    with hamlet("127.0.0.37") as site:
        site.robots = "User-agent: *\nDisallow:\n"
        paths = [f"/bai-{number}.html" for number in range(count)]
        for number, path in enumerate(paths):
            site.add(path, article(number % 24, f"Bài riêng số {number}."))
        site.pages["/rss"] = (200, {"Content-Type": "application/rss+xml"}, rss(*paths))
        line.add_source("lang", "feed", f"{site.base}/rss")
        rng = random.Random(3)
        for _ in range(6):
            asked = len(site.asked) + rng.choice((0, 3, 8, 15, 25))
            line.kill(
                ["crawl", "lang"],
                lambda asked=asked: len(site.asked) > asked,
                rng.uniform(0, 0.2),
            )
        line.done("crawl", "lang")
        line.done("crawl", "lang")
        posts = [event.post for event in line.read(LogTopic.POSTS)]
    wanted = {(f"{site.base}{path}", 1) for path in paths}
    assert {(post.url, post.revision) for post in posts} == wanted
    assert len({(post.id, post.revision) for post in posts}) == count
