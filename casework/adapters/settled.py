"""What holds on every database: names, waits, and making a copy durable."""

import os
from pathlib import Path

BUSY_SECONDS = 10.0
"""How long a writer waits for the others. Shorter fails under a rush of decisions,
longer leaves a person before a page that does not answer."""

WRITE = "casework_write"
"""Execution option of connections that will write."""


def sync(path: Path) -> None:
    """Have the disk hold what was written to the file."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
