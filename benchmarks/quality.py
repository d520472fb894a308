"""Measures the quality anew: every section of `docs/quality.md`, one after the other.

What needs the development data beside the checkout (`../shared/data`) is left as it
stands where that is absent, and a line says so.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Part:
    """A module that writes sections, and the folder of the data that it needs.

    With `partly` it writes what needs no data without it.
    """

    module: str
    says: str
    needs: str = ""
    partly: bool = False


PARTS = (
    Part("classifier", "labels, calibration, the criticism guard"),
    Part("place_gate", "about the province, or not", "place_gate"),
    Part("personal_data", "what is masked"),
    Part("near_copies", "copies found, speed, memory", "press"),
    Part("text_tasks", "designs on public comments", "social"),
    Part("robustness", "ways of writing, normalisation", "normalisation", partly=True),
)


def run(module: str) -> int:
    """Run one measurement in a process of its own; return its exit code."""
    command = [sys.executable, "-m", f"benchmarks.{module}"]
    return subprocess.run(command, check=False).returncode


def measure(
    parts: Sequence[Part] = PARTS,
    *,
    data: Path = DATA,
    run: Callable[[str], int] = run,
    say: Callable[[str], None] = print,
) -> int:
    """Run the parts; return how many failed."""
    failed = 0
    for at, part in enumerate(parts, start=1):
        head = f"[{at}/{len(parts)}] {part.module}: {part.says}"
        absent = bool(part.needs) and not (data / part.needs).is_dir()
        if absent:
            say(f"{head}: ../shared/data/{part.needs} is absent; what needs it stays.")
        else:
            say(f"{head} …")
        if absent and not part.partly:
            continue
        start = time.monotonic()
        code = run(part.module)
        failed += code != 0
        ended = "done" if code == 0 else f"FAILED with {code}"
        say(f"[{at}/{len(parts)}] {part.module}: {ended}, {_lasted(start)}")
    say(f"{failed} of {len(parts)} failed." if failed else "docs/quality.md is new.")
    return failed


def _lasted(start: float) -> str:
    return f"{time.monotonic() - start:.0f} s"


if __name__ == "__main__":
    sys.exit(measure(say=lambda line: print(line, flush=True)))
