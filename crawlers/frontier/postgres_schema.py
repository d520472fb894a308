"""The tables of the frontier in PostgreSQL.

Addresses may be longer than an index takes, so rows are found by a hash of them. The
tables lie beside casework's, which is why their names begin with the same word.
"""

import hashlib

from crawlers.frontier.postgres_line import Db, Line
from domain.errors import ConfigurationError

VERSION = 1
"""Raised with each change of the tables; `prepare` then has a step more to take."""

_LOCK = 0x66726F6E
"""The advisory lock under which tables are made (any fixed number)."""

_TABLES = """
CREATE TABLE frontier_version (version integer NOT NULL);
CREATE TABLE frontier_post (
    key bytea PRIMARY KEY, id text NOT NULL, revision integer NOT NULL,
    content_hash text NOT NULL, url text NOT NULL, checked timestamptz NOT NULL,
    source text NOT NULL, gone boolean NOT NULL, first_seen timestamptz NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX frontier_post_of_source
    ON frontier_post (source, first_seen DESC, number DESC);
CREATE TABLE frontier_address (
    key bytea PRIMARY KEY, url text NOT NULL, post text NOT NULL
);
CREATE TABLE frontier_validator (
    key bytea PRIMARY KEY, url text NOT NULL, held text NOT NULL
);
CREATE TABLE frontier_visit (source text PRIMARY KEY, next timestamptz NOT NULL);
CREATE TABLE frontier_run (
    source text NOT NULL, started timestamptz NOT NULL, finished timestamptz,
    facts text NOT NULL, PRIMARY KEY (source, started)
);
CREATE TABLE frontier_lease (
    site text PRIMARY KEY, holder text NOT NULL, until timestamptz NOT NULL
);
"""


_FOUND = (
    "SELECT 1 FROM pg_catalog.pg_tables "
    "WHERE schemaname = current_schema() AND tablename = 'frontier_version'"
)


def prepare(line: Line) -> None:
    """Make the tables when there are none; refuse those of a newer program."""
    version = line.do(_made)
    if version > VERSION:
        raise ConfigurationError(
            "The frontier was made by a newer version of the program.",
            hint="Upgrade this program.",
        )


def _made(db: Db) -> int:
    version = _version(db)
    if version is not None:
        return version
    with db.transaction():
        # Of two crawlers that start at once the second waits, and finds all done.
        db.execute("SELECT pg_advisory_xact_lock(%s, 0)", (_LOCK,))
        version = _version(db)
        if version is not None:
            return version
        db.execute(_TABLES)
        db.execute("INSERT INTO frontier_version VALUES (%s)", (VERSION,))
    return VERSION


def _version(db: Db) -> int | None:
    # By a scan of the catalogue: what `to_regclass` says may be older than the lock.
    if db.execute(_FOUND).fetchone() is None:
        return None
    row = db.execute("SELECT version FROM frontier_version").fetchone()
    return None if row is None else int(row[0])


def storable(text: str) -> str:
    """Return text as PostgreSQL takes it: it knows no NUL."""
    return text.replace("\0", "\ufffd")


def key(text: str) -> bytes:
    """Return what a row is found by."""
    return hashlib.sha256(text.encode()).digest()
