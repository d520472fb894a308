"""The search engine is away for half a minute, then read-only, then slow."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from engines.drill_support import (
    Engines,
    Watch,
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
from support_engines.search import ElasticNode
from wiring import bootstrap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
POSTS = 60
OUTAGE_SECONDS = 30.0
SLOW = 0.3
"""Seconds on each way, and again for each further portion of an answer."""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[ElasticNode]:
    with ElasticNode(tmp_path / "elasticsearch") as started:
        yield started


def test_an_index_away_then_read_only_then_slow(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    kafka_bootstrap: str,
    node: ElasticNode,
) -> None:
    models = live_models(tmp_path_factory.mktemp("models"))
    events = events_of(POSTS, revised_each=2)
    third = len(events) // 3
    with (
        Proxy(node.port) as wire,
        line_on(
            tmp_path / "home",
            Engines(kafka=kafka_bootstrap, search=f"http://{wire.address}"),
            MODELS_DIR=models,
        ) as line,
        running(line, "worker", "indexer"),
        Watch(line) as watch,
    ):
        line.put(events[:4])
        caught_up(line)

        node.kill()
        down_since = clock()
        line.put(events[4:third])
        worker_goes_on(line)
        assert said_events(line, "worker")["index_unreachable"] > 0
        until(lambda: clock() - down_since > OUTAGE_SECONDS)
        node.start()
        caught_up(line)

        refuse_writes(node, line, refuse=True)
        line.put(events[third : 2 * third])
        worker_goes_on(line)
        refuse_writes(node, line, refuse=False)
        caught_up(line)

        wire.delay(SLOW)
        line.put(events[2 * third :])
        caught_up(line)
        wire.heal()
        assert watch.unanswered > 0
        prove(line, last_revisions(events), watch)


def clock() -> float:
    return bootstrap.build_clock().now().timestamp()


def worker_goes_on(line: Line) -> None:
    """Wait until the worker has read everything, and the indexer says that it waits."""
    before = said_events(line, "indexer")["waiting"]
    caught_up(line, steps=["worker"])
    until(lambda: said_events(line, "indexer")["waiting"] > before)


def refuse_writes(node: ElasticNode, line: Line, *, refuse: bool) -> None:
    """Set or lift the block that the engine sets by itself when its disk is full."""
    answer = httpx.put(
        f"{node.url}/{line.settings.search_prefix}-*/_settings",
        json={"index.blocks.read_only_allow_delete": refuse or None},
    )
    assert answer.status_code == 200, answer.text
