from pathlib import Path

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from contracts.cases import CasesContract


class TestCasesOnFile(CasesContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore(f"sqlite:///{self.folder / 'casework.sqlite'}")


class TestCasesInMemory(CasesContract):
    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore("sqlite://")
