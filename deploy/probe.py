"""Asks a process of its own container how it is; the exit code is the answer.

`probe.py PORT alive` wants that the process answers on its metrics port; with `ready`
also that no store makes it wait. The metrics listen on loopback only, so the kubelet
cannot ask them from outside. Liveness must not depend on engines: a restart mends no
engine.
"""  # noqa: INP001 - a script of the image, no package

import http.client
import sys

SECONDS = 4.0
"""Below the probe's own time-out, so that the reason is printed."""


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


def main(port: str, question: str) -> int:
    """Return 0 where the answer is yes."""
    try:
        figures = figures_of(int(port))
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"no answer on port {port}: {error}\n")
        return 1
    if question == "ready" and waits(figures):
        sys.stderr.write("waits for a store\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
