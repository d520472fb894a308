"""The `audit` commands, and the verifiers that share no code with them."""

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from integration.line_support import Line, lines_of
from support_audit import rewrite, tamper
from wiring import bootstrap
from wiring.settings import load_settings

SCRIPTS = Path(__file__).parents[3] / "scripts"


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Give an installation with a log of five rows, a key, and a place for anchors."""
    made = CliRunner().invoke(app, ["audit", "key", str(tmp_path / "anchor.key")])
    assert made.exit_code == 0, made.output
    (tmp_path / "public").write_text(made.stdout)
    (tmp_path / "anchors").mkdir()
    monkeypatch.setenv("MINHTIN_AUDIT_KEY_FILE", str(tmp_path / "anchor.key"))
    monkeypatch.setenv("MINHTIN_AUDIT_ANCHOR_DIR", str(tmp_path / "anchors"))
    line = Line(tmp_path / "home")
    casework = bootstrap.build_casework(line.settings)
    for n in range(5):
        detail = {"rows": n, "q": "lũ quét “Nậm Rốm” 😀", "part": 0.1 * n}
        casework.record("jobs" if n % 2 else "=cmd", "export", f"list:{n}", detail)
    casework.close()
    return line


def call(line: Line, *arguments: str) -> Result:
    home = ["--home", str(line.home)]
    return CliRunner().invoke(app, ["audit", *arguments, *home])


def done(line: Line, *arguments: str) -> str:
    result = call(line, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def independent(script: str, *arguments: object) -> tuple[int, str]:
    """Run a verifier on the standard library alone, isolated from this environment."""
    command = [sys.executable, "-I", "-S", SCRIPTS / script, *arguments]
    ended = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout.strip() or ended.stderr


def anchors(line: Line) -> list[Path]:
    return sorted((line.home.parent / "anchors").iterdir())


def url(line: Line) -> str:
    return line.settings.casework_url


def test_a_sound_log_is_anchored_and_meets_its_anchor(line: Line) -> None:
    printed = done(line, "anchor").strip()
    (file,) = anchors(line)
    assert file.read_text().strip() == printed
    assert done(line, "verify").startswith("6 rows, sound; 1 anchors met")
    last = lines_of(done(line, "list", "--after", "6"))[0]
    assert (last["act"], last["subject"]) == ("audit.verify", "sound")
    key = (line.home.parent / "public").read_text().strip()
    given = call(line, "verify", "--anchor", str(file), "--key", key)
    assert given.exit_code == 0
    # What was checked against anchors of somebody's choice is not noted.
    assert lines_of(done(line, "list", "--after", "7")) == []


def test_what_was_tampered_with_is_named_with_its_meaning(line: Line) -> None:
    done(line, "anchor")
    tamper(url(line), "UPDATE audit SET subject = 'other' WHERE id = 3")
    broken = call(line, "verify", "--no-record")
    assert broken.exit_code == 1
    assert "row 3: " in broken.stderr
    assert "somebody changed the row after it was written" in broken.stderr


def test_a_chain_written_anew_is_found_by_its_anchor_only(line: Line) -> None:
    done(line, "anchor")
    rewrite(url(line), lambda rows: rows[1:])
    (file,) = anchors(line)
    broken = call(line, "verify", "--anchor", str(file.parent))
    assert broken.exit_code == 1
    assert "is not the one whose head was signed" in broken.stderr
    log = line.home.parent / "log.jsonl"
    log.write_text(done(line, "export"))
    assert independent("verify_audit.py", log) == (0, "sound")
    code, said = independent("verify_audit.py", log, file)
    assert (code, "rewritten" in said) == (1, True)


def test_anchors_need_a_key_and_a_place(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(line, "anchor")
    (file,) = anchors(line)
    for name in ("KEY_FILE", "ANCHOR_DIR"):
        monkeypatch.delenv(f"MINHTIN_AUDIT_{name}")
    assert call(line, "anchor").exit_code == 3
    refused = call(line, "verify", "--anchor", str(file))
    assert (refused.exit_code, "public key" in refused.stderr) == (3, True)
    alone = call(line, "verify")
    assert (alone.exit_code, "No anchor was checked" in alone.stderr) == (0, True)


def test_a_key_is_never_written_over(line: Line) -> None:
    path = line.home.parent / "anchor.key"
    before = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    again = CliRunner().invoke(app, ["audit", "key", str(path)])
    assert (again.exit_code, path.read_bytes()) == (2, before)


def test_an_export_holds_what_is_asked_and_is_noted(line: Line) -> None:
    stated, *rows = lines_of(done(line, "export", "--person", "jobs"))
    assert [row["id"] for row in rows] == [2, 4]
    export = stated["export"]
    assert (export["rows"], export["upto"]) == (2, 5)
    assert export["filter"] == {"actors": ["jobs"]}
    (noted,) = lines_of(done(line, "list", "--after", "5"))
    assert (noted["act"], noted["subject"]) == ("audit.export", "jsonl")
    assert call(line, "export", "--since", "soon").exit_code == 2


def test_a_sheet_opens_without_running_anything(line: Line) -> None:
    text = done(line, "export", "--csv", "--act", "export")
    assert text.startswith("\ufeffid,at,actor,act")
    heads, *rows, last = csv.reader(StringIO(text.removeprefix("\ufeff")))
    assert len(heads) == 8
    assert [row[2] for row in rows] == ["'=cmd", "jobs", "'=cmd", "jobs", "'=cmd"]
    assert last[0] == "export"
    assert json.loads(last[1])["filter"] == {"acts": ["export"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('"list:2"', "row 3: its content was changed"),
        ('"rows": 2', "row 3: its content was changed"),
    ],
)
def test_an_outsider_finds_a_changed_row(line: Line, change: str, said: str) -> None:
    text = done(line, "export")
    assert change in text
    log = line.home.parent / "log.jsonl"
    log.write_text(text.replace(change, change.replace("2", "7")))
    assert independent("verify_audit.py", log) == (1, said)


def test_an_outsider_finds_rows_missing_moved_and_cut(line: Line) -> None:
    done(line, "anchor")
    (file,) = anchors(line)
    log = line.home.parent / "log.jsonl"
    stated, *rows = done(line, "export").splitlines(keepends=True)

    def verdict(*kept: str) -> str:
        log.write_text("".join([stated, *kept]))
        code, said = independent("verify_audit.py", log, file)
        assert code == (said != "sound")
        return said

    assert verdict(*rows) == "sound"
    assert "row 2: missing" in verdict(rows[0], *rows[2:])
    assert "row 2: missing" in verdict(rows[0], rows[2], rows[1], *rows[3:])
    assert "rows after 4 were cut off" in verdict(*rows[:4])


def test_an_outsider_checks_signatures(line: Line) -> None:
    done(line, "anchor")
    (file,) = anchors(line)
    key = (line.home.parent / "public").read_text().strip()
    code, said = independent("verify_anchor.py", key, file)
    assert (code, said) == (0, "1 of 1 anchors signed by this key")
    other = file.with_name("forged")
    other.write_text(file.read_text().replace(" 5 ", " 6 ", 1))
    code, said = independent("verify_anchor.py", key, file, other)
    assert (code, "NOT signed" in said) == (1, True)
    assert independent("verify_anchor.py", key[::-1], file)[0] == 1


@pytest.mark.parametrize(
    "values",
    [
        {"AUDIT_KEY_FILE": "/elsewhere/key"},
        {"AUDIT_ANCHOR_DIR": "/elsewhere"},
        {"AUDIT_KEY_FILE": "{home}/key", "AUDIT_ANCHOR_DIR": "/elsewhere"},
        {"AUDIT_KEY_FILE": "/elsewhere/key", "AUDIT_ANCHOR_DIR": "{home}/anchors"},
    ],
)
def test_settings_that_would_prove_nothing_are_refused(
    tmp_path: Path, values: dict[str, str]
) -> None:
    from domain.errors import ConfigurationError

    env = {f"MINHTIN_{k}": v.format(home=tmp_path) for k, v in values.items()}
    with pytest.raises(ConfigurationError):
        load_settings(env, tmp_path)
