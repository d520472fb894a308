"""What the browser tests share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from e2e.browser import browser_page


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as opened:
        yield opened
