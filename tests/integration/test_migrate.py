"""An installation moves to other stores by the command, and is the same there."""

import random
import sqlite3
from pathlib import Path

import pytest

from cli.presence import at_rest, at_work
from integration.line_support import Line, lines_of, live_models
from integration.migrate_support import (
    POSTS,
    fill,
    same_everywhere,
    seen,
    settings_file,
)
from wiring.settings import load_other, load_settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    return live_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def old(tmp_path, models) -> Line:
    line = Line(tmp_path / "old", {"MODELS_DIR": str(models), "LOG_PARTITIONS": "3"})
    fill(line)
    return line


def to_other_home(tmp_path: Path, old: Line) -> tuple[Path, Line]:
    extra = {**old.extra, "LOG_PARTITIONS": "4", "SECRET_KEY": "khoa thu"}
    path = settings_file(tmp_path, HOME=tmp_path / "new", **extra)
    return path, Line(tmp_path / "new", extra)


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


def test_nothing_may_run_on_either_side_and_nothing_starts_meanwhile(
    tmp_path, old
) -> None:
    path, new = to_other_home(tmp_path, old)
    for line in (old, new):
        with at_work(line.home):
            ended = old.run("migrate", "--to", str(path))
        assert ended.returncode == 4
        assert f"console of {line.home} is running" in ended.stderr
    assert not (old.home / "migration.json").exists()
    assert not (new.home / "log.sqlite").exists()
    with at_rest(old.home):
        for command in (["jobs", "--once", "health"], ["worker", "--until-idle"]):
            late = old.run(*command)
            assert late.returncode == 4
            assert "being moved" in late.stderr


def test_a_new_home_with_people_of_its_own_is_left_alone(tmp_path, old) -> None:
    path, new = to_other_home(tmp_path, old)
    said = "mot-mat-khau-dai-va-rieng\n" * 2
    new.done("init")
    added = new.run("accounts", "add", "hoa", "--role", "admin", said=said)
    assert added.returncode == 0, added.stderr
    for _ in range(2):
        ended = old.run("migrate", "--to", str(path))
        assert ended.returncode == 3
        assert "not empty" in ended.stderr
    assert "hoa" in new.done("accounts", "list")


def test_what_was_decided_on_the_new_side_is_never_overwritten(tmp_path, old) -> None:
    path, new = to_other_home(tmp_path, old)
    old.done("migrate", "--to", str(path))
    said = "mot-mat-khau-dai-va-rieng\n" * 2
    assert not new.run(
        "accounts", "add", "hoa", "--role", "admin", said=said
    ).returncode
    again = old.run("migrate", "--to", str(path))
    assert again.returncode == 3
    assert "was changed after it was copied" in again.stderr
    assert "hoa" in new.done("accounts", "list")


def test_a_second_run_brings_what_came_in_meanwhile(tmp_path, old) -> None:
    path, new = to_other_home(tmp_path, old)
    old.done("migrate", "--to", str(path))
    said = "mot-mat-khau-dai-va-rieng\n" * 2
    old.run("accounts", "add", "mai", "--role", "press", said=said)
    old.put([seen(number) for number in range(POSTS + 5, POSTS + 9)])
    old.done("migrate", "--to", str(path))
    assert "mai" in new.done("accounts", "list")
    new.settle()
    assert len(new.found()) == POSTS + 9


def test_a_password_with_a_hash_sign_is_read_whole(tmp_path) -> None:
    path = tmp_path / "x.env"
    path.write_text(" # says nothing\nMINHTIN_KAFKA_PASSWORD=ab#cd\n", "utf-8")
    assert load_other(path, load_settings({}, tmp_path)).kafka_password == "ab#cd"
