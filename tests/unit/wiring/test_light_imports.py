"""What everything starts from loads neither numbers nor training."""

import json
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("wiring.bootstrap", ("sklearn", "scipy", "numpy")),
        ("ui.context", ("sklearn", "scipy")),
        ("wiring.models", ("sklearn", "scipy", "numpy")),
    ],
)
def test_an_entry_point_starts_light(module: str, heavy: tuple[str, ...]) -> None:
    code = (
        f"import sys, json, {module}\n"
        f"print(json.dumps([m for m in {heavy!r} if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == []
