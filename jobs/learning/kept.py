"""JSON files beside models, all replaceable: a damaged one is as good as none."""

from pathlib import Path
from typing import TypeVar

import msgspec

Kept = TypeVar("Kept")


def read_record(path: Path, kind: type[Kept]) -> Kept | None:
    """Return a record; None where there is none that can be read.

    A candidate without its comparison is not promoted, so rubbish opens no door.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, ValueError, RecursionError):
        return None
