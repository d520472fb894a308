"""Where the walk along a list of the API stands, as it is kept over visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

_SECOND = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The page of the list that is read next; the first one has no token.

    Tokens count items, so what comes in meanwhile only has some seen twice. `newest` is
    the latest time of publication that the walk met.
    """

    target: str
    token: str = ""
    number: int = 1
    newest: datetime | None = None

    def held(self) -> Mapping[str, str]:
        """Return the place as the frontier keeps it."""
        return {
            "whole": "no",
            "target": self.target,
            "token": self.token,
            "number": str(self.number),
            "newest": second_of(self.newest) if self.newest else "",
        }

    @classmethod
    def of(cls, held: Mapping[str, str], target: str) -> Self | None:
        """Return the place, if a walk along this list (and no other) was cut off."""
        if held.get("target") != target or not held.get("token"):
            return None
        newest = held["newest"]
        return cls(
            target=target,
            token=held["token"],
            number=int(held["number"]),
            newest=_time(newest) if newest else None,
        )


def second_of(at: datetime) -> str:
    """Return the time as the API writes times."""
    return at.strftime(_SECOND)


def _time(written: str) -> datetime:
    return datetime.strptime(written, _SECOND).replace(tzinfo=UTC)
