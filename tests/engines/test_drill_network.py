"""The network between the line and its log and index is cut, stalls, and heals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engines.drill_support import (
    Engines,
    Watch,
    Writer,
    behind,
    caught_up,
    last_revisions,
    line_on,
    prove,
    running,
    said_events,
    until,
)
from integration.line_support import Line, events_of, live_models
from support_engines.cut import Proxy
from support_engines.kafka import KafkaNode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
POSTS = 120
RATE = 20.0
STEPS = ("worker", "indexer")


@pytest.fixture
def wire_to_kafka(tmp_path: Path) -> Iterator[Proxy]:
    """A wire to a broker that tells everybody to come by it."""
    with Proxy() as wire, KafkaNode(tmp_path / "k", advertised=wire.port) as broker:
        wire.target = broker.port
        yield wire


@pytest.fixture
def wire_to_index(elasticsearch_url: str) -> Iterator[Proxy]:
    with Proxy(int(elasticsearch_url.rsplit(":", 1)[1])) as wire:
        yield wire


def test_wires_cut_and_stalled_lose_and_double_nothing(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    wire_to_kafka: Proxy,
    wire_to_index: Proxy,
) -> None:
    models = live_models(tmp_path_factory.mktemp("models"))
    events = events_of(POSTS, revised_each=3)
    engines = Engines(
        kafka=wire_to_kafka.address, search=f"http://{wire_to_index.address}"
    )
    with (
        line_on(tmp_path / "home", engines, MODELS_DIR=models) as line,
        line.log() as log,
        running(line, *STEPS),
        Watch(line) as watch,
    ):
        with Writer(line, events, RATE) as writer:
            # Each time with work under way on both sides of the wire.
            breaks = (
                (wire_to_kafka.cut, wire_to_kafka, STEPS),
                (wire_to_index.stall, wire_to_index, ("indexer",)),
                (wire_to_kafka.stall, wire_to_kafka, STEPS),
                (wire_to_index.cut, wire_to_index, ("indexer",)),
            )
            for at, (break_it, wire, noticed_by) in enumerate(breaks, start=1):
                share = len(events) * at // (len(breaks) + 1)
                until(lambda share=share: writer.written > share)
                until(lambda: watch.seen and behind(log, "worker") > 0)
                before = waits(line, noticed_by)
                break_it()
                until(lambda b=before, n=noticed_by: waits(line, n) > b)
                wire.heal()
            until(writer.finished)
        caught_up(line)
        prove(line, last_revisions(events), watch)


def waits(line: Line, steps: tuple[str, ...]) -> int:
    """Return how often steps have said that they wait."""
    return sum(said_events(line, step)["waiting"] for step in steps)
