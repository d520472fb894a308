"""Standing processes share an installation's folder; a move has it alone."""

from pathlib import Path

import pytest

from cli.presence import at_rest, at_work
from domain.errors import RetryLaterError


def test_many_work_side_by_side(tmp_path: Path) -> None:
    with at_work(tmp_path), at_work(tmp_path):
        pass


def test_a_move_waits_for_nobody_and_says_what_to_stop(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for busy in (old, new):
        with (
            at_work(busy),
            pytest.raises(RetryLaterError, match="is running") as caught,
            at_rest(old, new),
        ):
            pytest.fail("it began")
        assert "systemctl stop" in caught.value.hint
        assert str(busy) in str(caught.value)
    with at_rest(old, new), pytest.raises(RetryLaterError, match="being moved"):
        at_work(new).__enter__()
    with at_work(old):
        pass


def test_engines_may_share_the_home(tmp_path: Path) -> None:
    with at_rest(tmp_path, tmp_path):
        pass


def test_a_folder_that_takes_no_file_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with at_work(tmp_path / "file"), at_rest(tmp_path / "file"):
        pass
