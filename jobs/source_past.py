"""What a source's visits brought, hour by hour. Pure.

A visit that failed, or that robots.txt kept from seeing anything, is no sight of the
source: the hours between two such sights that lie too far apart are a gap, and a gap
says nothing of how many posts there were. A visit that went well and brought nothing
says that there was nothing.

A visit for pages that waited alone adds to what was read and to what failed, but it is
no sight, whatever it brought: it did not ask what the source has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Protocol, Self

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

KEPT = timedelta(days=36)
"""How far back a source is looked at: five weeks and a day. Shorter leaves too few
days of the same name to compare with; longer answers for habits long given up."""

LEAST_GAP = timedelta(hours=12)
"""Between two sights before the time between them counts as unseen: a source may rest
at night. Longer hides outages, shorter cuts a quiet night out of the past."""

UNREAD = ("no_article", "no_thread")
"""Errors that are pages which could not be read at all."""

UNLISTED = frozenset({"no_links", "no_threads", "no_feed"})
"""Errors that say that a list is not understood any more."""


class Visit(Protocol):
    """One visit to a source, as the crawlers note it."""

    @property
    def started(self) -> datetime: ...
    @property
    def finished(self) -> datetime | None: ...
    @property
    def requests(self) -> int: ...
    @property
    def new(self) -> int: ...
    @property
    def revised(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def gone(self) -> int: ...
    @property
    def errors(self) -> Mapping[str, int] | None: ...
    @property
    def message(self) -> str: ...
    @property
    def pages(self) -> int: ...
    @property
    def with_title(self) -> int: ...
    @property
    def with_date(self) -> int: ...
    @property
    def with_text(self) -> int: ...
    @property
    def with_author(self) -> int: ...
    @property
    def letters(self) -> int: ...
    @property
    def walled(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def not_modified(self) -> int: ...
    @property
    def received(self) -> int: ...
    @property
    def failed(self) -> bool: ...
    @property
    def polled(self) -> bool: ...


def sighted(visit: Visit) -> bool:
    """Tell whether the visit saw what the source had."""
    forbidden = visit.refused and not (visit.pages or visit.unchanged)
    failed = visit.finished is None or visit.failed or forbidden
    return visit.polled and not failed


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSum:
    """Visits added up; `good` of them saw the source, `unlisted` not its list.

    `visits` are those that asked for the list; the figures are those of all.
    """

    visits: int = 0
    good: int = 0
    unlisted: int = 0
    requests: int = 0
    new: int = 0
    revised: int = 0
    gone: int = 0
    unchanged: int = 0
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
    errors: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """Return the sum of one visit."""
        errors = dict(visit.errors or {})
        return cls(
            visits=int(visit.polled),
            good=int(sighted(visit)),
            unlisted=int(not UNLISTED.isdisjoint(errors)),
            errors=errors,
            **{name: getattr(visit, name) for name in _COUNTED},
        )

    def __add__(self, other: Self) -> "VisitSum":
        errors = dict(self.errors)
        for code, count in other.errors.items():
            errors[code] = errors.get(code, 0) + count
        counts = {
            name: getattr(self, name) + getattr(other, name)
            for name in ("visits", "good", "unlisted", *_COUNTED)
        }
        return VisitSum(errors=errors, **counts)

    @property
    def tried(self) -> int:
        """Pages that a parser was given: those read, and those it made nothing of."""
        return self.pages + sum(self.errors.get(code, 0) for code in UNREAD)

    @property
    def seen(self) -> int:
        """Posts looked at, changed or not."""
        return self.pages + self.not_modified

    @property
    def failures(self) -> int:
        return sum(self.errors.values())

    def share(self, part: str) -> float:
        """Return the share of tried pages with `title`, `date`, `text`, `author`."""
        found: int = getattr(self, f"with_{part}")
        return found / self.tried if self.tried else 0.0


_COUNTED = tuple(
    f.name
    for f in fields(VisitSum)
    if f.name not in {"visits", "good", "unlisted", "errors"}
)


NOTHING = VisitSum()
"""What no visits are."""


def total(sums: Iterable[VisitSum]) -> VisitSum:
    """Add sums up."""
    found = VisitSum()
    for each in sums:
        found += each
    return found


def hour_of(when: datetime) -> datetime:
    """Return the beginning of the hour."""
    return when.replace(minute=0, second=0, microsecond=0)


@dataclass(slots=True)
class Past:
    """Grows with each visit that is added; `hours` are the beginnings of UTC hours.

    `first` began the first visit known, `newest` the last; `streak` counts the visits
    since the last that saw the source, `trouble` is what the newest of them said.
    Visits for waiting pages alone are none of these; `known` began the last of any.
    """

    first: datetime | None = None
    newest: datetime | None = None
    known: datetime | None = None
    last_success: datetime | None = None
    last_new: datetime | None = None
    streak: int = 0
    trouble: str = ""
    hours: dict[datetime, VisitSum] = field(default_factory=dict)

    def add(self, visits: Sequence[Visit]) -> None:
        """Add visits in any order; those not newer than the newest known are known."""
        fresh = [v for v in visits if self.known is None or v.started > self.known]
        for visit in sorted(fresh, key=lambda v: v.started):
            self._add(visit)

    def _add(self, visit: Visit) -> None:
        self.known = visit.started
        hour = hour_of(visit.started)
        self.hours[hour] = self.hours.get(hour, VisitSum()) + VisitSum.of(visit)
        if visit.new:
            self.last_new = visit.finished or visit.started
        if visit.polled:
            self._add_poll(visit)

    def _add_poll(self, visit: Visit) -> None:
        self.first = self.first or visit.started
        self.newest = visit.started
        if sighted(visit):
            self.last_success = visit.finished
            self.streak, self.trouble = 0, ""
        else:
            self.streak += 1
            self.trouble = _trouble(visit)

    def forget(self, before: datetime) -> None:
        """Drop hours that began before then."""
        for hour in [hour for hour in self.hours if hour < before]:
            del self.hours[hour]

    def between(self, since: datetime, until: datetime) -> VisitSum:
        """Add up the hours that began in `since <= hour < until`."""
        return total(s for h, s in self.hours.items() if since <= h < until)


def _trouble(visit: Visit) -> str:
    codes = sorted((visit.errors or {}).items(), key=lambda pair: -pair[1])
    named = ", ".join(f"{code}: {count}" for code, count in codes)
    return visit.message or named
