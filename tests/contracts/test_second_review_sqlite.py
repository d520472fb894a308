"""Blind second review on SQLite."""

from pathlib import Path

import pytest

from contracts.second_review import SecondReviewContract


class TestSecondReviewOnSqlite(SecondReviewContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def address(self) -> str:
        return f"sqlite:///{self.folder / 'casework.sqlite'}"
