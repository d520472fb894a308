"""An embedded installation moves to real engines, is killed on the way, and back."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from engines.drill_support import Engines, line_on
from integration.line_support import Line, live_models
from integration.migrate_support import POSTS, fill, same_everywhere, settings_file

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def old(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Line:
    models = live_models(tmp_path_factory.mktemp("models"))
    line = Line(tmp_path / "old", {"MODELS_DIR": str(models), "LOG_PARTITIONS": "3"})
    fill(line)
    return line


@pytest.fixture
def new(
    tmp_path: Path,
    old: Line,
    kafka_bootstrap: str,
    elasticsearch_url: str,
    postgres_url: str,
) -> Iterator[Line]:
    engines = Engines(
        kafka=kafka_bootstrap, search=elasticsearch_url, postgres=postgres_url
    )
    with line_on(tmp_path / "new", engines, **old.extra) as line:
        yield line


def file_of(folder: Path, line: Line) -> Path:
    folder.mkdir()
    return settings_file(folder, HOME=line.home, SECRET_KEY="khoa thu", **line.extra)


def test_to_engines_with_kills_and_back(tmp_path: Path, old: Line, new: Line) -> None:
    there = file_of(tmp_path / "there", new)
    rng = random.Random(3)
    for _ in range(5):
        old.kill(["migrate", "--to", str(there)], lambda: True, rng.uniform(1.0, 9.0))
    old.done("migrate", "--to", str(there), seconds=200)
    same_everywhere(old, new)
    back = Line(tmp_path / "back", {**old.extra, "LOG_PARTITIONS": "5"})
    new.done("migrate", "--to", str(file_of(tmp_path / "b", back)), seconds=200)
    assert back.found() == new.found()
    assert len(back.found()) == POSTS + 5
    assert back.done("accounts", "list") == old.done("accounts", "list")
