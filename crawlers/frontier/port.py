"""What a frontier does; `tests/contracts/frontier.py` proves it."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawlers.frontier.erasures import ErasedName, Erasures
from crawlers.frontier.manners import HostManners
from crawlers.frontier.queue import Finished, PageQueue, WaitingPage
from domain.ids import PostId, SourceId
from domain.post import Counts

_NOWHERE = SourceId("")
_NONE = Counts()
_BETWEEN_POLLS = 300
"""Visits read to find the last poll: a day of those for rechecks alone has 288."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of one post: last acknowledged revision and its content hash.

    `gone` tells that the last visit found it removed; `source` where it was found;
    `counts` what its page or list last showed.
    """

    post_id: PostId
    revision: int
    content_hash: str
    url: str
    checked: datetime
    source: SourceId = _NOWHERE
    gone: bool = False
    counts: Counts = _NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRun:
    """One visit to a source, for `sources list`, health and the console.

    `pages` counts posts read, of which `with_title`, `with_date` (of publication),
    `with_text` and `with_author` had these, and `letters` the length of their texts in
    all: a share that falls tells of a new page layout. `walled` of them say that they
    are for subscribers. `refused` counts addresses that robots.txt forbade,
    `not_modified` answers that were a 304, `received` the bytes of all bodies.
    `listed` items were named by lists or known from before. The next visit was set
    `pause_minutes` after this one, before quiet hours and rests had their say.
    `polled` tells that it asked for the source's list; the others were for pages that
    waited alone, and say nothing of what the source has.
    """

    source: SourceId
    started: datetime
    finished: datetime | None
    requests: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    errors: Mapping[str, int] | None = None
    message: str = ""
    gone: int = 0
    pages: int = 0
    with_title: int = 0
    with_date: int = 0
    with_text: int = 0
    with_author: int = 0
    letters: int = 0
    walled: int = 0
    refused: int = 0
    not_modified: int = 0
    received: int = 0
    listed: int = 0
    pause_minutes: float = 0.0
    polled: bool = True

    @property
    def failed(self) -> bool:
        """Whether the visit brought nothing but errors."""
        return bool(self.errors) and not (self.pages or self.unchanged)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A post with when it was first seen."""

    seen: Seen
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddress:
    """An address and the post that it leads to."""

    url: str
    post_id: PostId


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownValidators:
    """What a page may be asked for conditionally with."""

    url: str
    held: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextVisit:
    """When a source is visited next."""

    source: SourceId
    at: datetime


HeldFact = (
    KnownPost | KnownAddress | KnownValidators | NextVisit | SourceRun | WaitingPage
)
Fact = ErasedName | HeldFact
"""What a frontier holds for good; leases pass, and are none."""


class Frontier(PageQueue, HostManners, Erasures):
    """Known URLs, validators, revisions and waiting pages of one installation."""

    @abstractmethod
    def seen(self, post_id: PostId) -> Seen | None:
        """Return what was last acknowledged of the post, if anything."""

    @abstractmethod
    def resolve(self, url: str) -> PostId | None:
        """Return the post that the URL (canonical or alias) leads to, if known."""

    @abstractmethod
    def acknowledge(
        self, seen: Seen, aliases: tuple[str, ...], finished: Finished | None = None
    ) -> None:
        """Remember a revision, durably; called after the log acknowledged it.

        A lower revision than the known one changes nothing, and so does an erased
        post. The page that it was read from, if it waited, is finished in the same
        step.
        """

    @abstractmethod
    def first_seen(self, post_id: PostId) -> datetime | None:
        """Return when the post was acknowledged for the first time."""

    @abstractmethod
    def recent(self, source: SourceId, limit: int) -> tuple[Seen, ...]:
        """Return the source's posts that were first seen last, newest first.

        A visit of its own looks at them again when their list is unchanged.
        """

    @abstractmethod
    def validators(self, url: str) -> Mapping[str, str]:
        """Return `etag` and `last-modified` of the last good answer of the URL."""

    @abstractmethod
    def remember_validators(self, url: str, validators: Mapping[str, str]) -> None:
        """Remember them; only after the answer's posts are acknowledged.

        Those of an erased post's address are not kept.
        """

    @abstractmethod
    def spend(self, budget: str, day: str, units: int, most: int) -> bool:
        """Take units out of a day's budget, durably; False where they are not left.

        Nothing is taken then. Of several crawlers that spend at once each gets units
        of its own; another `day` (any text) begins at nothing.
        """

    @abstractmethod
    def due(self, source: SourceId, now: datetime) -> bool:
        """Tell whether the source's next visit has come."""

    def due_among(
        self, sources: Collection[SourceId], now: datetime
    ) -> frozenset[SourceId]:
        """Return those of the sources whose next visit has come."""
        return frozenset(source for source in sources if self.due(source, now))

    @abstractmethod
    def next_visit(self, source: SourceId) -> datetime | None:
        """Return when the source is visited next; None before its first visit."""

    @abstractmethod
    def claim(self, site: str, holder: str, seconds: float) -> bool:
        """Take or renew the lease of a site; False while another holder's runs.

        Crawlers visit a site's sources only while they hold its lease, so that no two
        of them ask one site at once. A lease that is not renewed ends by itself, by
        the store's one clock and not by those of the crawlers' machines.
        """

    @abstractmethod
    def release(self, site: str, holder: str) -> None:
        """Give a lease up before its end, and those of the site's pages with it.

        What another holds stays with them.
        """

    @abstractmethod
    def record_run(self, run: SourceRun, next_visit: datetime | None) -> None:
        """Store the outcome of a visit and when the next one is due.

        Without a time the next one stays due when it is, as after a visit for
        rechecks.
        """

    @abstractmethod
    def runs(self, source: SourceId, limit: int) -> tuple[SourceRun, ...]:
        """Return the last visits, newest first."""

    def last_poll(self, source: SourceId) -> SourceRun | None:
        """Return the last visit that asked for the source's list."""
        runs = self.runs(source, _BETWEEN_POLLS)
        return next((run for run in runs if run.polled), None)

    @abstractmethod
    def facts(self) -> Iterator[Fact]:
        """Yield everything that is held for good, page by page, while nothing writes.

        What was erased comes first; posts in the order in which they were first seen.
        """

    @abstractmethod
    def take_in(self, facts: Sequence[Fact]) -> None:
        """Hold facts of another frontier, in one step; the same again changes nothing.

        What is held already of the same post, address, source or visit is replaced,
        and what is held of an erased post goes.
        """

    @abstractmethod
    def close(self) -> None:
        """Give up resources."""
