"""The lease of a site, looked at by the local clock before each request."""

from collections.abc import Callable
from time import monotonic

from domain.errors import MinhTinError


class SiteLease:
    """Knows until when a lease surely holds, without asking the store.

    A process that was stopped for longer than a lease would else go on sending what it
    had in hand, beside the crawler that took over.
    """

    def __init__(self, claim: Callable[[float], bool], seconds: float) -> None:
        """Take what claims the site for so many seconds at the store."""
        self._claim, self._seconds = claim, seconds
        self._until = float("-inf")

    def take(self, seconds: float) -> bool:
        """Take or renew the lease; its time counts from before the store was asked."""
        asked = monotonic()
        held = self._claim(seconds)
        self._until = asked + seconds if held else float("-inf")
        return held

    def holds(self) -> bool:
        """Tell whether the lease runs; one that ended is asked for again.

        False where nobody can be asked: another crawler may be at work.
        """
        if monotonic() < self._until:
            return True
        try:
            return self.take(self._seconds)
        except MinhTinError:
            return False
