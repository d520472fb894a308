"""The broker is killed and started again while posts come in and are worked on."""

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
from support_engines.kafka import KafkaNode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
POSTS = 150
RATE = 20.0
STEPS = ("worker", "indexer")


def test_a_broker_killed_under_load_loses_and_doubles_nothing(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    elasticsearch_url: str,
) -> None:
    models = live_models(tmp_path_factory.mktemp("models"))
    events = events_of(POSTS, revised_each=3)
    with KafkaNode(tmp_path / "kafka") as broker:
        engines = Engines(kafka=broker.bootstrap, search=elasticsearch_url)
        with (
            line_on(tmp_path / "home", engines, MODELS_DIR=models) as line,
            line.log() as log,
            running(line, *STEPS),
            Watch(line) as watch,
        ):
            with Writer(line, events, RATE) as writer:
                for kill, short in enumerate((True, False), start=1):
                    share = len(events) * kill // 3
                    until(lambda share=share: writer.written > share)
                    until(lambda: watch.seen and behind(log, "worker") > 0)
                    broker.kill()
                    if not short:
                        until(lambda: all(away(line, step) for step in STEPS))
                    broker.start()
                until(writer.finished)
            caught_up(line)
            prove(line, last_revisions(events), watch)
            until(lambda: not any(away(line, step) for step in STEPS))


def away(line: Line, step: str) -> bool:
    """Whether the broker's absence was said last, and not its return."""
    said = said_events(line, step)
    return said["kafka_awaited"] > said["kafka_back"]
