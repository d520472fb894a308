"""Erasure in the frontier's SQLite file: what its statements do in a transaction."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from crawlers.frontier.erasures import digest_of
from domain.ids import PostId

SCHEMA = """
CREATE TABLE IF NOT EXISTS erased (digest TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_DIGESTS = "IN (SELECT value FROM json_each(?))"
_AMONG = "IN (SELECT name FROM temp.named)"
# Names stand in a table of the connection: `json_each` ends a text at a NUL.
_NAMED = "CREATE TEMP TABLE IF NOT EXISTS named (name TEXT PRIMARY KEY) WITHOUT ROWID"
# No index leads from a post to its addresses: erasing is rare, and reads them all.
_ADDRESSES = f"SELECT url FROM address WHERE post {_AMONG}"  # noqa: S608 - constants only
_OF_POSTS = (f"DELETE FROM post WHERE id {_AMONG}",)  # noqa: S608 - constants only
_OF_ADDRESSES = tuple(
    f"DELETE FROM {table} WHERE url {_AMONG}"  # noqa: S608 - constants only
    for table in ("address", "validator", "waiting")
)
_BY_DIGEST = tuple(
    f"DELETE FROM {table} WHERE digest_of({column}) {_DIGESTS}"  # noqa: S608 - constants only
    for table, column in (
        ("post", "id"),
        ("address", "url"),
        ("validator", "url"),
        ("waiting", "url"),
    )
)
_FOUND = f"SELECT digest FROM erased WHERE digest {_DIGESTS}"  # noqa: S608 - constants only
ALL = "SELECT digest FROM erased WHERE digest > ? ORDER BY digest LIMIT ?"


def prepare(db: sqlite3.Connection) -> None:
    """Let statements compute digests; overwrite what is deleted, at a few writes."""
    db.create_function("digest_of", 1, digest_of, deterministic=True)
    db.execute("PRAGMA secure_delete = ON")
    # The names of what is erased must not end up in a file of their own.
    db.execute("PRAGMA temp_store = MEMORY")


def erase(
    db: sqlite3.Connection, posts: Collection[PostId], addresses: Collection[str]
) -> None:
    names = _addresses(db, posts).union(addresses)
    _delete(db, _OF_POSTS, posts)
    _delete(db, _OF_ADDRESSES, names)
    _note(db, [digest_of(name) for name in names.union(posts)])


def drop_waiting(db: sqlite3.Connection, posts: Collection[PostId]) -> None:
    _delete(db, _OF_ADDRESSES[-1:], _addresses(db, posts))


def erased(db: sqlite3.Connection, names: Collection[str]) -> frozenset[str]:
    by_digest = {digest_of(name): name for name in names}
    found = db.execute(_FOUND, (json.dumps(list(by_digest)),)).fetchall()
    return frozenset(by_digest[digest] for (digest,) in found)


def take_in(db: sqlite3.Connection, digests: Collection[str]) -> None:
    """Note digests of another frontier, and forget what they are of."""
    for statement in _BY_DIGEST:
        db.execute(statement, (json.dumps(list(digests)),))
    _note(db, digests)


def _note(db: sqlite3.Connection, digests: Collection[str]) -> None:
    rows = [(digest,) for digest in digests]
    db.executemany("INSERT OR IGNORE INTO erased VALUES (?)", rows)


def _addresses(db: sqlite3.Connection, posts: Collection[PostId]) -> set[str]:
    with _named(db, posts):
        return {url for (url,) in db.execute(_ADDRESSES)}


def _delete(
    db: sqlite3.Connection, statements: Collection[str], names: Collection[str]
) -> None:
    with _named(db, names):
        for statement in statements:
            db.execute(statement)


@contextmanager
def _named(db: sqlite3.Connection, names: Collection[str]) -> Iterator[None]:
    """Let the statements in the block speak of these names."""
    db.execute(_NAMED)
    rows = [(name,) for name in names]
    db.executemany("INSERT OR IGNORE INTO temp.named VALUES (?)", rows)
    try:
        yield
    finally:
        db.execute("DELETE FROM temp.named")
