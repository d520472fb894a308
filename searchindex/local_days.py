"""Days as people at one offset from UTC count them."""

import re
from datetime import datetime, timedelta

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def offset_seconds(utc_offset: str) -> int:
    """Return the seconds of a `+07:00`-like offset."""
    found = _OFFSET.fullmatch(utc_offset)
    if found is None:
        raise ValueError(f"{utc_offset!r} is no offset like +07:00.")
    value = int(found[2]) * 3600 + int(found[3]) * 60
    return -value if found[1] == "-" else value


def local_day(at: datetime, offset: int) -> str:
    """Return the local date of an instant, as ISO 8601."""
    try:
        return (at + timedelta(seconds=offset)).date().isoformat()
    except OverflowError:
        return at.date().isoformat()
