"""The `hold` commands: what is held stays, whoever asks."""

from pathlib import Path

import pytest
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


def call(line: Line, *arguments: str) -> Result:
    home = ["--home", str(line.home)]
    return CliRunner().invoke(app, [*arguments, *home])


def done(line: Line, *arguments: str) -> str:
    result = call(line, *arguments)
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


def test_a_hold_outlasts_erasure_until_it_is_released(line: Line) -> None:
    done(line, "hold", "put", GONE, "--reason", "án 12")
    (held,) = lines_of(done(line, "hold", "list", "--json"))
    assert (held["post"], held["reason"]) == (GONE, "án 12")
    both = call(line, "erase", GONE, KEPT, *REASON)
    assert (both.exit_code, "under legal hold" in both.stderr) == (1, True)
    assert found(line) == {GONE}
    done(line, "hold", "release", GONE)
    assert done(line, "hold", "list") == ""
    assert call(line, "hold", "release", GONE).exit_code == 2
    done(line, "erase", GONE, *REASON)
    assert found(line) == set()


@pytest.mark.parametrize("target", ["thu:71", "https://bao.example.vn/1"])
def test_a_hold_of_what_is_not_kept_is_refused(line: Line, target: str) -> None:
    refused = call(line, "hold", "put", target, *REASON)
    assert (refused.exit_code, "Nothing is kept" in refused.stderr) == (2, True)
    assert done(line, "hold", "list") == ""
