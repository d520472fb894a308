from pathlib import Path

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from contracts.requests import RequestsContract


class TestRequestsOnFile(RequestsContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore(f"sqlite:///{self.folder / 'casework.sqlite'}")


class TestRequestsInMemory(RequestsContract):
    def make(self) -> SqlCaseworkStore:
        return SqlCaseworkStore("sqlite://")
