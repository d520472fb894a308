"""What the browser tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from e2e.browser import browser_page
from e2e.serving import console


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's console keeps its stores."""
    return tmp_path_factory.mktemp("console")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where the module's console answers."""
    with console(folder) as url:
        yield url


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as opened:
        yield opened
