"""The query language: a small tree, and no back-end dictionaries.

Grammar that people type (parsed by `parse`, see `docs/search.md`):

    sạt lở                both words, tone marks do not matter
    "cầu Nậm Rốm"         the phrase
    -quảng_cáo            without
    lũ OR lụt             either
    (a OR b) c            groups
    outlet:"Báo X"        a field of `document.FIELDS`
    published:2026-11-01..2026-11-07   both days included; either may be left out
    revision:>=2          numbers
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Words:
    """All the words of a text, in any order, in title or text."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words side by side in this order, in title or text."""

    text: str


@dataclass(frozen=True, slots=True)
class FieldIs:
    """A keyword field has the value, or a text field holds the words or phrase."""

    field: str
    value: str
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class DateRange:
    """`since <= field < until`; None leaves a side open. Aware UTC."""

    field: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class NumberRange:
    """`low <= field <= high`; None leaves a side open."""

    field: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Not:
    """Documents that the part does not match."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Documents that all parts match; without parts, all documents."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Documents that at least one part matches; without parts, none."""

    parts: "tuple[Node, ...]"


Node = Words | Phrase | FieldIs | DateRange | NumberRange | Not | AllOf | AnyOf
