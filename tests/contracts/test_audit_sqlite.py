"""The audit log in a SQLite file."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from casework.service import Casework
from contracts.audit import AuditContract


class TestAuditOnSqlite(AuditContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "casework.sqlite"

    def address(self) -> str:
        return f"sqlite:///{self.path}"

    def test_a_row_cannot_be_replaced(self, office: Casework) -> None:
        with (
            closing(sqlite3.connect(self.path)) as db,
            pytest.raises(sqlite3.IntegrityError, match="never replaced"),
        ):
            db.execute("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 3")
        assert office.verify_audit().sound
