"""`kill -9` at each point of a batch, on Kafka and a search engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engines.doomed import Point
from engines.drill_support import (
    PATIENCE,
    Engines,
    Watch,
    behind,
    caught_up,
    doomed,
    last_revisions,
    line_on,
    prove,
    running,
)
from integration.line_support import Line, events_of, live_models

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
AT = {"worker": 3, "indexer": 2}
"""The batch in which each dies, so that it leaves work done and work not done."""


@pytest.fixture
def line(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    kafka_bootstrap: str,
    elasticsearch_url: str,
) -> Iterator[Line]:
    models = live_models(tmp_path_factory.mktemp("models"))
    engines = Engines(kafka=kafka_bootstrap, search=elasticsearch_url)
    with line_on(tmp_path, engines, BATCH_SIZE=4, MODELS_DIR=models) as made:
        yield made


def test_worker_and_indexer_killed_in_each_phase_of_a_batch(line: Line) -> None:
    events = events_of(90, revised_each=3)
    line.put(events)
    with Watch(line) as watch:
        for point in Point:
            die_together(line, point)
        with line.log() as log:
            assert behind(log, "worker") > 0  # They died at work.
        with running(line, "worker", "indexer"):
            caught_up(line)
        prove(line, last_revisions(events), watch)


def die_together(line: Line, point: Point) -> None:
    """Let a worker and an indexer die at the same point, each in its own batch."""
    processes = {name: doomed(line, name, point, at) for name, at in AT.items()}
    for name, process in processes.items():
        assert process.wait(PATIENCE) == -9, line.said(name)[-3000:]
