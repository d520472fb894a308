"""Processes share a folder, and one that is killed leaves a usable index."""

import os
import random
import signal
import subprocess
import sys
import time
from bisect import bisect_left

from contracts.search_index import analysis, get, ids, post, texts
from searchindex.adapters.sqlite import SqliteSearchIndex

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from contracts.search_index import analysis, post
from searchindex.adapters.sqlite import SqliteSearchIndex
index = SqliteSearchIndex(Path(sys.argv[1]), bands_of=lambda prints: prints)
writer = index.writer()
for n in range(100_000):
    for k in range(5):
        name = f"{sys.argv[2]}-{n}-{k}"
        writer.put_analysis(analysis(post(name, "mưa lũ", hours=n), fingerprint=(n, k)))
    writer.flush()
    print(n, flush=True)
"""

REBUILDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from contracts.search_index import analysis, post
from searchindex.adapters.sqlite import SqliteSearchIndex
index = SqliteSearchIndex(Path(sys.argv[1]), bands_of=lambda prints: prints)
for n in range(100_000):
    with index.begin_rebuild() as writer:
        for k in range(20):
            writer.put_analysis(analysis(post(f"old{k}", f"mưa lần {n}")))
    index.swap()
    print(n, flush=True)
"""


def start(code, folder, name=""):
    tests = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120 - three levels up, as text
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), name, tests],
        stdout=subprocess.PIPE,
        text=True,
    )


def make(folder):
    return SqliteSearchIndex(folder, bands_of=lambda prints: prints)


def kill(process) -> list[int]:
    """Kill at once; return the numbers that it had printed."""
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate(timeout=30)
    return [int(line) for line in out.split()]


def lines(process, count):
    return [process.stdout.readline() for _ in range(count)]


def there(index, name, number) -> bool:
    return get(index, f"{name}-{number}-4") is not None


def newest(index, name) -> int:
    """Return the number of a writer's last flush that can be found.

    Asked for by name: a search for the newest shows only the writer that is ahead.
    """
    high = 1
    while there(index, name, high):
        high *= 2
    return bisect_left(range(high), True, key=lambda n: not there(index, name, n)) - 1


def wait_until(check, seconds=60):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "timed out"


def test_a_killed_writer_loses_nothing_that_it_flushed(tmp_path):
    chance = random.Random(7)
    for n in range(4):
        process = start(WRITER, tmp_path, f"w{n}")
        first = lines(process, 1)
        end = time.monotonic() + chance.uniform(0, 0.3)
        while time.monotonic() < end:
            first += lines(process, 1)
        flushed = [int(line) for line in first] + kill(process)
        index = make(tmp_path)
        found = set(ids(index, "mưa fetched:>=2020 -id:x", size=1000))
        wanted = {f"w{n}-{m}-{k}" for m in flushed for k in range(5)}
        assert wanted <= set(index.reader().get(sorted(wanted)))
        assert found
        whole = {i.rpartition("-")[0] for i in found}
        assert len(found) == min(5 * len(whole), 1000)
        index.close()


def test_writers_of_two_processes_and_a_rebuild(tmp_path):
    index = make(tmp_path)
    processes = [start(WRITER, tmp_path, name) for name in "ab"]
    try:
        for process in processes:
            lines(process, 2)
        rebuild = index.begin_rebuild()
        seen = {name: newest(index, name) for name in "ab"}
        wait_until(lambda: all(there(index, n, seen[n] + 2) for n in "ab"))
        rebuild.put_analysis(analysis(post("r", "mưa")))
        rebuild.flush()
        index.swap()
        for name in "ab":
            assert there(index, name, seen[name] + 2)
        assert get(index, "r") is not None
        rebuild.close()
    finally:
        for process in processes:
            kill(process)
    index.close()


def test_a_killed_rebuild_leaves_a_usable_index(tmp_path):
    index = make(tmp_path)
    texts(index, *["mưa"] * 20)
    chance = random.Random(3)
    for _ in range(6):
        process = start(REBUILDER, tmp_path)
        done = lines(process, 1)
        end = time.monotonic() + chance.uniform(0, 0.1)
        while time.monotonic() < end:
            done += lines(process, 1)
        kill(process)
        assert done
        assert len(ids(index, "mưa", size=100)) == 20
        with index.writer() as writer:
            writer.put_analysis(analysis(post("old0", "mưa mới", revision=2)))
        assert ids(index, "mới") == ["old0"]
    with index.begin_rebuild() as writer:
        writer.put_analysis(analysis(post("a")))
    index.swap()
    assert len(list(tmp_path.glob("v*.sqlite"))) == 1
    index.close()
