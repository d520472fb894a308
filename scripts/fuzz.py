"""The nightly run: many mutated pages and feeds, from a seed, resumable.

    python scripts/fuzz.py [--count 100000] [--seed 1] [--state FILE]

Run by `make fuzz`. The state says how far the run of a seed has come; a run that was
cut off goes on from there. Ends with 1 at the first page that a reader fails on, and
says its number: `--seed S --first N --count 1` reads it alone.
"""

import argparse
import json
import sys
import traceback
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests/unit/extraction")]

from test_mutated_pages import read  # noqa: E402 - as above

from support_fuzz import mutated  # noqa: E402 - found on the path just set

STEP = 500
"""Pages between two notes of how far the run is: what a cut-off run reads again."""


def main() -> int:
    """Read the mutations that are left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int)
    parser.add_argument("--state", type=Path, default=ROOT / "var" / "fuzz.json")
    args = parser.parse_args()
    alone = args.first is not None
    begin = args.first if alone else _done(args.state, args.seed)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn()) as progress:
        task = progress.add_task("mutations", total=args.count, completed=0)
        end = begin + args.count if alone else args.count
        progress.update(task, completed=0 if alone else begin)
        for number, kind, body in mutated(args.seed, begin, max(0, end - begin)):
            try:
                read(kind, body)
            except Exception:  # noqa: BLE001 - any error is what is looked for
                traceback.print_exc()
                print(f"mutation {number} of seed {args.seed}")
                return 1
            progress.advance(task)
            if not alone and (number + 1) % STEP == 0:
                _note(args.state, args.seed, number + 1)
    if not alone:
        _note(args.state, args.seed, 0)
    return 0


def _done(state: Path, seed: int) -> int:
    """Return how many mutations of the seed an earlier run has read."""
    known = json.loads(state.read_text()) if state.exists() else {}
    return int(known.get(str(seed), 0))


def _note(state: Path, seed: int, number: int) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(state.read_text()) if state.exists() else {}
    state.write_text(json.dumps({**known, str(seed): number}))


if __name__ == "__main__":
    sys.exit(main())
