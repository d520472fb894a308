"""Asks a process of its own container how it is; the exit code is the answer.

- `probe.py alive PORT`: the process answers on its metrics port.
- `probe.py ready PORT`: and no store makes it wait.
- `probe.py crawls SECONDS`: some source was visited, well or not, in that time.

The metrics listen on loopback only, so the kubelet cannot ask them from outside; the
crawler has none, but notes its visits. An engine that is out of reach makes nothing
dead: a restart would not mend it.
"""  # noqa: INP001 - a script of the image, no package

import datetime as dt
import http.client
import json
import subprocess
import sys
from pathlib import Path

SECONDS = 4.0
"""Below the probe's own time-out, so that the reason is printed."""

COMMAND_SECONDS = 45.0
ENTRY = Path(__file__).with_name("entrypoint.sh")


def waits(figures: str) -> bool:
    """Tell whether a step says that a store is out of reach."""
    lines = (line.rpartition(" ") for line in figures.splitlines())
    return any(
        name.startswith("minhtin_waiting{") and float(value) > 0
        for name, _, value in lines
    )


def figures_of(port: int) -> str:
    """Return what the process shows. Raises `OSError` or `HTTPException`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def trouble(port: int, *, ready: bool) -> str:
    """Return what is wrong with the process at the port, if anything."""
    try:
        figures = figures_of(port)
    except (OSError, http.client.HTTPException) as error:
        return f"no answer on port {port}: {error}"
    return "waits for a store" if ready and waits(figures) else ""


def visits() -> list[str]:
    """Return when each source was visited last; empty where that cannot be known."""
    listed = subprocess.run(  # noqa: S603 - our own command
        [ENTRY, "sources", "list", "--json"],
        capture_output=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    if listed.returncode:
        return []
    rows = [json.loads(line) for line in listed.stdout.splitlines() if line.strip()]
    return [row["last_visit"] for row in rows if row["enabled"] and row["last_visit"]]


def silence(seconds: float) -> str:
    """Return since when no source was visited, if that is too long."""
    try:
        newest = max(map(dt.datetime.fromisoformat, visits()), default=None)
    except subprocess.TimeoutExpired:
        return ""
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - outside of the program
    if newest is None or (now - newest).total_seconds() < seconds:
        return ""
    return f"no source was visited since {newest:%Y-%m-%d %H:%M} UTC"


def main(question: str, number: str) -> int:
    """Return 0 where the answer is yes."""
    if question == "crawls":
        said = silence(float(number))
    else:
        said = trouble(int(number), ready=question == "ready")
    if said:
        sys.stderr.write(said + "\n")
    return int(bool(said))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
