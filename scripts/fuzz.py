"""The nightly run: many mutated pages and feeds, from a seed, resumable.

    python scripts/fuzz.py [--count 100000] [--seed 1] [--state FILE] [--pages FOLDER]

Run by `make fuzz`. The state says how far the run of a seed has come; a run that was
cut off goes on from there. Ends with 1 at the first text that a reader fails on, that
takes too long or too much memory, and says its number: `--seed S --first N --count 1`
reads it alone. `--pages` mutates saved pages (`.html`, `.html.gz`) beside the outlets'
own; a number then means other bytes.
"""

import argparse
import faulthandler
import gzip
import json
import resource
import sys
import traceback
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support_fuzz import URL, Seed, mutated  # noqa: E402 - found on the path just set
from support_fuzz_oracle import read  # noqa: E402 - as above

STEP = 500
"""Texts between two notes of how far the run is: what a cut-off run reads again."""
HANGS = 60
"""Seconds of the clock after which a text is said to hang, with where. Within a parser
in C nothing else ends it."""
MOST_MEMORY = 1_000_000
"""Kilobytes that the run may ever have had: a reader has some 300 MB loaded."""


def main() -> int:
    """Read the mutations that are left."""
    args = _arguments()
    alone = args.first is not None
    begin = args.first if alone else _done(args.state, args.seed)
    end = begin + args.count if alone else args.count
    more = _saved(args.pages) if args.pages else []
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn()) as progress:
        task = progress.add_task("mutations", total=args.count, completed=0)
        progress.update(task, completed=0 if alone else begin)
        for number, made in mutated(args.seed, begin, max(0, end - begin), more):
            if not _is_read(number, made, args.seed):
                return 1
            progress.advance(task)
            if not alone and (number + 1) % STEP == 0:
                _note(args.state, args.seed, number + 1)
    if not alone:
        _note(args.state, args.seed, 0)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int)
    parser.add_argument("--state", type=Path, default=ROOT / "var" / "fuzz.json")
    parser.add_argument("--pages", type=Path)
    return parser.parse_args()


def _is_read(number: int, made: Seed, seed: int) -> bool:
    faulthandler.dump_traceback_later(HANGS, exit=True)
    try:
        read(made)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if most > MOST_MEMORY:
            raise MemoryError(f"{most} kB")  # noqa: TRY301 - told like all else
    except Exception:  # noqa: BLE001 - any error is what is looked for
        traceback.print_exc()
        print(f"mutation {number} of seed {seed}: {made.kind}")
        return False
    finally:
        faulthandler.cancel_dump_traceback_later()
    return True


def _saved(folder: Path) -> list[Seed]:
    found = sorted((*folder.glob("*.html"), *folder.glob("*.html.gz")))
    return [Seed("page", URL, _bytes(path)) for path in found]


def _bytes(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


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
