"""Runs all measurements, one after the other, each in a process of its own.

`benchmarks.quality` runs those alone that write `docs/quality.md`.
"""

import subprocess
import sys

from benchmarks.quality import PARTS

MODULES = (
    "worker",
    *(part.module for part in PARTS),
    "search",
    "crawl",
    "extraction",
    "frontier",
    "console",
)


def main() -> int:
    """Run them; return the number that failed."""
    failed = 0
    for name in MODULES:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
