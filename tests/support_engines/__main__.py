"""`python -m support_engines start|get|stop|status`."""

import signal
import sys

from rich.console import Console

from support_engines import shared
from support_engines.maven import UnavailableError

UNAVAILABLE = 3


def main(act: str) -> int:
    """Do one thing and return the exit code; 3 where engines cannot be had."""
    console = Console()
    try:
        match act:
            case "start":
                shared.start(console)
            case "get":
                shared.get(console)
            case "stop":
                shared.stop(console)
            case "status":
                _tell(console)
            case _:
                console.print(__doc__)
                return 2
    except UnavailableError as error:
        console.print(f"Engines cannot be had here: {error}", markup=False)
        return UNAVAILABLE
    return 0


def _tell(console: Console) -> None:
    for name, row in shared.read().items():
        if isinstance(row, dict):
            state = "runs" if shared.alive(row) else "has ended"
            where = row.get("url") or row["bootstrap"]
            console.print(f"{name} {row['version']} {state}: {where}", markup=False)


def _end(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    # As an exception, so that what was begun is also ended.
    for told in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, _end)
    sys.exit(main(" ".join(sys.argv[1:])))
