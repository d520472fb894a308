"""Visits between two polls: for pages whose time has come, without the source's list.

A source that is polled once a day would else have the look that is due after an hour a
day late. Only what waited is asked for then, at the same gate as everything else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from crawlers.deps import CrawlDeps
from crawlers.refusals import POSTPONED
from crawlers.schedule import Schedule
from crawlers.tally import Tally
from domain.ids import SourceId
from domain.profile import SourceSpec
from extraction.urls import host_name, site_of

PAUSE = timedelta(minutes=5)
"""Between two such visits to a source, and before a poll that will take the pages
along. Longer makes looks late; shorter makes a visit of nearly every page, for those
of one poll come due within minutes of each other."""
PUT_OFF = timedelta(minutes=15)
"""After a visit that was not let ask. Shorter begins visits in vain, longer lies idle
when the host is ready again."""


class Rechecking:
    """Says which sources are visited for what waits; remembers whom it was at."""

    def __init__(self, deps: CrawlDeps, schedule: Schedule) -> None:
        self._deps, self._schedule = deps, schedule
        self._not_before: dict[SourceId, datetime] = {}

    def due(self, specs: Sequence[SourceSpec]) -> list[SourceSpec]:
        """Return those of the sources, none of them due itself, with a page that is."""
        now = self._deps.clock.now()
        free = [
            spec
            for spec in specs
            if self._not_before.get(spec.id, now) <= now
            and not self._schedule.quiet(spec)
        ]
        if not free:
            return []
        places = [(site_of(spec.url), spec.id) for spec in free]
        found = self._deps.frontier.expected(places, now)
        return [s for s in free if s.id in found and self._worth_a_visit(s, now)]

    def over(self, spec: SourceSpec, tally: Tally) -> None:
        """Leave the source alone for a while after such a visit."""
        kept_out = POSTPONED & tally.left_out.keys()
        at = self._deps.clock.now() + (PUT_OFF if kept_out else PAUSE)
        self._not_before[spec.id] = self._schedule.moved(spec, at, tally)

    def _worth_a_visit(self, spec: SourceSpec, now: datetime) -> bool:
        poll = self._deps.frontier.next_visit(spec.id)
        rest = self._deps.frontier.host_rest(host_name(spec.url))
        return (poll is None or poll - now > PAUSE) and (
            rest is None or rest.until <= now
        )
