"""What `minhtin upgrade` does on every database, with a migration of the test's own."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from casework.adapters import schema, upgrading
from cli.main import app
from cli.presence import at_work
from cli.restoring import opened
from wiring import bootstrap
from wiring.settings import Settings, load_settings

NEXT = "next"
MIGRATION = f'''"""A place for remarks"""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{schema.HEAD}"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("remarks", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("remarks")
'''


class UpgradeContract(ABC):
    @abstractmethod
    def database_url(self) -> str:
        """Return the address of an empty database; empty for one in the home."""

    @abstractmethod
    def remarks(self) -> bool:
        """Tell whether the test's own migration stands."""

    @pytest.fixture(autouse=True)
    def _office(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An installation of the present program, and the next one's migrations."""
        self.home, self.copies = tmp_path / "home", tmp_path / "b"
        monkeypatch.setenv("MINHTIN_DATABASE_URL", self.database_url())
        with closing(bootstrap.build_casework(self.settings)) as casework:
            casework.put_setting("test", "a", 1)
        bootstrap.build_log(self.settings).close()
        folder = tmp_path / "migrations"
        shutil.copytree(schema.FOLDER, folder)
        (folder / "versions" / "next.py").write_text(MIGRATION, encoding="utf-8")
        self.old = schema.HEAD
        monkeypatch.setattr(schema, "FOLDER", folder)
        monkeypatch.setattr(upgrading, "FOLDER", folder)
        monkeypatch.setattr(schema, "HEAD", NEXT)

    @property
    def settings(self) -> Settings:
        return load_settings(home=self.home)

    def call(self, *arguments: str | Path) -> Result:
        words = ["upgrade", *map(str, arguments), "--home", str(self.home)]
        return CliRunner().invoke(app, words)

    def at(self) -> str | None:
        return bootstrap.casework_revision(self.settings)

    def acts(self) -> Sequence[str]:
        with closing(bootstrap.build_casework(self.settings)) as casework:
            assert casework.verify_audit().sound
            return [row.act for row in casework.audit()]

    def test_forth_and_back_each_after_a_copy(self) -> None:
        forth = self.call("--backup", self.copies)
        assert forth.exit_code == 0, forth.output
        assert (self.at(), self.remarks()) == (NEXT, True)
        # The copy was taken before, and its source not migrated for it.
        copy = opened(self.settings, self.copies)
        assert copy.manifest.schema == self.old
        assert self.acts()[-1] == "upgrade"
        back = self.call("--to", self.old, "--no-backup")
        assert back.exit_code == 0, back.output
        assert "Install the older program now" in back.output
        assert (self.at(), self.remarks()) == (self.old, False)

    def test_a_dry_run_changes_nothing(self) -> None:
        for words in (["--plan"], ["--sql"]):
            done = self.call(*words)
            assert done.exit_code == 0, done.output
            assert "remarks" in done.output
            assert (self.at(), self.remarks()) == (self.old, False)
        assert "CREATE TABLE remarks" in done.output
        assert f"at\t{self.old}" in self.call("--plan").output

    def test_a_copy_is_demanded(self) -> None:
        done = self.call()
        assert done.exit_code == 3
        assert "Take a copy first" in done.output
        assert self.at() == self.old

    def test_it_is_refused_while_something_runs(self) -> None:
        with at_work(self.home):
            done = self.call("--no-backup")
        assert done.exit_code == 4
        assert self.at() == self.old

    def test_an_unknown_revision_is_refused(self) -> None:
        done = self.call("--to", "0815", "--no-backup")
        assert done.exit_code == 3
        assert "There is no revision 0815" in done.output

    def test_a_copy_that_fails_stops_the_upgrade(self) -> None:
        done = self.call("--backup", self.home / "b")
        assert done.exit_code == 3
        assert (self.at(), self.remarks()) == (self.old, False)
