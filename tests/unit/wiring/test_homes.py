"""Which folders count as installations, and what is said where there is none."""

from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from wiring.homes import (
    home_option,
    is_installation,
    is_office,
    require_installation,
)
from wiring.settings import default_home, is_named, load_settings


def test_an_empty_or_missing_folder_is_no_installation(tmp_path: Path) -> None:
    for home in (tmp_path, tmp_path / "none"):
        assert not is_installation(load_settings({}, home))
    (tmp_path / "a letter.txt").write_text("x", encoding="utf-8")
    assert not is_installation(load_settings({}, tmp_path))
    assert not is_installation(load_settings({}, tmp_path / "a letter.txt"))


@pytest.mark.parametrize("name", ["minhtin.toml", "secret.key", "casework.sqlite"])
def test_what_an_installation_keeps_tells_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert is_installation(load_settings({}, tmp_path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_URL", "kafka://127.0.0.1:9092"),
        ("SEARCH_URL", "http://127.0.0.1:9200"),
        ("DATABASE_URL", "postgresql+psycopg://u@127.0.0.1/m"),
    ],
)
def test_stores_elsewhere_need_no_folder(tmp_path: Path, name: str, value: str) -> None:
    settings = load_settings({f"MINHTIN_{name}": value}, tmp_path / "none")
    require_installation(settings, named=True)
    assert not settings.home.exists()


def test_what_to_do_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({}, tmp_path / "none")
    with pytest.raises(ConfigurationError) as told:
        require_installation(settings, named=True)
    assert str(settings.home) in str(told.value)
    assert "up --sample" in told.value.hint
    assert "minhtin init --home" in told.value.hint
    assert "MINHTIN_HOME" not in str(told.value)
    with pytest.raises(ConfigurationError, match="MINHTIN_HOME"):
        require_installation(settings, named=False)


def test_a_sample_that_is_there_is_pointed_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var" / "sample").mkdir(parents=True)
    (tmp_path / "var" / "sample" / "minhtin.toml").write_text('mode = "sample"\n')
    with pytest.raises(ConfigurationError) as told:
        require_installation(load_settings({}, tmp_path / "none"), named=True)
    assert "add --home var/sample" in told.value.hint


def test_the_file_says_whether_a_home_is_real(tmp_path: Path) -> None:
    sampled = load_settings({"MINHTIN_MODE": "sample"}, tmp_path)
    assert not is_office(sampled)
    (tmp_path / "minhtin.toml").write_text('mode = "office"\n', encoding="utf-8")
    assert is_office(sampled)
    (tmp_path / "minhtin.toml").write_text('mode = "sample"\n', encoding="utf-8")
    assert not is_office(sampled)


def test_a_home_is_named_by_option_or_environment(tmp_path: Path) -> None:
    assert is_named(tmp_path, {})
    assert is_named(None, {"MINHTIN_HOME": "x"})
    assert not is_named(None, {"MINHTIN_HOME": ""})


def test_commands_name_the_home_unless_it_is_the_default(tmp_path: Path) -> None:
    assert home_option(load_settings({}, default_home())) == ""
    home = tmp_path / "nhà mới"
    assert home_option(load_settings({}, home)) == f" --home '{home}'"
