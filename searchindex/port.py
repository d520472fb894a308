"""What a search index can do; `tests/contracts/search_index.py` holds adapters to it.

* Two writers own different fields of a document: the analysis side and the review
  side. Each side carries a version; an older version never overwrites a newer one,
  and either side may arrive first, also during a rebuild.
* A document is findable after `flush`.
* Text is matched without regard to tone marks, case and `đ`/`d`; where it is matched
  with the very letters typed, it ranks higher.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Self

from domain.analysis import Analysis
from domain.events import CountsSeen, PostGone
from domain.ids import PostId, StoryId, UnitId
from domain.review import ReviewState
from searchindex.document import Document
from searchindex.query import Node


class Order(StrEnum):
    """Order of results."""

    NEWEST = "newest"
    OLDEST = "oldest"
    BEST = "best"
    URGENT = "urgent"
    """Highest flagged probability first, newest first among equals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A question. `after` is `Page.next_cursor` of the page before, opaque.

    Pages that follow each other by `after` hold each post once that is not revised
    meanwhile, whatever else is written. `steady` asks for all of them to come from one
    state of the index, where it can hold one (`IndexCapabilities.steady_pages`): for
    exports, since holding it costs the index memory and a request more.

    `facets` names keyword fields of `searchindex.document.FIELDS`.
    """

    query: Node | None = None
    order: Order = Order.NEWEST
    size: int = 20
    steady: bool = False
    after: str | None = None
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found document; `highlights` are (start, end) in `document.post.whole_text`."""

    document: Document
    score: float = 0.0
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Results. `total_exact` is False where counting stopped at a bound."""

    hits: tuple[Hit, ...]
    total: int
    total_exact: bool = True
    next_cursor: str | None = None
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoFacet:
    """Posts by commune, exact: a map that shows a part of them would mislead.

    A post counts once in each unit that it names, so `units` sum to more than `named`,
    the posts that name any of them. `total` are all matches.
    """

    units: Mapping[UnitId, int]
    named: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """Exact accounting of a flush: every item handed over is in one of the three."""

    written: int
    stale: int
    failed: tuple[tuple[PostId, str], ...] = ()


class IndexWriter(ABC):
    """Writes in bulk; a context manager that flushes on a clean exit."""

    @abstractmethod
    def put_analysis(self, analysis: Analysis) -> None:
        """Upsert the analysis side of a post's document.

        A higher `analysis.version` replaces the current text and keeps the former
        text in `Document.history` when the revision grew. An analysis that is not
        `indexed` removes the document's analysis side.
        """

    @abstractmethod
    def put_review(self, review: ReviewState) -> None:
        """Upsert the review side of a post's document."""

    @abstractmethod
    def put_gone(self, gone: PostGone) -> None:
        """Set or (reason `restored`) clear `Document.gone`; the latest `at` wins.

        May arrive before the analysis; it is kept until that comes.
        """

    @abstractmethod
    def put_counts(self, counts: CountsSeen) -> None:
        """Set `Document.counts`; the latest `at` wins; may arrive first."""

    @abstractmethod
    def put_story(self, post_id: PostId, story: StoryId) -> None:
        """Set the automatic story of a post; a person's story in a review wins."""

    @abstractmethod
    def delete(self, post_id: PostId) -> None:
        """Remove the document and both its sides (tombstone)."""

    @abstractmethod
    def flush(self) -> BulkResult:
        """Make everything handed over findable; return the accounting.

        Raises `RetryLaterError` or `StoreFullError`; then nothing of the batch may
        be taken as written, and writing it again is harmless.
        """

    @abstractmethod
    def close(self) -> None:
        """Give up resources without flushing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self.close()


class IndexReader(ABC):
    """Reads; safe to use from several threads."""

    @abstractmethod
    def search(self, search: Search) -> Page:
        """Answer a search. Raises `RetryLaterError` when out of reach."""

    @abstractmethod
    def get(self, ids: Sequence[PostId]) -> Mapping[PostId, Document]:
        """Return the documents that exist, by id."""

    @abstractmethod
    def near_copy_candidates(
        self, bands: Sequence[Sequence[int]], limit: int
    ) -> Sequence[Mapping[PostId, tuple[int, ...]]]:
        """For each list of fingerprint bands, posts sharing at least one band.

        The answer has one mapping (post id → its whole fingerprint) per list, each
        of at most `limit` posts, newest first. Bands are `nlp.fingerprint.bands`.
        """

    @abstractmethod
    def histogram(
        self, query: Node | None, *, since: datetime, until: datetime, utc_offset: str
    ) -> Mapping[str, Mapping[str, int]]:
        """Posts per local day and queue: `{"2026-11-23": {"all": 9, "press": 2}}`.

        `utc_offset` is `+07:00`-like. Days without posts are missing.
        """

    @abstractmethod
    def geo(self, query: Node | None, units: Sequence[UnitId]) -> GeoFacet:
        """Count the matches that name each of these units, zeros among them.

        Other than `Page.facets`, no bound applies: it costs what the posts that name a
        unit within the query's dates are.
        """

    @abstractmethod
    def count(self) -> int:
        """Return the number of findable documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCapabilities:
    """How an index lawfully differs from the embedded one."""

    whole_facets: bool = False
    """Facets and the order by urgency look at every match. Where this is off, callers
    may rely on the newest matches only, up to the bound at which totals stop."""

    steady_pages: bool = False
    """`Search.steady` is heeded where the server can and while the version lives.
    Where this is off, a post whose time or urgency is revised between two pages may be
    shown on both or on neither; one that is not revised is shown once."""


class SearchIndex(ABC):
    """An index with versions: readers and writers use the live one."""

    capabilities: IndexCapabilities = IndexCapabilities()

    @abstractmethod
    def writer(self) -> IndexWriter:
        """Open a writer on the live version and, during a rebuild, the new one."""

    @abstractmethod
    def reader(self) -> IndexReader:
        """Open a reader of the live version."""

    @abstractmethod
    def begin_rebuild(self) -> IndexWriter:
        """Create an empty new version and return a writer to that one only.

        Writers opened by `writer` (also in other processes) write to both from then
        on. A rebuild that was under way is abandoned.
        """

    @abstractmethod
    def swap(self) -> None:
        """Make the new version live in one step and drop the old one."""

    @abstractmethod
    def live_version(self) -> str:
        """Return the name of the live version."""

    @abstractmethod
    def drop_deleted(self, before: datetime) -> int:
        """Forget what posts deleted before then have left; return how many.

        A deletion leaves the post's versions, so that what it was and arrives late
        does not bring it back. Give a time before which nothing arrives any more. All
        that can be found stays, and all that waits for its post.
        """

    @abstractmethod
    def close(self) -> None:
        """Give up resources."""
