"""Counts the posts of this week and the last by the clock, and says what has moved."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from casework.model import Setting
from domain.errors import ConflictError
from domain.labels import About
from domain.post import Post
from jobs.drift import EDGES, MOST_SOURCES, Shift, Week, bin_of, compared
from jobs.metrics import DriftMetrics
from jobs.schedule import Daily, Job, Schedule
from searchindex.document import Document
from searchindex.port import IndexReader, Search, SearchIndex
from searchindex.query import DateRange

KEY = "drift.week."
"""Settings with the counts of a week, named by its Monday."""

PAGE = 200
"""Documents read at once: their texts come along."""

ABOUT = frozenset({About.PROVINCE, About.MENTION})

Unknown = Callable[[Post], tuple[int, int]]
"""Words of a post, and how many of them the live model has never seen."""


class DriftBook(Protocol):
    """Where the weeks are kept."""

    def settings(self, prefix: str = "") -> Sequence[Setting]:
        """Return the present settings whose key starts so."""
        ...

    def setting(self, key: str) -> Setting | None:
        """Return the present value."""
        ...

    def put_setting(
        self,
        actor: str,
        key: str,
        value: Any,  # noqa: ANN401 - any JSON value
        *,
        expected_version: int | None = None,
    ) -> Setting:
        """Store a new version. `ConflictError` when another version is current."""
        ...


class DriftJob(Job):
    """Counts anew each night: late posts and new analyses of a week are in it then.

    Memory holds one page of documents and the counts, however many posts there are.
    """

    name = "drift"

    def __init__(
        self,
        index: SearchIndex,
        book: DriftBook,
        unknown: Unknown,
        zone: str,
        metrics: DriftMetrics | None = None,
    ) -> None:
        self.schedule = Schedule(when=Daily(zone, 3, 30), lease_seconds=3 * 3600)
        self._index = index
        self._book = book
        self._unknown = unknown
        self._zone = ZoneInfo(zone)
        self._metrics = metrics

    def run(self, now: datetime) -> str:
        today = now.astimezone(self._zone).date()
        this = today - timedelta(days=today.weekday())
        posts = [self._count(this - timedelta(weeks=back)) for back in (1, 0)]
        shifts = latest(kept_weeks(self._book), today)
        if self._metrics is not None:
            self._metrics.show(shifts)
        moved = [f"{s.measure} {s.name}".strip() for s in shifts if s.moved]
        return f"posts={sum(posts)} moved={len(moved)} {', '.join(moved[:5])}".strip()

    def _count(self, monday: date) -> int:
        since, until = (
            datetime.combine(day, time(), self._zone).astimezone(UTC)
            for day in (monday, monday + timedelta(weeks=1))
        )
        counting = _Counting(monday)
        for document in _documents(self._index.reader(), since, until):
            counting.add(document, self._unknown)
        week = counting.week()
        if week.posts:
            self._keep(week)
        return week.posts

    def _keep(self, week: Week) -> None:
        key = f"{KEY}{week.monday.isoformat()}"
        kept = self._book.setting(key)
        value = week.stored()
        if kept is not None and kept.value == value:
            return
        version = kept.version if kept else 0
        try:
            self._book.put_setting("jobs", key, value, expected_version=version)
        except ConflictError:
            return  # Another scheduler has counted it as well.


def kept_weeks(book: DriftBook) -> list[Week]:
    """Return the weeks that are kept, oldest first."""
    weeks = [Week.read(row.value) for row in book.settings(KEY)]
    return sorted(weeks, key=lambda week: week.monday)


def latest(weeks: Sequence[Week], today: date) -> tuple[Shift, ...]:
    """Compare the last whole week: a few days of one are not like a week."""
    this = today - timedelta(days=today.weekday())
    return compared(weeks, this - timedelta(weeks=1))


@dataclass(slots=True)
class _Counting:
    """Counts of one week, for each model that judged posts of it."""

    monday: date
    posts: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    bins: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    sources: Counter[tuple[str, str]] = field(default_factory=Counter)
    flagged: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, document: Document, unknown: Unknown) -> None:
        judged = document.analysis.judgement
        model = judged.model
        if not model or document.analysis.about not in ABOUT:
            return
        words, strange = unknown(document.post)
        self.posts[model] += 1
        self.words[model] += words
        self.unknown[model] += strange
        for score in judged.labels:
            self.bins[model, score.name, bin_of(score.probability)] += 1
        source = (model, document.post.source)
        self.sources[source] += 1
        self.flagged[source] += any(score.flagged for score in judged.labels)

    def week(self) -> Week:
        """Return the counts of the model that judged most posts."""
        model = max(self.posts, key=lambda name: (self.posts[name], name), default="")
        names = {name for by, name, _ in self.bins if by == model}
        fullest = [
            (source, count)
            for (by, source), count in self.sources.most_common()
            if by == model
        ]
        return Week(
            monday=self.monday,
            model=model,
            posts=self.posts[model],
            words=self.words[model],
            unknown=self.unknown[model],
            scores={
                name: tuple(self.bins[model, name, n] for n in range(len(EDGES) + 1))
                for name in sorted(names)
            },
            sources={
                source: (count, self.flagged[model, source])
                for source, count in fullest[:MOST_SOURCES]
            },
        )


def _documents(
    reader: IndexReader, since: datetime, until: datetime
) -> Iterator[Document]:
    after = None
    while True:
        page = reader.search(
            Search(query=DateRange("published", since, until), size=PAGE, after=after)
        )
        for hit in page.hits:
            yield hit.document
        after = page.next_cursor
        if after is None:
            return
