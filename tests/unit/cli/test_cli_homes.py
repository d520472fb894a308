"""No command makes an installation that nobody meant; a sample stays a sample."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.commands.run import _mark_sample, _sample
from cli.main import app
from cli.output import CONFIGURATION
from domain.errors import ConfigurationError
from extraction.opml import write_opml
from integration.line_support import Line, lines_of
from wiring.settings import Mode, load_settings

NEEDS_NONE = {"backup key", "backup verify", "init", "newsroom", "restore", "sites new"}
NEEDS_NONE |= {"audit key", "up"}
"""`init`, `restore` and `up --sample` make a home; the others look at none."""

CALLS = {
    "accounts add": "x --role press",
    "accounts disable": "x",
    "accounts drop-codes": "x",
    "accounts enable": "x",
    "accounts link": "x http://x x",
    "accounts password": "x",
    "accounts role": "x press",
    "accounts sign-out": "x",
    "backup save": "FILE.d",
    "analyse": "FILE",
    "backfill": "FILE",
    "erase": "x --reason x",
    "evidence export": "--all --to FILE.zip",
    "evidence picture": "x",
    "evidence show": "x",
    "extract": "FILE --url http://x --source x",
    "fetch": "http://x",
    "hold put": "x --reason x",
    "hold release": "x",
    "intake import": "FILE --channel x",
    "migrate": "--to FILE",
    "rejected retry": "x",
    "rejected show": "x",
    "retention certificate": "x",
    "sources add": "http://x",
    "sources check": "x",
    "sources discover": "http://x",
    "sources edit": "x --reason x --set interval_minutes=30",
    "sources history": "x",
    "sources import-opml": "FILE.opml",
    "sources pause": "x --reason x",
    "sources resume": "x --reason x",
    "sources undo": "x --reason x",
}
"""Arguments of the commands that want some, so that only the home can be wrong."""


def every_command() -> Iterator[str]:
    """Yield the words of each command."""
    tree: Any = typer.main.get_command(app)  # typer bundles its own click, untyped
    for name, command in tree.commands.items():
        inner = getattr(command, "commands", {})
        yield from [f"{name} {sub}" for sub in inner] or [name]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINHTIN_HOME", raising=False)
    monkeypatch.setattr("wiring.logs.configure_logs", lambda level: None)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", sorted({*every_command()} - NEEDS_NONE))
def test_no_command_makes_a_home_that_nobody_meant(name: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text('{"id": "1", "text": "x"}\n', encoding="utf-8")
    (tmp_path / "file.opml").write_bytes(write_opml([], "x"))
    home = tmp_path / "none"
    arguments = CALLS.get(name, "").replace("FILE", str(file)).split()
    call = [*name.split(), *arguments, "--home", str(home)]
    ended = CliRunner().invoke(app, call, input="a password of some length\n")
    assert (ended.exit_code, call) == (CONFIGURATION, call), ended.output
    assert f"There is no installation in {home}." in ended.stderr
    assert "minhtin init --home" in ended.stderr
    assert not home.exists()


@pytest.mark.usefixtures("bare")
def test_the_default_home_is_named_as_such_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, ["sources", "list"])
    assert ended.exit_code == CONFIGURATION
    assert "MINHTIN_HOME" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("bare")
def test_a_sample_is_known_as_one_by_every_later_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = _sample(None)
    assert settings.home == tmp_path / "var" / "sample"
    settings.home.mkdir(parents=True)
    _mark_sample(settings)
    later = load_settings({}, settings.home)
    assert (later.mode, later.crawl_delay) == (Mode.SAMPLE, settings.crawl_delay)
    assert _sample(settings.home) == settings
    (settings.home / "minhtin.toml").write_text('mode = "office"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="real installation"):
        _sample(settings.home)


def test_doctor_says_mode_profile_and_the_sources_in_use(line: Line) -> None:
    line.done("init")
    file = line.home / "minhtin.toml"
    file.write_text(file.read_text("utf-8").replace('"office"', '"sample"'), "utf-8")
    rows = {row["check"]: row for row in lines_of(line.run("doctor", "--json").stdout)}
    assert (
        "mode sample (invented data), profile dien-bien" in rows["settings"]["message"]
    )
    listed = lines_of(line.done("sources", "list", "--json"))
    used = sum(row["enabled"] for row in listed)
    said = rows["sources"]["message"]
    assert said.startswith(f"{used} in use of {len(listed)} invented")
