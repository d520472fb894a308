"""Processes share a cluster: writers beside a rebuild, and a rebuild that is killed."""

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from contracts.search_index import (
    analysis,
    fill,
    get,
    ids,
    page,
    post,
    texts,
)
from domain.errors import ConfigurationError, RetryLaterError
from searchindex.adapters.elastic_client import connect
from searchindex.port import Order
from searchindex.query import FieldIs
from support_search import installation, open_index

TESTS = Path(__file__).parents[1]

START = """
import sys
sys.path.insert(0, sys.argv[4])
from contracts.search_index import analysis, post
from support_search import open_index, options
index = open_index(options(sys.argv[1], sys.argv[2], sys.argv[3]))
"""

WRITER = f"""{START}
writer = index.writer()
for n in range(100_000):
    for k in range(5):
        name = f"{{sys.argv[5]}}-{{n}}-{{k}}"
        of = post(name, f"mưa {{sys.argv[5]}}", hours=n)
        writer.put_analysis(analysis(of, fingerprint=(n, k)))
    result = writer.flush()
    assert (result.written, result.stale) == (5, 0), result
    print(n, flush=True)
"""

REVIEWER = f"""{START}
from contracts.search_index import review
writer = index.writer()
for n in range(1, 100_000):
    writer.put_review(review("shared", version=n))
    assert writer.flush().written == 1
    print(n, flush=True)
"""

REBUILDER = f"""{START}
for n in range(100_000):
    with index.begin_rebuild() as writer:
        for k in range(20):
            writer.put_analysis(analysis(post(f"old{{k}}", f"mưa lần {{n}}")))
    index.swap()
    print(n, flush=True)
"""


@pytest.fixture(params=["elasticsearch", "opensearch"])
def options(request):
    url = request.getfixturevalue(f"{request.param}_url")
    with installation(url, request.param) as options:
        yield options


@pytest.fixture
def index(options):
    index = open_index(options)
    yield index
    index.close()


@pytest.fixture
def start(options):
    running = []

    def started(code, name=""):
        given = (options.urls[0], options.engine, options.prefix, str(TESTS), name)
        process = subprocess.Popen(
            [sys.executable, "-c", code, *given], stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield started
    for process in running:
        if process.poll() is None:
            kill(process)


def kill(process) -> list[int]:
    """Kill at once; return the numbers that it had printed."""
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate(timeout=30)
    return [int(line) for line in out.split()]


def lines(process, count):
    found = [process.stdout.readline() for _ in range(count)]
    assert all(found), "the process ended"
    return found


def physical(options):
    client = connect(options)
    held = client.send("GET", f"/{options.prefix}-*/_alias")
    client.close()
    return sorted(held)


def test_a_killed_writer_loses_nothing_that_it_flushed(start, index):
    chance = random.Random(7)
    assert index.live_version()
    for n in range(2):
        process = start(WRITER, f"w{n}")
        done = lines(process, 1)
        end = time.monotonic() + chance.uniform(0, 0.5)
        while time.monotonic() < end:
            done += lines(process, 1)
        flushed = [int(line) for line in done] + kill(process)
        wanted = {f"w{n}-{m}-{k}" for m in flushed for k in range(5)}
        assert wanted <= set(index.reader().get(sorted(wanted)))
        assert wanted <= set(ids(index, "mưa", size=1000))


def newest(index, name) -> int:
    """Return the number of a writer's last flush that can be found."""
    return max(int(i.split("-")[1]) for i in ids(index, f"text:{name}", size=5))


def wait_until(check, seconds=60):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "timed out"


def test_writers_of_two_processes_and_a_rebuild(start, index, options):
    assert index.live_version()
    processes = {name: start(WRITER, name) for name in ("wa", "wb")}
    for process in processes.values():
        lines(process, 2)
    with index.begin_rebuild() as rebuild:
        seen = {name: newest(index, name) for name in processes}
        wait_until(lambda: all(newest(index, n) > seen[n] + 2 for n in processes))
        rebuild.put_analysis(analysis(post("r", "mưa")))
    index.swap()
    later = {name: newest(index, name) for name in processes}
    wait_until(lambda: all(newest(index, n) > later[n] + 2 for n in processes))
    for name, process in processes.items():
        assert process.poll() is None
        flushes = range(seen[name] + 2, kill(process)[-1] + 1)
        wanted = {f"{name}-{n}-{k}" for n in flushes for k in range(5)}
        assert wanted <= set(index.reader().get(sorted(wanted)))
    assert get(index, "r") is not None
    assert physical(options) == [f"{index.live_version()}-all"]


def test_two_writers_of_one_post_lose_nothing(start, index):
    texts(index, "a")
    fill(index, analysis(post("shared")))
    process = start(REVIEWER)
    lines(process, 1)
    writer = index.writer()
    for n in range(2, 30):
        writer.put_analysis(analysis(post("shared", f"bản {n}", revision=n)))
        assert writer.flush().written == 1
    last = int(lines(process, 2)[-1])
    kill(process)
    document = get(index, "shared")
    assert document.review.version >= last
    assert document.post.revision == 29
    assert len(document.history) == 28


def test_a_killed_rebuild_leaves_a_usable_index(start, index, options):
    texts(index, *["mưa"] * 20)
    chance = random.Random(3)
    for n in range(3):
        process = start(REBUILDER)
        lines(process, 1)
        end = time.monotonic() + chance.uniform(0, 0.4)
        while time.monotonic() < end:
            lines(process, 1)
        kill(process)
        assert len(ids(index, "mưa", size=100)) == 20
        with index.writer() as writer:
            writer.put_analysis(analysis(post("old0", "mưa mới", revision=n + 2)))
        assert ids(index, "mới") == ["old0"]
    with index.begin_rebuild() as writer:
        writer.put_analysis(analysis(post("a")))
    index.swap()
    assert len(physical(options)) == 1
    assert ids(index) == ["a"]


def test_readers_of_several_threads_beside_a_writer_and_swaps(index):
    texts(index, "mưa")
    reader, errors = index.reader(), []

    def read():
        try:
            for _ in range(40):
                assert page(index, "mưa").total >= 1
                assert reader.count() >= 1
        except BaseException as error:  # noqa: BLE001 - handed to the asserting thread
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(6):
        fill(index, analysis(post(f"w{n}", "mưa")))
        if n % 2 == 0:
            with index.begin_rebuild() as writer:
                writer.put_analysis(analysis(post("kept", "mưa")))
            index.swap()
    for thread in threads:
        thread.join()
    assert errors == []


def test_an_index_of_another_mapping_asks_for_a_rebuild(index, options, monkeypatch):
    texts(index, "mưa")
    for module in ("elastic_versions", "elastic_schema"):
        monkeypatch.setattr(f"searchindex.adapters.{module}.VERSION", 99)
    newer = open_index(options)
    with pytest.raises(ConfigurationError, match="reindex"):
        page(newer, "mưa")
    with pytest.raises(ConfigurationError, match="reindex"):
        texts(newer, "mưa")
    with newer.begin_rebuild() as writer:
        writer.put_analysis(analysis(post("a", "mưa")))
    newer.swap()
    assert ids(newer, "mưa") == ["a"]
    assert newer.live_version().startswith(f"{options.prefix}-v99-")
    newer.close()


def test_an_index_made_by_hand_is_not_trusted_for_its_name(index, options):
    name = f"{options.prefix}-v1-000000000000000000"
    aliases = {name: {}, f"{options.prefix}-live": {}}
    client = connect(options)
    client.send("PUT", f"/{name}-all", {"aliases": aliases})
    client.close()
    with pytest.raises(ConfigurationError, match="reindex"):
        texts(index, "mưa")
    with pytest.raises(ConfigurationError, match="reindex"):
        page(index)


def test_two_processes_that_meet_an_empty_cluster_share_one_index(options):
    indexes = [open_index(options) for _ in range(4)]
    threads = [threading.Thread(target=texts, args=(i, "mưa")) for i in indexes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(physical(options)) == 1
    for index in indexes:
        assert ids(index, "mưa") == ["0"]
        index.close()


def test_totals_stop_at_the_bound_and_facets_do_not(options):
    index = open_index(options, bound=5)
    texts(index, *["mưa"] * 8, "nắng")
    answer = page(index, "mưa", facets=("queue",))
    assert (answer.total, answer.total_exact) == (5, False)
    assert index.capabilities.whole_facets
    assert answer.facets == {"queue": {"press": 8}}
    exact = page(index, "nắng")
    assert (exact.total, exact.total_exact) == (1, True)
    everything = page(index)
    assert (everything.total, everything.total_exact) == (9, True)
    index.close()


def test_urgency_looks_at_all_matches(options):
    index = open_index(options, bound=3)
    urgencies = [0.9, 0.1, 0.2, 0.3, 0.4, 0.5]
    fill(
        index,
        *(analysis(post(str(n), hours=n), urgency=u) for n, u in enumerate(urgencies)),
    )
    assert ids(index, "nội", Order.URGENT, size=2) == ["0", "5"]
    index.close()


def test_long_values_of_fields_are_found_and_refuse_no_post(index):
    long = "báo " * 20_000
    for n in range(2):
        of = post(f"url:{'x' * 40_000}{n}", outlet=f"{long}{n}", hours=n)
        fill(index, analysis(of))
    for n in range(2):
        (only,) = ids(index, FieldIs("outlet", f"{long}{n}"))
        assert only.endswith(str(n))
        assert ids(index, FieldIs("id", only)) == [only]
    assert len(page(index, facets=("outlet",)).facets["outlet"]) == 2


def test_a_closed_index_says_so(options):
    index = open_index(options, patience=0.2)
    texts(index, "mưa")
    reader = index.reader()
    index.close()
    with pytest.raises(RetryLaterError):
        reader.count()
