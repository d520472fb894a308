"""The measurement of tasks: its figures by hand, and the sets' aims where they are."""

import pytest

from benchmarks import text_tasks
from benchmarks.text_tasks import SOCIAL, TASKS, character_f1


def test_character_f1() -> None:
    assert character_f1(set(), set()) == 1.0
    assert character_f1({1, 2}, set()) == 0.0
    assert character_f1({1, 2}, {2, 3}) == 0.5


def test_without_the_sets_nothing_is_written(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr(text_tasks, "SOCIAL", tmp_path / "none")
    assert text_tasks.main() == 0
    assert "skipped" in capsys.readouterr().out


@pytest.mark.shared
@pytest.mark.skipif(not SOCIAL.is_dir(), reason="needs ../shared")
def test_every_part_has_its_columns_and_labels() -> None:
    for task in TASKS:
        assert set(task.part("dev").counts()) == set(task.part("train").counts())
