"""The store that casework needs: transactions over rows, nothing more.

What the rows mean is the service's matter. A store promises three things: a `write`
is all or nothing and alone (writers of all threads and processes queue up, so what a
write reads stays true until it ends); a `read` sees one state throughout; ids that the
store gives grow and are never given twice, also after rows were removed.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from casework.rows import Row

R = TypeVar("R", bound=Row)

CHUNK = 500
"""Values of one `IN`. Larger meets the bound on parameters of some databases, smaller
only asks more often."""


class Op(StrEnum):
    EQUAL = "="
    OTHER = "!="
    BELOW = "<"
    FROM = ">="
    ABOVE = ">"
    IN = "in"
    HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on a field; `None` with EQUAL or OTHER means «is (not) absent».

    HOLDS looks for a text within the field's, every sign as itself. Whether A and a
    differ there is the database's affair: ask for folded text in folded text.
    """

    field: str
    op: Op
    value: object


def eq(field: str, value: object) -> Where:
    return Where(field, Op.EQUAL, value)


def yes(field: str) -> Where:
    return Where(field, Op.EQUAL, value=True)


class Rows(ABC):
    """Row operations of one transaction. All conditions must hold (AND)."""

    @abstractmethod
    def add(self, row: Row) -> int:
        """Insert and return the given id (0 for rows without an `int` id).

        Raises `ConflictError` when a row with that key exists.
        """

    @abstractmethod
    def put(self, row: Row) -> None:
        """Insert, or replace the row with the same primary key."""

    @abstractmethod
    def change(self, kind: type[Row], values: Mapping[str, object], *on: Where) -> int:
        """Set fields of all rows that fit; return how many there were."""

    @abstractmethod
    def remove(self, kind: type[Row], *on: Where) -> int:
        """Delete all rows that fit; return how many there were."""

    @abstractmethod
    def find(
        self,
        kind: type[R],
        *on: Where,
        order: str = "",
        skip: int = 0,
        limit: int | None = None,
    ) -> Sequence[R]:
        """Return rows that fit, but not the first `skip` of them, and at most `limit`.

        `order` names fields, parted by spaces; `-field` descends. Rows without a value
        come last either way. What is equal, or all without `order`, comes by primary
        key.
        """

    @abstractmethod
    def count(self, kind: type[Row], *on: Where) -> int:
        """Return how many rows fit."""

    def one(self, kind: type[R], *on: Where, order: str = "") -> R | None:
        """Return the first row that fits, if any."""
        found = self.find(kind, *on, order=order, limit=1)
        return found[0] if found else None

    def find_in(self, kind: type[R], field: str, values: Iterable[object]) -> list[R]:
        """Return rows whose `field` is one of any number of values."""
        found: list[R] = []
        rest = iter(dict.fromkeys(values))
        while chunk := list(islice(rest, CHUNK)):
            found.extend(self.find(kind, Where(field, Op.IN, chunk)))
        return found


class CaseworkStore(ABC):
    """Opens transactions. Safe to share between threads; do not nest transactions.

    Raises `RetryLaterError` when the database stays busy or out of reach after the
    store's own waiting, and `StoreFullError` when the disk is full.
    """

    @abstractmethod
    def read(self) -> AbstractContextManager[Rows]:
        """A snapshot for reading."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Rows]:
        """A transaction: durable when the block ends, undone when it raises."""

    @abstractmethod
    def close(self) -> None:
        """Give back connections."""
