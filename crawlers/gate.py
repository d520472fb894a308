"""The last step before a request is sent: whose turn it is, and whether at all.

Everything that a host, a source's owner and the office are promised is kept here and
nowhere else: gaps, rests, quiet hours, budgets. Before this step a request waits in
Scrapy's queues, and what held then may hold no longer.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic

import structlog

from crawlers.frontier.manners import HostRest
from crawlers.hours import quiet_hours
from crawlers.pace import Lane, network_of
from crawlers.refusals import (
    BudgetSpentError,
    HostRestsError,
    LeaseLostError,
    QuietHoursError,
    StoppingError,
)
from crawlers.rests import after_failure, is_failure, retry_after
from crawlers.visit import Visit
from domain.errors import MinhTinError

_log = structlog.get_logger(__name__)
_MARGIN = 0.01
"""Seconds added to a gap, for clocks that are read on two machines."""
_SLICE = 1.0
"""Seconds after which a waiting request looks whether the crawler stops."""
ALL = "all requests"
"""The budget over all sources."""


class Gate:
    """The gate of one visit; what it knows of hosts is shared with other visits."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._quiet = quiet_hours(visit.spec.quiet_hours)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the host's turn and hold it. Raises a `PostponedError`."""
        visit = self._visit
        address = visit.resolver.known(host)
        lane = visit.pace.lane(network_of(host, address, visit.networks))
        async with lane.room:
            if self._gap(host) or self._rest(host):
                async with lane.alone:
                    await self._ready(host, lane)
                    yield
            else:
                await self._ready(host, lane)
                yield

    def heard(self, host: str) -> None:
        """Note that bytes came from the host: the next gap counts from now."""
        address = self._visit.resolver.known(host)
        network = network_of(host, address, self._visit.networks)
        self._visit.pace.lane(network).last = monotonic()

    def answered(self, host: str, status: int, wait: str) -> None:
        """Note an answer; `wait` is its `Retry-After`."""
        known = self._rest(host)
        if is_failure(status):
            now = self._visit.deps.clock.now()
            self._note(host, after_failure(known, now, retry_after(status, wait, now)))
        elif known is not None:
            self._note(host, None)

    def failed(self, host: str) -> None:
        """Note a host that did not answer."""
        now = self._visit.deps.clock.now()
        self._note(host, after_failure(self._rest(host), now))

    async def _ready(self, host: str, lane: Lane) -> None:
        while True:
            wait = max(self._rest_left(host), self._gap_left(host, lane))
            if wait <= 0:
                wait = self._until_next_minute()
            if wait <= 0:
                break
            await asyncio.sleep(min(wait, _SLICE))
        # Last of all: while it waited the process may have stood still.
        if not self._visit.lease.holds():
            raise LeaseLostError(f"the site of {host} is another crawler's")
        self._spend_day()

    def _rest_left(self, host: str) -> float:
        visit = self._visit
        if visit.pace.closing:
            raise StoppingError("the crawler stops")
        now = visit.deps.clock.now()
        if self._quiet.hold(now.astimezone(visit.deps.zone)):
            raise QuietHoursError(f"quiet hours of {visit.spec.id}")
        rest = self._rest(host)
        left = (rest.until - now).total_seconds() if rest else 0.0
        if left > visit.deps.limits.retry_after_seconds:
            raise HostRestsError(f"{host} rests for {left:.0f} s")
        return left

    def _gap(self, host: str) -> float:
        visit = self._visit
        asked = visit.pace.asked.get(host)
        wanted = visit.deps.default_delay if asked is None else asked
        return max(wanted, visit.spec.delay_seconds)

    def _gap_left(self, host: str, lane: Lane) -> float:
        gap = self._gap(host)
        return lane.last + gap + _MARGIN - monotonic() if gap else 0.0

    def _until_next_minute(self) -> float:
        """Spend one request of this minute, or return the seconds to the next."""
        most = self._visit.deps.budget.a_minute
        now = self._visit.deps.clock.now()
        minute = now.replace(second=0, microsecond=0)
        if not most or self._take(f"{ALL} a minute", minute.isoformat(), most):
            return 0.0
        return (minute + timedelta(minutes=1) - now).total_seconds()

    def _spend_day(self) -> None:
        visit = self._visit
        today = visit.deps.clock.now().astimezone(visit.deps.zone).date().isoformat()
        for account, most in (
            (f"source {visit.spec.id}", visit.spec.requests_a_day),
            (ALL, visit.deps.budget.a_day),
        ):
            if most and not self._take(account, today, most):
                raise BudgetSpentError(f"{most} requests of {account} are spent")

    def _take(self, account: str, period: str, most: int) -> bool:
        try:
            return self._visit.deps.frontier.spend(account, period, 1, most)
        except MinhTinError as error:
            # Without the count nobody knows what is left; waiting is the polite error.
            raise BudgetSpentError(f"the budget is out of reach: {error}") from error

    def _rest(self, host: str) -> HostRest | None:
        visit = self._visit
        try:
            known = visit.deps.frontier.host_rest(host)
        except MinhTinError as error:
            _log.warning("rest_not_read", host=host, problem=str(error))
            return visit.pace.rests.get(host)
        visit.pace.rests[host] = known
        return known

    def _note(self, host: str, rest: HostRest | None) -> None:
        visit = self._visit
        visit.pace.rests[host] = rest
        if rest and rest.until > visit.deps.clock.now():
            _log.info("host_rests", host=host, until=rest.until.isoformat())
        try:
            if rest is None:
                visit.deps.frontier.rest_host(host, visit.deps.clock.now(), 0)
            else:
                visit.deps.frontier.rest_host(host, rest.until, rest.failures)
        except MinhTinError as error:
            _log.warning("rest_not_kept", host=host, problem=str(error))
