"""The contract of upgrades on SQLite."""

import sqlite3
from contextlib import closing
from pathlib import Path

from typer.testing import CliRunner

from casework.adapters import schema
from cli.main import app
from contracts.upgrading import UpgradeContract


class TestUpgradeOnSqlite(UpgradeContract):
    def database_url(self) -> str:
        return ""

    def remarks(self) -> bool:
        with closing(sqlite3.connect(self.home / "casework.sqlite")) as db:
            found = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'remarks'")
            return found.fetchone() is not None


def test_an_installation_without_casework_is_planned_and_nothing_made(
    tmp_path: Path,
) -> None:
    (tmp_path / "minhtin.toml").touch()
    done = CliRunner().invoke(app, ["upgrade", "--plan", "--home", str(tmp_path)])
    assert done.exit_code == 0
    assert "at\tnothing yet" in done.output
    assert f"then\t{schema.HEAD}" in done.output
    assert not (tmp_path / "casework.sqlite").exists()


def test_where_nothing_is_nothing_is_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = CliRunner().invoke(app, ["upgrade", "--plan", "--home", str(home)])
    assert done.exit_code == 3
    assert not home.exists()
