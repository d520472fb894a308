"""The runbook's own shell for trial, backup and restore is run as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.slow


def shell_of(heading: str) -> list[str]:
    """Return the shell blocks under a heading, up to the next heading."""
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    found = re.search(rf"(?ms)^#+ {re.escape(heading)}\n(.*?)(?=^#+ )", text)
    assert found is not None, heading
    return re.findall(r"(?ms)^```sh\n(.*?)^```", found[1])


def run(script: str, folder: Path) -> str:
    """Run shell as somebody would who types it in a fresh account."""
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "CHECKOUT": str(ROOT),
            "MINHTIN_HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_trial_finds_its_post(tmp_path: Path) -> None:
    _install, trial, _start = shell_of("Single server, embedded")[:3]
    said = run(trial, tmp_path)
    assert "1 taken in, 0 rejected" in said
    assert "https://vi-du.example/1" in said
    assert not list(tmp_path.glob("tmp.*")), "the trial leaves nothing behind"


def test_what_was_backed_up_is_there_after_the_drill(tmp_path: Path) -> None:
    posts = "\n".join(
        f'{{"text": "Đường số {n} ở tỉnh Điện Biên hỏng nặng.", "url": "https://vi-du.example/{n}"}}'
        for n in range(3)
    )
    (tmp_path / "posts.jsonl").write_text(posts, encoding="utf-8")
    run(
        "minhtin init\n"
        "echo suoi-trong-nui-cao-2026 | minhtin accounts add lan --role analyst\n"
        "minhtin backfill posts.jsonl --source thu\n"
        "minhtin worker --until-idle\n"
        "minhtin indexer --until-idle\n",
        tmp_path,
    )
    backup, _as_root = shell_of("Back up")
    (restore,) = shell_of("Restore")
    kept = "export BACKUPS=$HOME/minhtin-backups\n"
    run(backup, tmp_path)
    (tmp_path / "home").rename(tmp_path / "lost")
    said = run(kept + restore, tmp_path)
    assert "sound" in said
    assert "lan\tanalyst" in said
    assert "documents\t3" in said
    assert "search index: 3 documents" in said
    assert said.count("https://vi-du.example/") == 3
