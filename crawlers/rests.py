"""When a host is left alone: it said so, or it fails.

The first failures of a host cost nothing but themselves: pages fail too. From the
fifth in a row, whichever pages they were, the host rests, a minute at first and
doubled with each failure up to a day; what is asked after a rest is one probe.
"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from crawlers.frontier.manners import HostRest

PATIENCE = 5
"""Failures in a row before a host rests. Fewer punish a host for two broken pages,
which are tried three times each; more burden one that is down."""
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(days=1)
"""No host keeps us away longer without being asked again, whatever it says."""
_DOUBLINGS = 11
_FAILING = {429, 500, 502, 503, 504, 522, 524}
_BUSY = {429, 503}


def is_failure(status: int) -> bool:
    """Tell whether an answer speaks of the host's own trouble, not of one page."""
    return status in _FAILING


def after_failure(
    known: HostRest | None, now: datetime, asked: timedelta | None = None
) -> HostRest:
    """Return the rest after one more failure; `asked` is the host's own wish."""
    failures = (known.failures if known else 0) + 1
    rest = asked or timedelta(0)
    if failures >= PATIENCE:
        rest = max(rest, FIRST_REST * 2 ** min(failures - PATIENCE, _DOUBLINGS))
    return HostRest(until=now + min(rest, LONGEST_REST), failures=failures)


def retry_after(status: int, text: str, now: datetime) -> timedelta | None:
    """Return how long a 429 or 503 says to wait, by seconds or date, if it does."""
    text = text.strip()
    if status not in _BUSY or not text:
        return None
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), LONGEST_REST.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=now.tzinfo)
    return min(max(until - now, timedelta(0)), LONGEST_REST)
