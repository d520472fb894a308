"""Rests of hosts in the frontier's SQLite file."""

from abc import abstractmethod
from datetime import UTC, datetime
from typing import Any

from crawlers.frontier.manners import HostManners, HostRest

SCHEMA = """
CREATE TABLE IF NOT EXISTS host (
    name TEXT PRIMARY KEY, until REAL NOT NULL, failures INTEGER NOT NULL
) WITHOUT ROWID;
"""


class SqliteManners(HostManners):
    """One row per host that rests; each call is one statement."""

    @abstractmethod
    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]: ...

    def host_rest(self, host: str) -> HostRest | None:
        rows = self._ask("SELECT until, failures FROM host WHERE name = ?", host)
        if not rows:
            return None
        until, failures = rows[0]
        return HostRest(until=datetime.fromtimestamp(until, UTC), failures=failures)

    def rest_host(self, host: str, until: datetime, failures: int) -> None:
        if failures:
            row = host, until.timestamp(), failures
            self._ask("REPLACE INTO host VALUES (?, ?, ?)", *row)
        else:
            self._ask("DELETE FROM host WHERE name = ?", host)
