"""What a copy of casework holds, as its manifest says it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Revision, rows by table, and the audit log's number of rows and last digest."""

    revision: str
    rows: Mapping[str, int]
    audit: tuple[int, str]
