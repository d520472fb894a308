"""An installation on real engines is copied, and brought back home and to engines."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cli.crawling import open_frontier
from cli.restoring import opened
from crawlers.frontier.copying import compare_frontiers
from engines.drill_support import Engines, line_on
from integration.line_support import Line, live_models
from integration.migrate_support import POSTS, fill
from jobs.migration.compare import compare_evidence, compare_logs
from jobs.migration.places import compare_places
from jobs.probe import GROUPS
from wiring import bootstrap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PASSING = {"audit", "chain_heads", "sessions", "outbox"}
"""Tables that the copying and the restore themselves write into."""


@pytest.fixture
def engines(kafka_bootstrap: str, postgres_url: str) -> Engines:
    return Engines(kafka=kafka_bootstrap, postgres=postgres_url)


@pytest.fixture
def line(tmp_path_factory: pytest.TempPathFactory, engines: Engines) -> Iterator[Line]:
    models = live_models(tmp_path_factory.mktemp("models"))
    home = tmp_path_factory.mktemp("line") / "home"
    with line_on(home, engines, MODELS_DIR=models) as line:
        fill(line)
        yield line


def assert_same(one: Line, other: Line) -> None:
    """Compare what two installations hold."""
    sides = one.settings, other.settings
    with (
        closing(bootstrap.build_log(sides[0])) as a,
        closing(bootstrap.build_log(sides[1])) as b,
    ):
        for row in [*compare_logs(a, b), *compare_places(a, b, GROUPS)]:
            assert row.same, row
    with closing(open_frontier(sides[0])) as a, closing(open_frontier(sides[1])) as b:
        assert compare_frontiers(a, b).same
    assert compare_evidence(*map(bootstrap.build_evidence, sides)).same
    rows = [
        [row for row in bootstrap.casework_rows(side) if row[0] not in PASSING]
        for side in sides
    ]
    assert rows[0] == rows[1]
    assert other.found() == one.found()
    assert len(other.found()) == POSTS


def test_home_and_to_other_engines(
    line: Line, engines: Engines, tmp_path: Path
) -> None:
    copy = line.done("backup", "save", str(tmp_path / "b"), seconds=200).strip()
    said = line.done("backup", "verify", copy)
    assert "captures\t20" in said
    home = Line(tmp_path / "back", {"MODELS_DIR": line.extra["MODELS_DIR"]})
    # With the engines' settings, of which a drill must keep away.
    drill = Line(home.home, line.extra)
    drill.done("restore", copy, "--all-in-home", seconds=200)
    assert_same(line, home)
    with line_on(tmp_path / "new", engines, MODELS_DIR=line.extra["MODELS_DIR"]) as new:
        new.done("restore", copy, seconds=200)
        assert_same(line, new)
        assert not list(new.home.glob("*.sqlite"))
        assert "sound" in new.done("audit", "verify")
        # What waited for the worker still waits, and is then found too.
        new.settle()
        assert len(new.found()) == POSTS + 5
        again = new.run("restore", copy, "--home", str(tmp_path / "third"))
        assert again.returncode == 3
        assert "not empty" in again.stderr or "not of this" in again.stderr


def test_the_offsets_at_that_moment_are_told(line: Line, tmp_path: Path) -> None:
    line.done("backup", "save", str(tmp_path / "b"), seconds=200)
    manifest = opened(line.settings, tmp_path / "b").manifest
    assert dict(manifest.stores) == {
        "frontier": "postgresql",
        "log": "kafka",
        "casework": "postgresql",
        "evidence": "folder",
    }
    ends = sum(manifest.offsets.ends["posts"].values())
    read = sum(manifest.offsets.groups["worker"]["posts"].values())
    assert (ends, ends - read) == (POSTS + 5, 5)
