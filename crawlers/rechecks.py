"""When a known page is looked at again, and when one that could not be had."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zlib import crc32

_JITTER = 0.1
"""Share of the way to a look by which it comes earlier or later. Without it, articles
of one visit are asked for together for a month; at a half the looks run together."""


def next_look(
    schedule: Sequence[float], first: datetime, after: datetime, url: str
) -> datetime | None:
    """Return the first look later than `after`, or None when there is none.

    `schedule` holds seconds since the page was first seen, growing. A page's looks are
    shifted by its address, so that each crawler comes to the same times.
    """
    shift = 1 + _JITTER * (2 * crc32(url.encode()) / 0xFFFFFFFF - 1)
    looks = (first + timedelta(seconds=seconds * shift) for seconds in schedule)
    return next((look for look in looks if look > after), None)


def next_try(pauses: Sequence[float], tries: int, at: datetime) -> datetime | None:
    """Return when to try again after `tries` failures; None when it is enough."""
    if tries > len(pauses):
        return None
    return at + timedelta(seconds=pauses[tries - 1])
