"""Processes write and read one Kafka; a reader is killed, a broker too."""

import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from threading import Event, Thread

import pytest
import structlog

from contracts.event_log import drain, put
from domain.errors import RetryLaterError
from eventlog.port import LogTopic
from support_engines.kafka import KafkaNode
from support_kafka import open_log, own_log, own_options, wait_until

TOPICS = [LogTopic.POSTS]
WRITERS, READERS, EACH = 2, 3, 1500

WRITER = """
import sys
from support_kafka import open_log, own_options
from eventlog.port import LogTopic
log = open_log(own_options(sys.argv[1], prefix=sys.argv[2]))
writer = log.writer()
for n in range(int(sys.argv[4])):
    writer.append(LogTopic.POSTS, f"{sys.argv[3]}-{n % 10}", str(n).encode())
    if n % 25 == 24:
        writer.flush()
writer.flush()
log.close()
"""

READER = """
import json, sys, time
from support_kafka import open_log, own_options
from eventlog.port import LogTopic
from domain.errors import ConflictError
from pipeline.runner import positions_after
log = open_log(own_options(sys.argv[1], prefix=sys.argv[2]))
out = open(sys.argv[3], "a", buffering=1)
reader = log.reader("g", [LogTopic.POSTS])
while True:
    rows = reader.poll(20, 0.2)
    out.write(json.dumps([
        time.monotonic(), len(reader.assigned()),
        [(r.partition, r.offset, r.key, int(r.value)) for r in rows],
    ]) + chr(10))
    try:
        reader.commit(positions_after(rows))
    except ConflictError:
        pass
"""


def start(code, *args):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        env={**os.environ, "PYTHONPATH": "tests:."},
        cwd=Path(__file__).parents[2],
    )


def polls(path):
    """What a reader wrote down; a kill may have torn the last line."""
    if not path.exists():
        return []
    lines = path.read_text().split("\n")[:-1]
    return [json.loads(line) for line in lines if line]


def test_two_writers_and_three_readers_of_which_one_is_killed(
    kafka_bootstrap, tmp_path
):
    outs = [tmp_path / f"{n}.jsonl" for n in range(READERS)]
    with own_log(kafka_bootstrap) as log:
        prefix = log._options.prefix
        readers = [start(READER, kafka_bootstrap, prefix, out) for out in outs]
        try:
            # All have a share before there is anything to read.
            wait_until(lambda: all(p and p[-1][1] for p in map(polls, outs)))
            writers = [
                start(WRITER, kafka_bootstrap, prefix, f"w{n}", EACH)
                for n in range(WRITERS)
            ]
            wait_until(lambda: any(rows for _, _, rows in polls(outs[0])))
            os.kill(readers[0].pid, signal.SIGKILL)
            assert [writer.wait(60) for writer in writers] == [0] * WRITERS
            wait_until(lambda: not sum(row.behind for row in log.lag("g", TOPICS)))
        finally:
            for reader in readers:
                reader.kill()
                reader.wait()
    seen = sorted(poll for out in outs for poll in polls(out))
    numbers = defaultdict(list)
    places = set()
    count = 0
    for _, _, rows in seen:
        for partition, offset, key, number in rows:
            count += 1
            if (partition, offset) not in places:
                places.add((partition, offset))
                numbers[key].append(number)
    assert len(places) == WRITERS * EACH
    assert {key: sorted(row) for key, row in numbers.items()} == numbers
    # At least once: only what was in hand at the kill or at a move comes twice.
    assert count - len(places) <= 20 * 4 * READERS


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with KafkaNode(tmp_path_factory.mktemp("kafka")) as node:
        yield node


@pytest.fixture
def own(broker):
    """A log whose calls end soon, on a broker that may be killed."""
    broker.start()
    log = open_log(own_options(broker.bootstrap, call_seconds=4.0))
    log.ensure_topics()
    yield log
    log.close()


class Stubborn(Thread):
    """Writes numbered records in batches, each again and again until it is durable."""

    def __init__(self, log):
        super().__init__()
        self.log, self.durable, self.refused, self.enough = log, 0, 0, Event()

    def run(self):
        writer = self.log.writer()
        while not self.enough.is_set():
            batch = range(self.durable, self.durable + 20)
            try:
                for n in batch:
                    writer.append(LogTopic.POSTS, f"k{n % 5}", str(n).encode())
                writer.flush()
                self.durable += 20
            except RetryLaterError:
                self.refused += 1
                self.enough.wait(0.3)
        writer.close()


def first_seen(records):
    """Return per key the numbers in the order in which they were first read."""
    found = defaultdict(dict)
    for record in records:
        found[record.key].setdefault(int(record.value))
    return {key: list(numbers) for key, numbers in found.items()}


def test_the_broker_is_killed_under_a_writer_and_a_reader(own, broker):
    writer = Stubborn(own)
    reader = own.reader("g", TOPICS)
    records = []
    refused = 0

    def read(until):
        nonlocal refused
        try:
            records.extend(reader.poll(500, 0.3))
        except RetryLaterError:
            refused += 1
        return until()

    with structlog.testing.capture_logs() as said:
        writer.start()
        wait_until(lambda: read(lambda: len(records) > 500))
        broker.kill()
        wait_until(lambda: read(lambda: writer.refused > 1 and refused > 1))
        before = writer.durable
        broker.start()
        wait_until(lambda: read(lambda: writer.durable > before + 500))
        writer.enough.set()
        writer.join()
        numbers = set(range(writer.durable))
        wait_until(lambda: read(lambda: numbers <= {int(r.value) for r in records}))
    in_log = [
        row
        for part, end in own.ends(LogTopic.POSTS).items()
        for row in own.read(LogTopic.POSTS, part, 0, end)
    ]
    for order in (first_seen(in_log), first_seen(records)):
        assert all(row == sorted(row) for row in order.values())
        assert numbers <= {n for row in order.values() for n in row}
    events = [row["event"] for row in said]
    # Writer and reader may find it back at different moments; neither repeats itself.
    assert events[0] == "kafka_awaited"
    assert events[-1] == "kafka_back"
    # A slow machine may lose and find it more often, but nobody repeats a word.
    assert len(events) <= 20
    reader.close()


def test_every_call_ends_while_the_broker_is_frozen(own, broker):
    put(own, [("k", b"1")])
    reader = own.reader("g", TOPICS)
    records = drain(reader, 1)
    writer = own.writer()
    writer.append(LogTopic.POSTS, "k", b"2")
    calls = (
        writer.flush,
        # Polls are merely empty until a beat or two is missing.
        lambda: [reader.poll(1, 0.5) for _ in range(30)],
        lambda: own.ends(LogTopic.POSTS),
        lambda: own.lag("g", TOPICS),
        lambda: own.read(LogTopic.POSTS, 0, 0, 1),
    )
    broker.pause()
    try:
        for call in calls:
            done: list[object] = []

            def attempt(call=call, done=done):
                try:
                    done.append(call())
                except RetryLaterError as error:
                    done.append(error)

            thread = Thread(target=attempt, daemon=True)
            thread.start()
            thread.join(20)
            assert done, f"{call} is stuck"
            assert isinstance(done[0], RetryLaterError)
    finally:
        broker.resume()
    # All goes on by itself.
    writer.append(LogTopic.POSTS, "k", b"2")
    wait_until(lambda: _works(writer.flush))
    found: list[bytes] = []
    wait_until(lambda: _works(lambda: found.extend(_values(reader))) and b"2" in found)
    assert records[0].value == b"1"
    reader.close()
    writer.close()


def _works(call):
    try:
        call()
    except RetryLaterError:
        return False
    return True


def _values(reader):
    return [record.value for record in reader.poll(10, 0.3)]
