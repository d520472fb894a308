"""Bodies of callers whom nobody knows yet: few at once, few of one, none for long.

A signature covers the whole body, so that a stranger's is held in memory before it is
known for one. Without bounds a handful of slow connections fill the memory of the
console, and with it end everybody's work.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 8
"""Held at once: 8 of 20 MB, twice while they are joined, are 320 MB of a console's
1.5 GB. Fewer lets fewer strangers keep senders out."""

MOST_OF_ONE = 3
"""Of one caller. More lets three addresses take all room; fewer holds up an office's
senders behind one address."""

SECONDS = 60.0
"""For a whole body: 20 MB on a line of 3 Mbit/s. Longer lets who sends nothing sit."""


class Bodies:
    """Counts bodies that are under way, in this process and its one event loop."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    @contextmanager
    def room(self, caller: str) -> Iterator[bool]:
        """Take a place while the block lasts; False where there is none."""
        if self._of.total() >= MOST or self._of[caller] >= MOST_OF_ONE:
            yield False
            return
        self._of[caller] += 1
        try:
            yield True
        finally:
            self._of[caller] -= 1
            self._of += Counter()  # callers who have left are not remembered
