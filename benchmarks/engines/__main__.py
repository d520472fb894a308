"""`make bench-engines`: measures, simulates, writes `docs/scaling.md`.

Takes six minutes or so on two cores. The engines are those of `var/engines.json`;
without them, only embedded stores are measured and the page says so.
"""

import os
import subprocess
import sys
import time

STEPS = (
    ("scale_measure", "--posts", "192"),
    ("engines.scale", "--seconds", "6"),
    ("engines.stores",),
    ("scale_model",),
    ("scale_report",),
)


def main() -> int:
    """Run the steps, each in a process of its own; stop at the first that fails."""
    began = time.monotonic()
    for module, *options in STEPS:
        load = os.getloadavg()[0]
        print(f"\n== {module} (load average {load:.2f})", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{module}", *options]
        if subprocess.run(command, check=False).returncode:
            return 1
        print(f"   {time.monotonic() - began:.0f} s so far", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
