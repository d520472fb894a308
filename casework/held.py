"""What a database of casework holds, and the way to another revision of it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Revision, rows by table, and the audit log's number of rows and last digest."""

    revision: str
    rows: Mapping[str, int]
    audit: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One migration, with the first line of what it says of itself."""

    revision: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The migrations to run, in order; `down` undoes them. `present` may be empty."""

    present: str
    target: str
    down: bool
    way: tuple[Step, ...]
