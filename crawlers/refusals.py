"""Requests that are not made, by the code that a visit counts them under."""

from scrapy.exceptions import IgnoreRequest


class RefusedError(IgnoreRequest):
    """A request that is not made; `code` says why."""

    code = "refused"


class PostponedError(RefusedError):
    """Not now; the source's list is then read again as if it had not been."""

    code = "postponed"


class HostRestsError(PostponedError):
    """The host failed too often, or asked for a longer pause than a visit waits."""

    code = "host_rests"


class BudgetSpentError(PostponedError):
    """The day's requests of the source, or of all sources, are spent."""

    code = "budget"


class QuietHoursError(PostponedError):
    """The source's quiet hours began."""

    code = "quiet_hours"


class StoppingError(PostponedError):
    """The crawler is told to stop."""

    code = "stopped"


class LeaseLostError(PostponedError):
    """The site is another crawler's by now, or nobody can say whose it is."""

    code = "lease_lost"


POSTPONED = frozenset(
    error.code
    for error in (
        HostRestsError,
        BudgetSpentError,
        QuietHoursError,
        StoppingError,
        LeaseLostError,
    )
)
