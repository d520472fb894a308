"""An installation moves to other stores by the command, and is the same there."""

import random
import shlex
import sqlite3
from pathlib import Path

import pytest

from domain.events import PostSeen
from evidence.port import Capture
from integration.line_support import START, Line, lines_of, live_models, local_post
from wiring import bootstrap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
POSTS = 60


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    return live_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def old(tmp_path, models) -> Line:
    line = Line(tmp_path / "old", {"MODELS_DIR": str(models), "LOG_PARTITIONS": "3"})
    fill(line)
    return line


def fill(line: Line) -> None:
    """Give an installation posts, of which some wait, captures, people and visits."""
    line.put([seen(number) for number in range(POSTS)])
    line.settle()
    line.put([seen(number) for number in range(POSTS, POSTS + 5)])
    evidence = bootstrap.build_evidence(line.settings)
    for number in range(20):
        evidence.put(
            Capture(
                url=f"https://bao.example/{number}",
                fetched=START,
                status=200,
                request_headers=(),
                response_headers=(("Content-Type", "text/html"),),
                body=b"<p>\xc6\xb0</p>" * number,
            )
        )
    line.add_source("bao", "feed", "https://bao.example/rss")
    said = "mot-mat-khau-dai-va-rieng\n" * 2
    added = line.run("accounts", "add", "lan", "--role", "analyst", said=said)
    assert added.returncode == 0, added.stderr


def seen(number: int) -> PostSeen:
    return PostSeen(post=local_post(number), trace=f"t{number}")


def settings_file(folder: Path, **values: object) -> Path:
    path = folder / "new.env"
    lines = [f"MINHTIN_{k}={shlex.quote(str(v))}" for k, v in values.items()]
    path.write_text("\n".join(["# the new stores", *lines, ""]), encoding="utf-8")
    return path


def to_other_home(tmp_path: Path, old: Line) -> tuple[Path, Line]:
    extra = {**old.extra, "LOG_PARTITIONS": "4", "SECRET_KEY": "khoa thu"}
    path = settings_file(tmp_path, HOME=tmp_path / "new", **extra)
    return path, Line(tmp_path / "new", extra)


def same_everywhere(old: Line, new: Line) -> None:
    assert new.found() == old.found()
    assert len(new.found()) == POSTS
    assert new.done("accounts", "list") == old.done("accounts", "list")
    assert new.done("sources", "list", "--json") == old.done(
        "sources", "list", "--json"
    )
    # What waited for the worker still waits, and is then found too.
    new.settle()
    assert len(new.found()) == POSTS + 5


def test_a_move_to_another_home(tmp_path, old) -> None:
    path, new = to_other_home(tmp_path, old)
    moved = old.run("migrate", "--to", str(path), "--json")
    assert moved.returncode == 0, moved.stderr
    rows = lines_of(moved.stdout)
    assert all(row["same"] for row in rows)
    counts = {f"{row['store']} {row['part']}": row["target"]["count"] for row in rows}
    assert counts["log posts"] == POSTS + 5
    assert counts["evidence captures"] == 20
    assert counts["index documents"] == POSTS
    assert counts["casework accounts"] == 1
    again = old.run("migrate", "--to", str(path))
    assert again.returncode == 0, again.stderr
    same_everywhere(old, new)


def test_a_move_that_is_killed_goes_on(tmp_path, old) -> None:
    path, new = to_other_home(tmp_path, old)
    rng = random.Random(5)
    began = tmp_path / "new"
    for _ in range(8):
        old.kill(["migrate", "--to", str(path)], began.exists, rng.uniform(0.1, 2.5))
    old.done("migrate", "--to", str(path))
    same_everywhere(old, new)


def test_what_was_changed_on_the_way_is_seen(tmp_path, old) -> None:
    path, new = to_other_home(tmp_path, old)
    old.done("migrate", "--to", str(path))
    store = new.settings.evidence_folder
    capture = next(store.glob("??/??/*.warc.gz"))
    capture.write_bytes(capture.read_bytes()[:-4])
    with sqlite3.connect(new.home / "casework.sqlite") as db:
        db.execute("UPDATE accounts SET display = 'Lam'")
    with sqlite3.connect(new.home / "frontier.sqlite") as db:
        db.execute("INSERT INTO visit VALUES ('x', 1)")
    with sqlite3.connect(new.home / "log.sqlite") as db:
        db.execute("UPDATE records SET value = x'00' WHERE topic = 'posts' AND off = 3")
    seen = old.run("migrate", "--to", str(path), "--verify", "--json")
    assert seen.returncode == 1
    differing = {
        f"{row['store']} {row['part']}"
        for row in lines_of(seen.stdout)
        if not row["same"]
    }
    assert differing == {
        "log posts",
        "evidence captures",
        "casework accounts",
        "frontier facts",
    }
    assert "evidence captures" in seen.stderr


def test_what_can_not_be_moved_is_said_before_anything_is_touched(
    tmp_path, old
) -> None:
    def refused(path: Path) -> str:
        ended = old.run("migrate", "--to", str(path))
        assert ended.returncode == 3, ended.stderr
        assert not (tmp_path / "new").exists()
        return ended.stderr

    nothing = settings_file(tmp_path, HOME=old.home, SECRET_KEY="khoa thu")
    assert "in use already" in refused(nothing)
    other = settings_file(tmp_path, HOME=tmp_path / "new", SECRET_KEY="another")
    assert "another secret key" in refused(other)
    assert "cannot be read" in refused(tmp_path / "none.env")
    wrong = settings_file(tmp_path, HOMME="x")
    assert "line 2: 'MINHTIN_HOMME' is no setting" in refused(wrong)


def test_a_new_home_with_people_of_its_own_is_left_alone(tmp_path, old) -> None:
    path, new = to_other_home(tmp_path, old)
    said = "mot-mat-khau-dai-va-rieng\n" * 2
    new.run("accounts", "add", "hoa", "--role", "admin", said=said)
    for _ in range(2):
        ended = old.run("migrate", "--to", str(path))
        assert ended.returncode == 3
        assert "not empty" in ended.stderr
    assert "hoa" in new.done("accounts", "list")
