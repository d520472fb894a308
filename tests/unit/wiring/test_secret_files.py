from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from wiring.secret_files import youtube_key
from wiring.settings import FILE, load_settings


def _file(folder: Path, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_text(" AIza-khoa\n", encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_key_comes_by_environment_or_file(tmp_path: Path) -> None:
    by_name = load_settings({"MINHTIN_YOUTUBE_KEY": "abc"}, tmp_path)
    assert youtube_key(by_name) == "abc"
    assert "abc" not in repr(by_name)
    named = {"MINHTIN_YOUTUBE_KEY_FILE": str(_file(tmp_path))}
    assert youtube_key(load_settings(named, tmp_path)) == "AIza-khoa"
    assert youtube_key(load_settings({}, tmp_path)) == ""


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    named = {"MINHTIN_YOUTUBE_KEY_FILE": str(_file(tmp_path, 0o644))}
    with pytest.raises(ConfigurationError, match="chmod 600"):
        youtube_key(load_settings(named, tmp_path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    named = {"MINHTIN_YOUTUBE_KEY_FILE": str(tmp_path / "none")}
    with pytest.raises(ConfigurationError, match="cannot be read"):
        youtube_key(load_settings(named, tmp_path))


def test_a_key_in_the_settings_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('youtube_key = "abc"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="does not belong") as caught:
        load_settings({}, tmp_path)
    assert "abc" not in str(caught.value)
