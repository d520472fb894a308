"""Renames that outlive a loss of power."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make what was renamed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
