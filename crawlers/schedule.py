"""When a source is visited next.

All that it goes by is in the frontier, so a restarted or second crawler goes on where
the first one was.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from crawlers.deps import CrawlDeps
from crawlers.frontier.port import SourceRun
from crawlers.hours import next_day, quiet_hours
from crawlers.polling import Outcome, Rhythm, next_pause
from crawlers.refusals import BudgetSpentError
from crawlers.tally import Tally
from domain.errors import ConfigurationError
from domain.profile import SourceSpec
from extraction.urls import host_name


class Schedule:
    """Says when, by what a visit came to."""

    def __init__(self, deps: CrawlDeps) -> None:
        self._deps = deps

    def quiet(self, spec: SourceSpec) -> bool:
        """Tell whether the source is to be left alone now.

        So is one whose quiet hours cannot be read: nobody knows what was meant.
        """
        try:
            hours = quiet_hours(spec.quiet_hours)
        except ConfigurationError:
            return True
        return hours.hold(self._deps.clock.now().astimezone(self._deps.zone))

    def after(
        self, spec: SourceSpec, run: SourceRun, tally: Tally
    ) -> tuple[SourceRun, datetime]:
        """Return the run with the pause that follows it, and the next visit."""
        before = self._deps.frontier.last_poll(spec.id)
        rhythm = Rhythm(start=spec.interval_minutes, fixed=spec.interval_fixed)
        listed = max(run.listed, run.pages + run.unchanged)
        outcome = Outcome(failed=run.failed, listed=listed, new=run.new)
        pause = next_pause(
            rhythm,
            outcome,
            before.pause_minutes if before else 0.0,
            recovers=before is not None and before.failed,
        )
        run = replace(run, pause_minutes=pause)
        return run, self.moved(spec, run.started + timedelta(minutes=pause), tally)

    def moved(self, spec: SourceSpec, at: datetime, tally: Tally) -> datetime:
        """Return the first time from `at` on that nothing speaks against."""
        rest = self._deps.frontier.host_rest(host_name(spec.url))
        if rest is not None:
            at = max(at, rest.until)
        if tally.left_out[BudgetSpentError.code]:
            at = max(at, next_day(self._deps.clock.now(), self._deps.zone))
        try:
            hours = quiet_hours(spec.quiet_hours)
        except ConfigurationError:
            return at
        return hours.over(at.astimezone(self._deps.zone))
