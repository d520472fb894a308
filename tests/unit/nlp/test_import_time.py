import subprocess
import sys

HEAVY = ("underthesea", "numpy", "sklearn", "scipy", "ftfy", "pandas")


def test_gate_and_normaliser_import_nothing_heavy() -> None:
    code = (
        "import sys, nlp.places, nlp.normalise, nlp.entities, nlp.segment;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
