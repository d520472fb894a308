"""Carries out the erasures that people's requests ended in.

Ordered in the console, done here: an erasure reads the whole archive, which no page can
wait for. A run that was cut off is done again, and its certificates then name less.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from casework.request_model import OrderedErasure
from jobs.copies.erased import Listing
from jobs.erasure import ACTOR, Eraser
from jobs.schedule import Every, Job, Schedule

KEPT = "requests"
"""Key of `[retention]`: days from the answer until a request names nobody."""


class RequestBook(Protocol):
    """Requests as casework keeps them."""

    def erasures_ordered(self) -> Sequence[OrderedErasure]:
        """Return erasures that were ordered and are not carried out."""
        ...

    def request_erased(
        self, actor: str, number: str, papers: Sequence[str], kept_back: int
    ) -> None:
        """Note that one was carried out."""
        ...

    def strip_requests(self, before: datetime) -> int:
        """Drop what requests answered before then say of people."""
        ...


class ErasureRequests(Job):
    """Erases what was ordered, and strips requests whose time is over.

    `digest_of` is how lists of erasures call a post; `names` gives so all that the
    crawlers must not bring back.
    """

    name = "requests"

    def __init__(
        self,
        book: RequestBook,
        eraser: Eraser,
        listing: Listing,
        *,
        digest_of: Callable[[str], str],
        names: Callable[[], Iterable[str]],
        days: Mapping[str, int],
    ) -> None:
        self.schedule = Schedule(when=Every(60), lease_seconds=3600)
        self._book = book
        self._eraser = eraser
        self._listing = listing
        self._digest_of = digest_of
        self._names = names
        self._days = days

    def run(self, now: datetime) -> str:
        ordered = self._book.erasures_ordered()
        for one in ordered:
            self._erase(one)
        days = self._days.get(KEPT, 0)
        stripped = self._book.strip_requests(now - timedelta(days=days)) if days else 0
        return f"carried out {len(ordered)} erasures, stripped {stripped} requests"

    def _erase(self, ordered: OrderedErasure) -> None:
        wanted = set(ordered.posts)
        held = self._eraser.held_back() & wanted
        # Before anything goes: an erasure that no copy knows of could be undone by one.
        self._listing.note(self._digest_of(post) for post in wanted - held)
        made = self._eraser.on_request(wanted, reason=ordered.number)
        self._listing.note(self._names())
        papers = [str(one.detail()["digest"]) for one in made]
        self._book.request_erased(ACTOR, ordered.number, papers, len(held))
