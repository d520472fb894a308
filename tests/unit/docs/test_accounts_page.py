"""The tables of `docs/accounts.md` are those of the code."""

import importlib.util
from pathlib import Path

import pytest

from domain.labels import Role

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "accounts.md"


@pytest.fixture
def docs():
    path = ROOT / "scripts" / "permission_docs.py"
    spec = importlib.util.spec_from_file_location("permission_docs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_as_the_code(docs) -> None:
    assert docs.main(["--check"]) == 0, "run python scripts/permission_docs.py"


def test_a_page_without_a_place_for_a_table_is_no_page(docs) -> None:
    with pytest.raises(ValueError, match="roles"):
        docs.filled("# Accounts")


def test_every_role_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [role for role in Role if f"| `{role}` |" not in page] == []
