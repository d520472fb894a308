"""The `posts` commands: what is erased is gone everywhere, what is held stays."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from contracts.search_index import analysis
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from integration.line_support import Line, lines_of, local_post
from pipeline.keys import analysis_key
from pipeline.runner import Runner
from searchindex.port import Search
from wiring import bootstrap

GONE, KEPT = "thu:1", "thu:2"
REASON = ("--reason", "7/2026")


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Undo what a command in this process sets: logs to its own stderr, soon closed."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """Give an installation with two posts that were analysed."""
    line = Line(tmp_path / "home")
    with line.log() as log, log.writer() as writer:
        for number in (1, 2):
            post = local_post(number, 1)
            event = encode_event(analysis(post))
            writer.append(LogTopic.ANALYSES, analysis_key(post.id, 1), event)
    return line


def posts(line: Line, *arguments: str, said: str = "") -> Result:
    home = ["--home", str(line.home)]
    return CliRunner().invoke(app, ["posts", *arguments, *home], input=said)


def done(line: Line, *arguments: str) -> str:
    result = posts(line, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def found(line: Line) -> set[str]:
    """Index what is new and return the ids of all that is found."""
    index = bootstrap.build_index(line.settings)
    with line.log() as log:
        step = bootstrap.build_indexer(index)
        Runner(step=step, log=log, clock=bootstrap.build_clock()).run(until_idle=True)
    hits = index.reader().search(Search(size=10)).hits
    ids = {str(hit.document.post.id) for hit in hits}
    index.close()
    return ids


def test_erased_posts_leave_and_others_stay(line: Line) -> None:
    assert found(line) == {GONE, KEPT}
    (paper,) = lines_of(done(line, "erase", GONE, *REASON, "--yes", "--json"))
    assert (paper["reason"], len(paper["posts"])) == ("7/2026", 1)
    assert found(line) == {KEPT}
    audit = bootstrap.build_casework(line.settings).audit()
    noted = next(row for row in audit if row.act == "retention.certificate")
    assert noted.detail["digest"] == paper["digest"]
    assert GONE not in json.dumps(dict(noted.detail))
    again = posts(line, "erase", GONE, *REASON, "--yes")
    assert (again.exit_code, "Nothing is kept" in again.stderr) == (2, True)


def test_nothing_is_erased_that_was_not_confirmed_or_is_not_known(line: Line) -> None:
    call = ("erase", GONE, *REASON)
    assert posts(line, *call, said="n\n").exit_code == 1
    assert posts(line, *call).exit_code == 1
    assert posts(line, "erase", GONE, "--yes").exit_code == 2
    slip = posts(line, *call, "thu:71", "--yes")
    assert (slip.exit_code, "thu:71" in slip.stderr) == (2, True)
    assert found(line) == {GONE, KEPT}


def test_a_hold_outlasts_erasure_until_it_is_released(line: Line) -> None:
    done(line, "hold", GONE, "--reason", "án 12")
    (held,) = lines_of(done(line, "held", "--json"))
    assert (held["post"], held["reason"]) == (GONE, "án 12")
    both = posts(line, "erase", GONE, KEPT, *REASON, "--yes")
    assert (both.exit_code, "under legal hold" in both.stderr) == (1, True)
    assert found(line) == {GONE}
    done(line, "release", GONE)
    assert done(line, "held") == ""
    assert posts(line, "release", GONE).exit_code == 2
    assert "1 posts" in done(line, "erase", GONE, *REASON, "--yes")
    assert found(line) == set()


def test_a_hold_of_what_is_not_kept_is_refused(line: Line) -> None:
    refused = posts(line, "hold", "thu:71", *REASON)
    assert (refused.exit_code, "thu:71" in refused.stderr) == (2, True)
    assert done(line, "held") == ""


def test_an_address_that_nobody_knows_is_refused(line: Line) -> None:
    refused = posts(line, "hold", "https://bao.example.vn/1", *REASON)
    assert (refused.exit_code, "Nothing is kept" in refused.stderr) == (2, True)
