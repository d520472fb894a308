"""The clock of a machine at work jumps an hour ahead, and two hours back."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.model import Account, Decision
from casework.service import Casework
from domain.ids import PostId
from domain.labels import Verdict
from engines.drill_support import (
    Engines,
    Watch,
    add_analyst,
    caught_up,
    last_revisions,
    line_on,
    prove,
    running,
    until,
)
from integration.line_support import Line, events_of, live_models
from wiring import bootstrap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
STEPS = ("worker", "indexer", "jobs")
POSTS = 40
JUMPS = (0, 3600, -3600, 0)
SHIFT = Path(__file__).with_name("clock_shift.c")
PROMPT_SECONDS = 45.0
"""A decision is in the index within this: a lease of the outbox job and the start of
another run. An hour, if the jump were waited for."""


class WrongClock:
    """The clock of processes that get `environment`."""

    def __init__(self, folder: Path) -> None:
        library = folder / "shift.so"
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-o", library, SHIFT, "-ldl"], check=True
        )
        self._offset = folder / "offset"
        self._offset.write_bytes(b"+000000")
        self.environment = {
            "LD_PRELOAD": str(library),
            "CLOCK_SHIFT_FILE": str(self._offset),
        }

    def set_wrong_by(self, seconds: int) -> None:
        """Let it jump, in one step."""
        with self._offset.open("rb+") as file:
            file.write(b"%+07d" % seconds)


@pytest.fixture
def line(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    kafka_bootstrap: str,
    elasticsearch_url: str,
    postgres_url: str,
) -> Iterator[Line]:
    engines = Engines(
        kafka=kafka_bootstrap, search=elasticsearch_url, postgres=postgres_url
    )
    models = live_models(tmp_path_factory.mktemp("models"))
    with line_on(tmp_path / "home", engines, MODELS_DIR=models) as made:
        yield made


def test_a_clock_that_jumps_loses_and_holds_up_nothing(
    line: Line, tmp_path: Path
) -> None:
    clock = WrongClock(tmp_path)
    events = events_of(POSTS, revised_each=2)
    quarter = len(events) // 4
    casework = bootstrap.build_casework(line.settings)
    analyst = add_analyst(casework)
    with running(line, *STEPS, **clock.environment), Watch(line) as watch:
        for number, jump in enumerate(JUMPS):
            clock.set_wrong_by(jump)
            line.put(events[number * quarter : (number + 1) * quarter])
            caught_up(line)
            post = events[number * quarter].post.id
            decide(casework, analyst, post)
            until(lambda post=post: shown(line, casework, post), PROMPT_SECONDS)
        prove(line, last_revisions(events), watch)
    assert casework.verify_audit().sound
    casework.close()


def decide(casework: Casework, analyst: Account, post: PostId) -> None:
    casework.decide(
        analyst, Decision(post_id=post, revision=1, verdict=Verdict.NO_ISSUE)
    )


def shown(line: Line, casework: Casework, post: PostId) -> bool:
    """Whether the index shows the decision as casework holds it."""
    index = bootstrap.build_index(line.settings)
    try:
        found = index.reader().get([post]).get(post)
    finally:
        index.close()
    return found is not None and found.review == casework.latest([post])[post]
