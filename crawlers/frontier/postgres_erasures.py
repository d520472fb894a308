"""Erasure in PostgreSQL. Its vacuum takes the bytes of deleted rows away."""

from collections.abc import Collection

from crawlers.frontier.erasures import Erasures
from crawlers.frontier.postgres_line import Db, Line, Query
from crawlers.frontier.postgres_schema import key
from domain.ids import PostId

# No index leads from a post to its addresses: erasing is rare, and reads them all.
_ADDRESSES: Query = "SELECT key FROM frontier_address WHERE post = ANY(%s)"
_NOTE: Query = (
    "INSERT INTO frontier_erased (key) SELECT unnest(%s::bytea[]) "
    "ON CONFLICT DO NOTHING"
)
_DELETE: tuple[Query, ...] = (
    "DELETE FROM frontier_waiting WHERE key = ANY(%s)",
    "DELETE FROM frontier_validator WHERE key = ANY(%s)",
    "DELETE FROM frontier_address WHERE key = ANY(%s)",
    "DELETE FROM frontier_post WHERE key = ANY(%s)",
)
_FOUND: Query = "SELECT key FROM frontier_erased WHERE key = ANY(%s)"
ALL: Query = "SELECT key FROM frontier_erased WHERE key > %s ORDER BY key LIMIT %s"


def forget(db: Db, keys: Collection[bytes]) -> None:
    """Note digests, then forget what they are of.

    Noted by themselves first: a crawler that acknowledges meanwhile sees them.
    """
    ordered = sorted(keys)
    with db.transaction():
        db.execute(_NOTE, (ordered,))
    with db.transaction():
        for statement in _DELETE:
            db.execute(statement, (ordered,))


class PostgresErasures(Erasures):
    """Rows are found by the digests of their names, which is all that is kept."""

    _line: Line

    def erase(self, posts: Collection[PostId], addresses: Collection[str] = ()) -> None:
        def work(db: Db) -> None:
            found = db.execute(_ADDRESSES, (list(posts),)).fetchall()
            names = {key(name) for name in (*posts, *addresses)}
            forget(db, names | {place for (place,) in found})

        self._line.do(work)

    def erased(self, names: Collection[str]) -> frozenset[str]:
        by_key = {key(name): name for name in names}
        found = self._line.ask(_FOUND, list(by_key)) if by_key else []
        return frozenset(by_key[place] for (place,) in found)

    def drop_waiting(self, posts: Collection[PostId]) -> None:
        def work(db: Db) -> None:
            found = db.execute(_ADDRESSES, (list(posts),)).fetchall()
            db.execute(_DELETE[0], ([place for (place,) in found],))

        self._line.do(work)
