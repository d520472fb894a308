"""Who works on an installation's folder: standing processes together, a move alone.

A lock on a file of the folder, which a kill gives back. It sees the processes of this
machine; those of other machines read the log as groups, which a move asks as well.
"""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from domain.errors import RetryLaterError

FILE = "running.lock"


@contextmanager
def at_work(home: Path) -> Iterator[None]:
    """Stay beside others at work. Raises `RetryLaterError` while it is being moved."""
    with _locked(home, fcntl.LOCK_SH) as had:
        if not had:
            raise RetryLaterError(
                "This installation is being moved to other stores.",
                hint="Start it, with the new settings, when the move has ended.",
            )
        yield


@contextmanager
def at_rest(*homes: Path) -> Iterator[None]:
    """Keep everything from working. Raises `RetryLaterError` while something does."""
    with ExitStack() as held:
        for home in dict.fromkeys(homes):
            if not held.enter_context(_locked(home, fcntl.LOCK_EX)):
                raise RetryLaterError(
                    f"A crawler, worker, indexer, scheduler or console of {home} is "
                    "running.",
                    hint="Stop all of them (Ctrl+C, or systemctl stop "
                    "minhtin.service minhtin.target), then run this again.",
                )
        yield


@contextmanager
def _locked(home: Path, how: int) -> Iterator[bool]:
    """Tell whether the lock is had; a folder that takes no file has none."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / FILE).open("ab")
    except OSError:
        yield True  # Read-only: no store lies in it that a move could spoil.
        return
    with file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
