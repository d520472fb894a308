"""The folder of copies: one writer, nothing half that looks whole, old ones go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import ConfigurationError, NotFoundError, RetryLaterError
from jobs.copies.folder import CopyFolder, Mark, copy_at, inside

NOW = datetime(2026, 11, 28, 2, 30, tzinfo=UTC)


def made(folder: CopyFolder, now: datetime) -> None:
    with folder.alone(), folder.new_copy(now) as place:
        (place / "manifest.json").write_text("{}", encoding="utf-8")
        if folder.mark() is None:
            folder.set_mark(Mark(encryption="none"))


def test_a_copy_is_there_when_all_of_it_is(tmp_path: Path) -> None:
    folder = CopyFolder(tmp_path / "b")
    with folder.alone(), folder.new_copy(NOW) as place:
        assert folder.copies() == []
        assert place.stat().st_mode & 0o777 == 0o700
    (copy,) = folder.copies()
    assert copy.name == "20261128T023000Z"
    assert folder.path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_is_cut_off_leaves_nothing(
    tmp_path: Path, error: type[BaseException]
) -> None:
    folder = CopyFolder(tmp_path / "b")
    with folder.alone(), pytest.raises(error), folder.new_copy(NOW) as place:
        (place / "x").write_bytes(b"x")
        raise error
    assert [p.name for p in folder.path.iterdir()] == [".lock"]


def test_what_a_kill_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    folder = CopyFolder(tmp_path / "b")
    made(folder, NOW)
    (folder.path / "20261128T030000Z.unfinished").mkdir()
    (folder.path / ".erased.txt.0.part").touch()
    with pytest.raises(NotFoundError):
        copy_at(folder.path / "20261128T030000Z.unfinished")
    made(folder, NOW + timedelta(hours=1))
    names = {p.name for p in folder.path.iterdir()}
    assert names == {".lock", "copies.json", "20261128T023000Z", "20261128T033000Z"}


def test_two_do_not_write_at_once(tmp_path: Path) -> None:
    folder = CopyFolder(tmp_path / "b")
    with folder.alone(), pytest.raises(RetryLaterError, match="Another process"):
        CopyFolder(tmp_path / "b").alone().__enter__()


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(ConfigurationError, match="other things"):
        CopyFolder(tmp_path).alone().__enter__()
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_old_copies_go_and_the_newest_never(tmp_path: Path) -> None:
    folder = CopyFolder(tmp_path / "b")
    days = [40, 31, 30, 1]
    for ago in days:
        made(folder, NOW - timedelta(days=ago))
    assert len(folder.prune(NOW, 30)) == 2
    assert len(folder.copies()) == 2
    assert folder.prune(NOW + timedelta(days=400), 30) == ["20261029T023000Z"]
    assert [c.name for c in folder.copies()] == ["20261127T023000Z"]


def test_the_newest_is_meant_where_a_folder_is_named(tmp_path: Path) -> None:
    folder = CopyFolder(tmp_path / "b")
    for hours in (0, 5, 2):
        made(folder, NOW + timedelta(hours=hours))
    assert copy_at(folder.path).name == "20261128T073000Z"
    assert copy_at(folder.path / "20261128T023000Z").name == "20261128T023000Z"
    with pytest.raises(NotFoundError, match="no finished copy"):
        copy_at(tmp_path / "none")


def test_links_do_not_hide_that_a_path_lies_inside(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "home")
    assert inside(tmp_path / "link" / "b", tmp_path / "home")
    assert not inside(tmp_path / "b", tmp_path / "home")
