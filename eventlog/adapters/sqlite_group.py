"""Membership of one reader in a consumer group, as rows of the log's file.

Every member works out the same fair shares from the rows of live members, gives back
what is no longer its share, and takes what is its share and free. A share held by a
member that has not yet given it back is left alone until it does or its lease ends.
"""

import sqlite3
from collections.abc import Sequence

from eventlog.limits import LogLimits
from eventlog.port import LogTopic

Place = tuple[LogTopic, int]


class Membership:
    """One member's view of its group; every method runs in the caller's transaction."""

    def __init__(
        self, name: str, member: str, topics: tuple[LogTopic, ...], limits: LogLimits
    ) -> None:
        self.name = name
        self.held: tuple[Place, ...] = ()
        self.kept: frozenset[Place] = frozenset()
        """Those of `held` that no other member had between the last two beats."""
        self._member = member
        self._topics = topics
        self._limits = limits
        self._places = [(t, n) for t in topics for n in range(limits.partitions)]
        self._beaten = 0.0
        self._peers: tuple[str, ...] = ()

    def beat_due(self, now: float) -> bool:
        """Whether the lease must be renewed (a third of its time has passed)."""
        return abs(now - self._beaten) >= self._limits.lease_seconds / 3

    def unsettled(self, db: sqlite3.Connection, now: float) -> bool:
        """Whether members came or went, or a share of ours is not yet ours."""
        peers = self._live(db, now)
        return peers != self._peers or set(self._share(peers)) != set(self.held)

    def beat(self, db: sqlite3.Connection, now: float) -> None:
        """Renew the lease, bury the dead, give back and take partitions."""
        db.execute(
            "INSERT OR REPLACE INTO members VALUES (?,?,?,?)",
            (self.name, self._member, ",".join(self._topics), now),
        )
        dead = now - self._limits.lease_seconds
        db.execute("DELETE FROM members WHERE grp=? AND seen<?", (self.name, dead))
        db.execute(
            """DELETE FROM leases WHERE grp=? AND member NOT IN
               (SELECT member FROM members WHERE grp=?)""",
            (self.name, self.name),
        )
        self._beaten = now
        self._peers = self._live(db, now)
        share = self._share(self._peers)
        mine = self._leased(db)
        db.executemany(
            "DELETE FROM leases WHERE grp=? AND topic=? AND part=?",
            [(self.name, *place) for place in mine if place not in share],
        )
        db.executemany(
            "INSERT OR IGNORE INTO leases VALUES (?,?,?,?)",
            [(self.name, *place, self._member) for place in share],
        )
        leased = self._leased(db)
        self.held = tuple(place for place in self._places if place in leased)
        self.kept = frozenset(mine & leased)

    def owns(self, db: sqlite3.Connection, places: Sequence[Place]) -> bool:
        """Whether all the places are leased to this member at this moment."""
        return set(places) <= self._leased(db)

    def committed(self, db: sqlite3.Connection, place: Place) -> int:
        """Return the group's committed offset of a partition, 0 where none."""
        row = db.execute(
            "SELECT off FROM commits WHERE grp=? AND topic=? AND part=?",
            (self.name, *place),
        ).fetchone()
        return int(row[0]) if row else 0

    def leave(self, db: sqlite3.Connection) -> None:
        """Give everything back at once."""
        for table in ("leases", "members"):
            db.execute(
                f"DELETE FROM {table} WHERE grp=? AND member=?",  # noqa: S608 - two fixed names
                (self.name, self._member),
            )
        self.held = ()

    def _live(self, db: sqlite3.Connection, now: float) -> tuple[str, ...]:
        rows = db.execute(
            "SELECT member FROM members WHERE grp=? AND seen>=? ORDER BY member",
            (self.name, now - self._limits.lease_seconds),
        )
        return tuple(member for (member,) in rows)

    def _share(self, peers: tuple[str, ...]) -> list[Place]:
        if self._member not in peers:
            return []
        return self._places[peers.index(self._member) :: len(peers)]

    def _leased(self, db: sqlite3.Connection) -> set[Place]:
        rows = db.execute(
            "SELECT topic, part FROM leases WHERE grp=? AND member=?",
            (self.name, self._member),
        )
        return {(LogTopic(topic), part) for topic, part in rows}
