"""Rests of hosts in PostgreSQL."""

from datetime import datetime

from crawlers.frontier.manners import HostManners, HostRest
from crawlers.frontier.postgres_line import Db, Line

_LOCK = 0x6D616E6E
"""The advisory lock under which this table is made (any fixed number)."""
_TABLE = """
CREATE TABLE IF NOT EXISTS frontier_host (
    name text PRIMARY KEY, until timestamptz NOT NULL, failures integer NOT NULL
);
"""
_FOUND = (
    "SELECT 1 FROM pg_catalog.pg_tables "
    "WHERE schemaname = current_schema() AND tablename = 'frontier_host'"
)
_REST = (
    "INSERT INTO frontier_host (name, until, failures) VALUES (%s, %s, %s) "
    "ON CONFLICT (name) DO UPDATE SET until = excluded.until, "
    "failures = excluded.failures"
)


def prepare_manners(line: Line) -> None:
    """Make the table when there is none, also in a frontier of an older program."""

    def made(db: Db) -> None:
        if db.execute(_FOUND).fetchone() is None:
            with db.transaction():
                db.execute("SELECT pg_advisory_xact_lock(%s, 0)", (_LOCK,))
                db.execute(_TABLE)

    line.do(made)


class PostgresManners(HostManners):
    """Shared by crawlers on several machines; each call is one statement."""

    _line: Line

    def host_rest(self, host: str) -> HostRest | None:
        rows = self._line.ask(
            "SELECT until, failures FROM frontier_host WHERE name = %s", host
        )
        if not rows:
            return None
        until, failures = rows[0]
        return HostRest(until=until, failures=failures)

    def rest_host(self, host: str, until: datetime, failures: int) -> None:
        if failures:
            self._line.ask(_REST, host, until, failures)
        else:
            self._line.ask("DELETE FROM frontier_host WHERE name = %s", host)
