"""The list of what was erased: digests, once each, never read half."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from domain.clock import ManualClock
from domain.errors import ConfigurationError
from jobs.copies.erased import Listing, note_erased, read_all, read_erased

NOW = datetime(2026, 11, 28, tzinfo=UTC)
ONE, TWO = (sha256(name).hexdigest() for name in (b"one", b"two"))


def test_each_is_noted_once_with_its_day(tmp_path: Path) -> None:
    path = tmp_path / "erased.txt"
    assert note_erased(path, [TWO, ONE, TWO], NOW) == 2
    assert note_erased(path, [ONE], NOW) == 0
    assert read_erased(path) == {ONE, TWO}
    assert path.read_text("utf-8").splitlines() == [
        f"{one} 2026-11-28" for one in sorted([ONE, TWO])
    ]
    assert path.stat().st_mode & 0o077 == 0


def test_lists_are_put_together_and_one_that_is_not_there_is_empty(
    tmp_path: Path,
) -> None:
    (tmp_path / "a").write_text(f"# of the office\n\n{ONE}\n", "utf-8")
    (tmp_path / "b").write_text(f"{TWO} 2026-11-28\n", "utf-8")
    assert read_all(tmp_path / name for name in "abc") == {ONE, TWO}


@pytest.mark.parametrize("line", ["https://vi-du.example/1", ONE[:40], ONE.upper()])
def test_a_line_that_is_none_stops_everything(tmp_path: Path, line: str) -> None:
    (tmp_path / "a").write_text(f"{ONE}\n{line}\n", "utf-8")
    with pytest.raises(ConfigurationError, match="line 2"):
        read_erased(tmp_path / "a")


def test_a_list_that_cannot_be_written_stops_the_erasure(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    Listing(None, clock).note([ONE])
    with pytest.raises(ConfigurationError, match="Nothing was erased"):
        Listing(tmp_path / "none" / "erased.txt", clock).note([ONE])
