"""What two stores are compared by: a count and a hash that does not go by order."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_SPACE = 1 << 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many rows there are, and the sum of their SHA-256 modulo 2^256 in hex.

    The sum is the same in whatever order a store gives its rows, and grows with each
    row, so that a row that is there twice is seen.
    """

    count: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One part of an installation on both sides."""

    store: str
    part: str
    source: Tally
    target: Tally
    note: str = ""

    @property
    def same(self) -> bool:
        return self.source == self.target and not self.note


class Sum:
    """Adds rows up."""

    def __init__(self) -> None:
        self._count = self._total = 0

    def add(self, row: bytes) -> None:
        """Count and hash a row."""
        self._count += 1
        number = int.from_bytes(hashlib.sha256(row).digest())
        self._total = (self._total + number) % _SPACE

    def tally(self) -> Tally:
        """Return the sum so far."""
        return Tally(count=self._count, digest=f"{self._total:064x}")


def tally(rows: Iterable[bytes]) -> Tally:
    """Count and hash rows."""
    total = Sum()
    for row in rows:
        total.add(row)
    return total.tally()


def row_bytes(row: Any) -> bytes:  # noqa: ANN401 - anything JSON can hold
    """Return a row in one spelling."""
    return json.dumps(row, ensure_ascii=True, sort_keys=True, default=_plain).encode()


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
