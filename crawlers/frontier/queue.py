"""Pages that wait to be fetched, and the one rule of what may join them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from domain.ids import SourceId


class Lane(IntEnum):
    """How soon a page's turn comes; the smaller, the sooner."""

    NOW = 0
    FRESH = 1
    RECHECK = 2
    BACKLOG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """A page to fetch, by its address in its one spelling.

    `site` is the one whose lease its crawler holds, `source` the one by whose rules it
    is read. `hint` is JSON of what its list said of it. `changed` is when the list
    says that it changed; `tried`, `tries` and `problem` tell of fetches that failed.
    """

    url: str
    site: str
    source: SourceId
    lane: Lane
    due: datetime
    hint: str = ""
    changed: datetime | None = None
    tries: int = 0
    tried: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A page that was fetched; with `recheck_at` it waits again until then."""

    url: str
    recheck_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """How many pages of a site wait in a lane, leased ones too, and the oldest."""

    site: str
    lane: Lane
    pages: int
    oldest_due: datetime


def joined(
    page: WaitingPage, held: WaitingPage | None, looked: datetime | None
) -> WaitingPage | None:
    """Return what waits once a page is queued, or None where nothing changes.

    `held` is what waits already under the address; `looked` is when the post that the
    address leads to was last looked at. A page that was looked at, in vain or not, has
    its own time to come again: only lane NOW and a change since then bring it forward.
    """
    looks = [at for at in (looked, held.tried if held else None) if at is not None]
    news = page.changed is not None and all(page.changed > at for at in looks)
    if looks and page.lane is not Lane.NOW and not news:
        return None
    if held is None:
        return page
    better = replace(
        held,
        lane=min(page.lane, held.lane),
        due=min(page.due, held.due),
        hint=page.hint or held.hint,
        changed=max(filter(None, (page.changed, held.changed)), default=None),
    )
    return None if better == held else better


class PageQueue(ABC):
    """Pages that wait to be fetched; survives restarts and kills."""

    @abstractmethod
    def enqueue(self, pages: Sequence[WaitingPage]) -> int:
        """Let pages wait, by the rule of `joined`; return how many that changed.

        The same pages again change nothing. A page that is leased stays leased. Those
        of erased posts are left out.
        """

    @abstractmethod
    def take(
        self,
        site: str,
        holder: str,
        *,
        source: SourceId | None,
        by: datetime,
        limit: int,
        seconds: float,
    ) -> tuple[WaitingPage, ...]:
        """Lease pages of a site that are due: the best lane first, then the oldest.

        Those of lane NOW whatever their source, of the others the source's; None takes
        lane NOW alone. A lease that is not ended ends by itself after the seconds, by
        the store's one clock; `release` of the site ends all of its holder's.
        """

    @abstractmethod
    def expected(
        self, places: Collection[tuple[str, SourceId]], by: datetime
    ) -> frozenset[SourceId]:
        """Return of which sources, each at its site, a page is due and not leased.

        Those of lane BACKLOG do not count: they wait for the source's next visit.
        Cheap, however many pages wait.
        """

    @abstractmethod
    def finish(self, page: Finished) -> None:
        """Take a page out, or let it wait for its recheck; unknown ones are no error.

        Where its posts are acknowledged, `acknowledge` does it in the same step.
        """

    @abstractmethod
    def put_back(self, url: str, due: datetime, problem: str, at: datetime) -> None:
        """Let a page that could not be read at `at` wait until `due`.

        It leaves lane NOW: whoever hurried it can see that it was tried.
        """

    @abstractmethod
    def waiting_page(self, url: str) -> WaitingPage | None:
        """Return the page if it waits or is being fetched."""

    @abstractmethod
    def waiting(self) -> tuple[Queued, ...]:
        """Return how many wait, by site and lane; counts every page."""

    @abstractmethod
    def urgent(self, by: datetime) -> frozenset[str]:
        """Return the sites with pages in lane NOW that are due and not leased.

        Cheap, however many other pages wait.
        """
