"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Undo what a command in this process sets: logs to its own stderr, soon closed."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
