"""The tables of the frontier in PostgreSQL.

Addresses may be longer than an index takes, so rows are found by a hash of them. The
tables lie beside casework's, which is why their names begin with the same word.
"""

from crawlers.frontier.erasures import digest_of
from crawlers.frontier.postgres_line import Db, Line
from domain.errors import ConfigurationError

VERSION = 3
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
_QUEUE = """
ALTER TABLE frontier_post ADD COLUMN counts text NOT NULL DEFAULT '';
CREATE TABLE frontier_waiting (
    key bytea PRIMARY KEY, url text NOT NULL, site text NOT NULL,
    source text NOT NULL, lane smallint NOT NULL, due timestamptz NOT NULL,
    hint text NOT NULL, changed timestamptz, tries integer NOT NULL,
    tried timestamptz, problem text NOT NULL, holder text,
    until timestamptz NOT NULL DEFAULT '-infinity',
    number bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX frontier_waiting_in_lane
    ON frontier_waiting (site, source, lane, due, number);
CREATE INDEX frontier_waiting_now ON frontier_waiting (site, due) WHERE lane = 0;
CREATE INDEX frontier_waiting_leased ON frontier_waiting (site, holder)
    WHERE holder IS NOT NULL;
CREATE INDEX frontier_waiting_number ON frontier_waiting (number);
"""
_ERASED = """
CREATE TABLE frontier_erased (key bytea PRIMARY KEY);
"""
_STEPS = (_TABLES, _QUEUE, _ERASED)
"""What leads from a version to the next; the first from nothing to 1."""


_FOUND = (
    "SELECT 1 FROM pg_catalog.pg_tables "
    "WHERE schemaname = current_schema() AND tablename = 'frontier_version'"
)


def prepare(line: Line) -> None:
    """Make the tables, or what they lack; refuse those of a newer program."""
    version = line.do(_made)
    if version > VERSION:
        raise ConfigurationError(
            "The frontier was made by a newer version of the program.",
            hint="Upgrade this program.",
        )


def _made(db: Db) -> int:
    version = _version(db)
    if version is not None and version >= VERSION:
        return version
    with db.transaction():
        # Of two crawlers that start at once the second waits, and finds all done.
        db.execute("SELECT pg_advisory_xact_lock(%s, 0)", (_LOCK,))
        version = _version(db) or 0
        if version >= VERSION:
            return version
        for step in _STEPS[version:]:
            db.execute(step)
        db.execute("DELETE FROM frontier_version")
        db.execute("INSERT INTO frontier_version VALUES (%s)", (VERSION,))
    return VERSION


def _version(db: Db) -> int | None:
    # By a scan of the catalogue: what `to_regclass` says may be older than the lock.
    if db.execute(_FOUND).fetchone() is None:
        return None
    row = db.execute("SELECT version FROM frontier_version").fetchone()
    return None if row is None else int(row[0])


def key(text: str) -> bytes:
    """Return what a row is found by."""
    return bytes.fromhex(digest_of(text))
