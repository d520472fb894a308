"""`deploy/backup.py`: copies while others write, and finds damage."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy" / "backup.py"


def backup(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / "models" / "x").mkdir(parents=True)
    (folder / "models" / "x" / "model.json").write_text("{}", encoding="utf-8")
    (folder / "secret.key").write_text("k", encoding="utf-8")
    (folder / "index").mkdir()
    (folder / "index" / "v1.sqlite").write_bytes(b"rebuilt, not copied")
    for name in ("frontier", "casework", "log"):
        with closing(sqlite3.connect(folder / f"{name}.sqlite")) as store:
            store.execute("PRAGMA journal_mode=WAL")
            store.execute("CREATE TABLE rows (a INTEGER, b INTEGER)")
            store.commit()
    return folder


def saved(home: Path, folder: Path) -> Path:
    done = backup("save", home, folder)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def test_a_copy_holds_everything_but_the_index(home: Path, tmp_path: Path) -> None:
    copy = saved(home, tmp_path / "backups")
    found = {str(p.relative_to(copy)) for p in copy.rglob("*") if p.is_file()}
    assert found == {
        "SHA256SUMS",
        "casework.sqlite",
        "frontier.sqlite",
        "log.sqlite",
        "models/x/model.json",
        "secret.key",
    }
    assert backup("check", copy).returncode == 0
    assert (copy / "casework.sqlite").stat().st_mode & 0o077 == 0
    assert not list((tmp_path / "backups").glob("*.unfinished"))


def test_what_is_written_meanwhile_is_copied_whole_or_not(
    home: Path, tmp_path: Path
) -> None:
    stop, rounds = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(home / "log.sqlite", timeout=30)) as store:
            number = 0
            while not stop.is_set():
                number += 1
                with store:
                    store.execute("INSERT INTO rows VALUES (?, 0)", (number,))
                    store.execute("UPDATE rows SET b = ? ", (number,))
                rounds.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copy = saved(home, tmp_path / "backups")
    finally:
        stop.set()
        writer.join()
    assert backup("check", copy).returncode == 0
    with closing(sqlite3.connect(copy / "log.sqlite")) as store:
        count, least, most = store.execute(
            "SELECT count(*), min(b), max(b) FROM rows"
        ).fetchone()
    assert rounds
    # Each transaction sets b of all rows to their count: one cut in two would differ.
    assert count == 0 or (least, most) == (count, count)


@pytest.mark.parametrize("name", ["log.sqlite", "secret.key"])
def test_damage_and_loss_are_found(home: Path, tmp_path: Path, name: str) -> None:
    copy = saved(home, tmp_path / "backups")
    changed = bytearray((copy / name).read_bytes())
    changed[-1] ^= 1
    (copy / name).write_bytes(bytes(changed))
    said = backup("check", copy)
    assert (said.returncode, said.stderr) == (
        1,
        f"{name}: changed since it was copied\n",
    )
    (copy / name).unlink()
    assert backup("check", copy).stderr == f"{name}: missing\n"


def test_evidence_is_mirrored_and_forgotten(home: Path, tmp_path: Path) -> None:
    evidence, backups = home / "evidence", tmp_path / "backups"
    captures, copies = evidence / "ab", backups / "evidence" / "ab"
    captures.mkdir(parents=True)
    (captures / "one.warc.gz").write_bytes(b"one")
    (captures / "two.warc.gz").write_bytes(b"two")
    assert backup("evidence", evidence, backups).stdout == "2 new, 0 deleted\n"
    (copies / "two.warc.gz").write_bytes(b"tw")  # a copy that broke off
    (captures / "one.warc.gz").unlink()
    (captures / "three.warc.gz").write_bytes(b"three")
    assert backup("evidence", evidence, backups).stdout == "2 new, 1 deleted\n"
    held = {path.name: path.read_bytes() for path in copies.iterdir()}
    assert held == {"two.warc.gz": b"two", "three.warc.gz": b"three"}


def test_evidence_that_is_not_mounted_empties_no_copy(tmp_path: Path) -> None:
    copy = tmp_path / "backups" / "evidence" / "one.warc.gz"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"one")
    (tmp_path / "evidence").mkdir()
    assert backup("evidence", tmp_path / "evidence", tmp_path / "backups").returncode
    assert copy.read_bytes() == b"one"


def test_a_wrong_call_says_so(tmp_path: Path) -> None:
    assert backup("save", tmp_path, tmp_path / "out").returncode == 2
    assert not (tmp_path / "out").exists()
    assert backup("evidence", tmp_path / "none", tmp_path / "out").returncode == 2
    assert backup().returncode == 2
    assert backup("check", tmp_path).returncode == 1
