"""An installation per test, on models that are trained at most once a session."""

from pathlib import Path

import pytest

from integration.line_support import Line, live_models


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return live_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def nothing(tmp_path: Path, models: Path) -> Line:
    """A home that is not there yet."""
    return Line(tmp_path / "home", {"MODELS_DIR": str(models)})


@pytest.fixture
def line(nothing: Line) -> Line:
    with nothing.log():
        return nothing
