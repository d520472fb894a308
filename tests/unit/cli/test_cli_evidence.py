"""The `evidence` commands: by digest, post and address, refusals, exit codes."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from contracts.evidence_store import CAPTURE, UNKNOWN
from domain.events import PostRevised, PostSeen
from domain.ids import Digest
from evidence.adapters.file import FileEvidence
from evidence.adapters.memory import MemoryEvidence
from integration.line_support import Line, lines_of, local_post
from wiring import bootstrap

URL = "https://bao.example.vn/tin-1.html"


@pytest.fixture
def line(tmp_path: Path) -> Line:
    made = Line(tmp_path / "home")
    with made.log():
        return made


@pytest.fixture
def store(line: Line) -> FileEvidence:
    return FileEvidence(line.settings.evidence_folder)


def run(line: Line, *arguments: str) -> Result:
    home = ["--home", str(line.home)]
    return CliRunner().invoke(app, ["evidence", *arguments, *home])


def done(line: Line, *arguments: str) -> str:
    result = run(line, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def captured(store: FileEvidence, body: str) -> Digest:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return store.put(
        replace(CAPTURE, url=URL, body=body.encode(), response_headers=headers)
    )


def test_a_post_shows_the_capture_of_each_revision(
    line: Line, store: FileEvidence
) -> None:
    digests = [captured(store, text) for text in ("một", "hai")]
    post = replace(local_post(1), id=f"url:{URL}", url=URL)
    line.put(
        [
            PostSeen(post=replace(post, revision=1, evidence=digests[0])),
            PostRevised(
                post=replace(post, revision=2, evidence=digests[1]), changed=("text",)
            ),
        ]
    )
    for target in (post.id, f"{URL}?utm_source=zalo"):
        rows = lines_of(done(line, "show", target, "--json"))
        assert [(row["revision"], row["digest"]) for row in rows] == [
            (1, digests[0]),
            (2, digests[1]),
        ]
        assert rows[0]["payload_sha256"] == sha256("một".encode()).hexdigest()
        assert rows[0]["url"] == URL
        assert rows[0]["picture"] is None
    assert done(line, "show", post.id, "--payload") == "hai"
    assert run(line, "verify", post.id).exit_code == 0
    store.delete(digests[:1])
    for command in (("show",), ("verify",), ("export", "--to", str(line.home / "x"))):
        left = run(line, *command, post.id)
        assert left.exit_code == 1
        assert f"{digests[0]} is not there" in left.stderr
    shown = done(line, "show", digests[1].removeprefix("sha256:").upper())
    assert "User-Agent: MinhTin" in shown
    acts = [json.loads(row)["act"] for row in audit(line)]
    assert acts.count("evidence.read") == 1


def audit(line: Line) -> list[str]:
    casework = bootstrap.build_casework(line.settings)
    try:
        return [
            json.dumps({"act": row.act, "subject": row.subject})
            for row in casework.audit(limit=100)
        ]
    finally:
        casework.close()


def test_list_by_day_and_part_of_the_address(line: Line, store: FileEvidence) -> None:
    digest = captured(store, "một")
    store.put(replace(CAPTURE, url="https://khac.example/"))
    rows = lines_of(done(line, "list", "--url", "tin-1", "--json"))
    assert [row["digest"] for row in rows] == [digest]
    assert len(done(line, "list", "--since", "2026-03-07").splitlines()) == 2
    assert done(line, "list", "--since", "2026-03-08") == ""


def test_verify_names_what_is_unsound_and_ends_with_one(
    line: Line, store: FileEvidence
) -> None:
    good, bad = captured(store, "một"), captured(store, "hai")
    assert run(line, "verify").exit_code == 0
    (path,) = line.settings.evidence_folder.rglob(f"{bad[7:]}.warc.gz")
    path.write_bytes(path.read_bytes()[:-20])
    ended = run(line, "verify", "--json")
    assert ended.exit_code == 1
    assert bad in ended.stderr
    assert {row["digest"]: row["sound"] for row in lines_of(ended.stdout)} == {
        good: True,
        bad: False,
    }
    assert run(line, "verify", good).exit_code == 0


def test_export_by_post_into_a_zip_is_in_the_audit(
    line: Line, store: FileEvidence, tmp_path: Path
) -> None:
    digest = captured(store, "một")
    to = tmp_path / "ho-so.zip"
    done(line, "export", digest, "--to", str(to))
    assert to.exists()
    again = run(line, "export", digest, "--to", str(to))
    assert again.exit_code == 2
    assert "there already" in again.stderr
    assert {"act": "evidence.export", "subject": digest} in map(json.loads, audit(line))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "khong-co"), 2, "no capture"),
        (("show", UNKNOWN), 1, "not there"),
        (("show", "sha256:zz"), 2, "no capture"),
        (("verify", "https://khong.example/"), 2, "no capture"),
        (("list", "--since", "hôm qua"), 2, "no day"),
        (("export", "--to", "x"), 2, "what to export"),
        (("export", UNKNOWN, "--all", "--to", "x"), 2, "what to export"),
        (("picture", UNKNOWN), 2, "No evidence"),
    ],
)
def test_bad_input_is_a_sentence(
    line: Line, arguments: tuple[str, ...], code: int, said: str
) -> None:
    line.home.mkdir(exist_ok=True)
    result = run(line, *arguments)
    assert result.exit_code == code
    assert said in result.output
    assert "Traceback" not in result.output


def test_without_a_browser_it_says_what_to_install(
    line: Line, store: FileEvidence, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    digest = captured(store, "<p>một</p>")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MINHTIN_CHROMIUM", raising=False)
    said = run(line, "picture", digest)
    assert said.exit_code == 3
    assert "no Chromium" in said.output


class Interrupted(MemoryEvidence):
    """Ctrl+C comes after the second capture."""

    def digests(self):
        for number, digest in enumerate(super().digests()):
            if number == 2:
                raise KeyboardInterrupt
            yield digest


def test_ctrl_c_says_how_far_verify_came(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Interrupted()
    for number in range(5):
        store.put(replace(CAPTURE, body=b"%d" % number))
    monkeypatch.setattr(bootstrap, "build_evidence", lambda _: store)
    line.home.mkdir(exist_ok=True)
    said = run(line, "verify")
    assert said.exit_code == 130
    assert "2 captures checked, 0 unsound" in said.output
    assert "Interrupted" in said.output
