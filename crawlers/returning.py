"""When a page that was fetched, or could not be, has its turn again."""

from datetime import datetime

from crawlers.deps import CrawlDeps
from crawlers.frontier.port import Seen
from crawlers.frontier.queue import Finished, Lane, WaitingPage
from crawlers.rechecks import next_look, next_try
from crawlers.refusals import POSTPONED


class Returning:
    """Ends the turns of waiting pages."""

    def __init__(self, deps: CrawlDeps) -> None:
        self._frontier, self._limits = deps.frontier, deps.limits

    def finished(
        self, page: WaitingPage, seen: Seen, aliases: tuple[str, ...]
    ) -> Finished:
        """Return how a page ends whose post is about to be acknowledged."""
        if page.url in {seen.url, *aliases}:
            first = self._frontier.first_seen(seen.post_id) or seen.checked
            return self._again(page, first, seen.checked)
        return self._finished(page, seen.checked)

    def finish(self, page: WaitingPage, at: datetime) -> None:
        """End a page that brought no post; one that leads to a known one returns."""
        self._frontier.finish(self._finished(page, at))

    def after_failure(self, page: WaitingPage, problem: str, at: datetime) -> None:
        """Let a page wait for another try, or give it up until its list names it.

        A page that was not asked for keeps its place: it is free again when the visit
        ends. Whoever asked for one now is told none the less.
        """
        if problem in POSTPONED and page.lane is not Lane.NOW:
            return
        due = next_try(self._limits.retry_seconds, page.tries + 1, at)
        if due is None:
            self.finish(page, at)
        else:
            self._frontier.put_back(page.url, due, problem, at)

    def _finished(self, page: WaitingPage, at: datetime) -> Finished:
        post_id = self._frontier.resolve(page.url)
        first = self._frontier.first_seen(post_id) if post_id else None
        return self._again(page, first, at) if first else Finished(url=page.url)

    def _again(self, page: WaitingPage, first: datetime, at: datetime) -> Finished:
        look = next_look(self._limits.recheck_seconds, first, at, page.url)
        return Finished(url=page.url, recheck_at=look)
