"""The audit log on PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from casework.adapters.copying import copy_rows
from casework.adapters.schema import downgrade, upgrade
from casework.adapters.snapshot import snapshot
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.anchors import Anchor
from casework.service import Casework
from contracts.audit import AuditContract
from domain.clock import ManualClock
from support_postgres.places import ask, database

TRIGGERS = "SELECT tgname FROM pg_trigger WHERE starts_with(tgname, 'audit') ORDER BY 1"


class TestAuditOnPostgres(AuditContract):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> Iterator[None]:
        self.server = postgres_url
        with database(postgres_url) as self.url:
            yield

    def address(self) -> str:
        return self.url

    def test_the_table_cannot_be_emptied(self, office: Casework) -> None:
        with pytest.raises(DBAPIError, match="audit rows are never removed"):
            ask(self.url, "TRUNCATE audit")
        assert office.verify_audit().rows == 9

    def test_a_snapshot_refuses_as_well_and_is_whole(
        self, office: Casework, anchors: list[Anchor], tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.sqlite"
        snapshot(self.url, path)
        with (
            closing(sqlite3.connect(path)) as db,
            pytest.raises(sqlite3.IntegrityError, match="never changed"),
        ):
            db.execute("UPDATE audit SET actor = 'x'")
        copy = Casework(
            SqlCaseworkStore(f"sqlite:///{path}"), ManualClock(), lambda _: b""
        )
        assert copy.verify_audit(anchors).agreed == 9
        copy.close()

    def test_a_copy_may_be_made_again_and_meets_its_anchors(
        self, office: Casework, anchors: list[Anchor], tmp_path: Path
    ) -> None:
        beside = f"sqlite:///{tmp_path / 'casework.sqlite'}"
        for again in (False, True):
            copy_rows(self.url, beside, again=again)
        with database(self.server) as other:
            for again in (False, True):
                copy_rows(beside, other, again=again)
            with pytest.raises(DBAPIError, match="audit rows are never removed"):
                ask(other, "DELETE FROM audit")
            moved = Casework(SqlCaseworkStore(other), ManualClock(), lambda _: b"")
            check = moved.verify_audit(anchors)
            assert (check.sound, check.rows, check.anchors) == (True, 9, 3)
            moved.close()
        with (
            closing(sqlite3.connect(tmp_path / "casework.sqlite")) as db,
            pytest.raises(sqlite3.IntegrityError, match="never removed"),
        ):
            db.execute("DELETE FROM audit")

    def test_triggers_come_and_go_with_the_migration(self) -> None:
        upgrade(self.url)
        assert len(ask(self.url, TRIGGERS)) == 3
        downgrade(self.url, "0002")
        assert ask(self.url, TRIGGERS) == []
        upgrade(self.url)
        assert len(ask(self.url, TRIGGERS)) == 3
