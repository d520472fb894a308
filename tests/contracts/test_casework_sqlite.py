from pathlib import Path

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from contracts.casework import CaseworkStoreContract


class OnSqlite(CaseworkStoreContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path


class TestCaseworkOnFile(OnSqlite):
    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore(
            f"sqlite:///{self.folder / 'office' / 'casework.sqlite'}"
        )


class TestCaseworkInMemory(OnSqlite):
    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore("sqlite://")
