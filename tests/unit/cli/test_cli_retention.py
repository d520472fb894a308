"""The `retention` commands: what would go, what went, and its paper."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from casework.request_model import FoundPost, NewRequest, Outcome, RequestKind
from cli.main import app
from contracts.search_index import analysis
from domain.ids import PostId
from domain.labels import Role
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from integration.line_support import Line, lines_of, local_post
from pipeline.keys import analysis_key
from wiring import bootstrap

PASSWORD = "suối nậm rốm trong"


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """Give an installation with one post, long over by any rule."""
    line = Line(tmp_path / "home")
    with line.log() as log, log.writer() as writer:
        post = local_post(1, 1)
        event = encode_event(analysis(post))
        writer.append(LogTopic.ANALYSES, analysis_key(post.id, 1), event)
    return line


def call(line: Line, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(line.home)])


def test_a_dry_run_lists_every_kind_and_deletes_nothing(line: Line) -> None:
    ended = call(line, "retention", "run", "--dry-run", "--json")
    assert ended.exit_code == 0, ended.output
    rows = lines_of(ended.stdout)
    assert {"unflagged_personal", "press", "log_payload"} <= {r["rule"] for r in rows}
    assert {r["reason"] for r in rows if r["act"] == "keep"} == {
        "hold",
        "case",
        "evidence",
        "shared",
    }
    words = call(line, "retention", "run", "--dry-run").stdout
    assert "because of: hold" in words
    assert call(line, "retention", "certificates").stdout == ""


def test_an_erasure_leaves_a_paper_to_print(line: Line) -> None:
    assert call(line, "erase", "thu:1", "--reason", "7/2026").exit_code == 0
    (paper,) = lines_of(call(line, "retention", "certificates", "--json").stdout)
    listed = call(line, "retention", "certificates").stdout
    assert paper["digest"] in listed
    text = call(line, "retention", "certificate", paper["digest"]).stdout
    assert "GIẤY CHỨNG NHẬN XOÁ DỮ LIỆU" in text
    assert "theo yêu cầu (7/2026)" in text
    assert "bản sao lưu:" in text
    unknown = call(line, "retention", "certificate", "abc")
    assert (unknown.exit_code, "There is no certificate" in unknown.stderr) == (2, True)


def test_an_erasure_ordered_in_the_console_is_carried_out(line: Line) -> None:
    casework = bootstrap.build_casework(line.settings)
    senior, admin = (
        casework.create_account(
            "cli", name=role.value, display="A", role=role, password=PASSWORD
        )
        for role in (Role.SENIOR, Role.ADMIN)
    )
    now = bootstrap.build_clock().now()
    new = NewRequest(
        kind=RequestKind.ERASE, who="A", contact="B", wanted="C", received=now
    )
    number = casework.receive_request(senior, new).number
    post = FoundPost(post_id=PostId("thu:1"), revision=1)
    casework.find_for_request(senior, number, 1, [post])
    casework.assess_request(senior, number, 2, Outcome.ERASED, "Đúng")
    casework.order_erasure(admin, number, 3)
    ended = call(line, "jobs", "--once", "requests")
    assert "carried out 1 erasures" in ended.stdout, ended.output
    (digest,) = casework.request(number).papers
    casework.close()
    text = call(line, "retention", "certificate", digest).stdout
    assert f"theo yêu cầu ({number})" in text
