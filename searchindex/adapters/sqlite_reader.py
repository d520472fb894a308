"""Searching one version: pages, totals, facets, histograms, near-copies.

What would cost time in proportion to the matches (total, facets, order by urgency)
stops at a bound and says so; newest, oldest and best first read only the rows shown.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from domain.ids import PostId, UnitId
from domain.labels import Queue
from searchindex.adapters.sqlite_query import (
    MAX_SLOT,
    Plan,
    expression,
    key_word,
    plan,
)
from searchindex.adapters.sqlite_rows import load, signed
from searchindex.cursor import Cursor, decode_cursor, encode_cursor
from searchindex.document import Document, FieldKind
from searchindex.fields import TIE_BITS, is_kind
from searchindex.highlight import highlights
from searchindex.intake import decode_state
from searchindex.local_days import local_day, offset_seconds
from searchindex.port import GeoFacet, Hit, IndexReader, Order, Page, Search
from searchindex.query import AnyOf, FieldIs, Node
from searchindex.terms import ranks

BOUND = 10_000
"""Matches that are counted, faceted and ordered by urgency. More makes a search for
the province's own name slow; fewer makes counts vague on ordinary days."""

MAX_PAGE = 1000
"""Hits of a page. More holds whole texts of thousands of posts in memory."""

Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]
Row = tuple[float, int]
_prints = msgspec.msgpack.Decoder(tuple[int, ...])
_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)


class SqliteReader(IndexReader):
    """Reads whatever version is live at each call."""

    def __init__(self, reading: Reading, bound: int = BOUND) -> None:
        self._reading = reading
        self._bound = bound

    def search(self, search: Search) -> Page:
        after = (
            decode_cursor(search.after, search.order)
            if search.after is not None
            else None
        )
        size = max(0, min(search.size, MAX_PAGE))
        found = plan(search.query)
        with self._reading() as db:
            look = Look(db, found, self._bound)
            rows = look.rows(search.order, after, size + 1) if size else []
            hits = _hits(db, rows[:size], search)
            total = look.total()
            facets = look.facets(search.facets)
        cursor = None
        if len(rows) > size > 0:
            value, place = rows[size - 1]
            cursor = encode_cursor(
                Cursor(search.order.value, value, place, floor=look.floor)
            )
        exact = total <= self._bound
        return Page(
            hits=hits,
            total=total if found.everything else min(total, self._bound),
            total_exact=exact or found.everything,
            next_cursor=cursor,
            facets=facets,
        )

    def get(self, ids: Sequence[PostId]) -> Mapping[PostId, Document]:
        with self._reading() as db:
            held = load(db, list(dict.fromkeys(ids)))
        documents = {i: held[i].state.document for i in ids if i in held}
        return {i: found for i, found in documents.items() if found is not None}

    def near_copy_candidates(
        self, bands: Sequence[Sequence[int]], limit: int
    ) -> Sequence[Mapping[PostId, tuple[int, ...]]]:
        select = "SELECT slot FROM bands WHERE band=? ORDER BY slot DESC LIMIT ?"
        answers = []
        with self._reading() as db:
            for wanted in bands:
                slots: set[int] = set()
                for band in {signed(band) for band in wanted}:
                    slots.update(r[0] for r in db.execute(select, (band, limit)))
                newest = sorted(slots, reverse=True)[:limit]
                answers.append(dict(_fingerprint(db, place) for place in newest))
        return answers

    def histogram(
        self, query: Node | None, *, since: datetime, until: datetime, utc_offset: str
    ) -> Mapping[str, Mapping[str, int]]:
        offset = offset_seconds(utc_offset)
        found = plan(query).between(since, until)
        days: dict[str, dict[str, int]] = {}
        with self._reading() as db:
            for name in ("all", *(queue.value for queue in Queue)):
                for day, count in Look(db, found, self._bound).days(name, offset):
                    days.setdefault(day, {})[name] = count
        return {day: days[day] for day in sorted(days)}

    def geo(self, query: Node | None, units: Sequence[UnitId]) -> GeoFacet:
        found = plan(query)
        places = {unit: FieldIs("place", unit) for unit in units}
        with self._reading() as db:
            look = Look(db, found, self._bound)
            return GeoFacet(
                units={unit: look.sum(place) for unit, place in places.items()},
                named=look.sum(AnyOf(tuple(places.values()))),
                total=look.sum(),
            )

    def count(self) -> int:
        with self._reading() as db:
            return int(db.execute("SELECT COUNT(*) FROM facts").fetchone()[0])


class Look:
    """One search in one snapshot."""

    def __init__(self, db: sqlite3.Connection, found: Plan, bound: int) -> None:
        self._db = db
        self._plan = found
        self._bound = bound
        self._match = expression(found.text)
        self.floor = 0

    def rows(self, order: Order, after: Cursor | None, limit: int) -> list[Row]:
        """Return (order value, slot) of the next documents."""
        match order:
            case Order.NEWEST | Order.OLDEST:
                place = after.slot if after else None
                newest = order is Order.NEWEST
                slots = self._slots(self._match, place, limit, newest=newest)
                return [(0.0, found) for found in slots]
            case Order.BEST:
                return self._best(after, limit)
            case Order.URGENT:
                return self._urgent(after, limit)

    def total(self) -> int:
        """Return the number of matches, one more than the bound if there are more."""
        if self._plan.everything:
            return int(self._db.execute("SELECT COUNT(*) FROM facts").fetchone()[0])
        sql, values = self._select("1", self._match, self._plan.low, self._plan.high)
        row = self._db.execute(
            f"SELECT COUNT(*) FROM ({sql} LIMIT ?)",  # noqa: S608 - values are bound
            (*values, self._bound + 1),
        )
        return int(row.fetchone()[0])

    def sum(self, also: Node | None = None) -> int:
        """Return the exact number of matches, of those that `also` holds for."""
        match = self._match
        if also is not None:
            match = f"({match} AND {expression(also)})"
        sql, values = self._select("COUNT(*)", match, self._plan.low, self._plan.high)
        return int(self._db.execute(sql, values).fetchone()[0])

    def facets(self, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count the values of fields in the newest matches, up to the bound."""
        unique = dict.fromkeys(names)
        wanted = [name for name in unique if is_kind(name, FieldKind.KEYWORD)]
        values: dict[str, list[str]] = {name: [] for name in names}
        if wanted:
            decoder = _decoder(tuple(wanted))
            sql, bound = self._select(
                "texts.rowid AS slot", self._match, self._plan.low, self._plan.high
            )
            newest = f"({sql} ORDER BY texts.rowid DESC LIMIT ?) AS newest"
            sql = f"SELECT found FROM {newest} CROSS JOIN keywords USING (slot)"  # noqa: S608 - values are bound
            for (raw,) in self._db.execute(sql, (*bound, self._bound)):
                keys = decoder.decode(raw)
                for name in wanted:
                    values[name] += getattr(keys, name)
        return {name: _ordered(Counter(values[name])) for name in names}

    def days(self, name: str, offset: int) -> list[tuple[str, int]]:
        """Count the matches of each local day, of a queue or of all."""
        match = self._match
        if name != "all":
            match = f'({match} AND keys:"{key_word("queue", name)}")'
        day = f"((texts.rowid >> {TIE_BITS}) + {offset}) / 86400"
        sql, values = self._select(
            f"{day} AS day, COUNT(*)", match, self._plan.low, self._plan.high
        )
        rows = self._db.execute(f"{sql} GROUP BY day", values)
        return [(local_day(_YEAR_ONE + timedelta(d), 0), count) for d, count in rows]

    def _slots(
        self, match: str, after: int | None, limit: int, *, newest: bool
    ) -> list[int]:
        low, high = self._plan.low, self._plan.high
        if after is not None and newest:
            high = min(high, after - 1)
        elif after is not None:
            low = max(low, after + 1)
        sql, values = self._select("texts.rowid", match, low, high)
        sql += f" ORDER BY texts.rowid {'DESC' if newest else 'ASC'} LIMIT ?"
        return [row[0] for row in self._db.execute(sql, (*values, limit))]

    def _best(self, after: Cursor | None, limit: int) -> list[Row]:
        """Walk the ranks, best first, newest first within each."""
        better: list[str] = []
        found: list[Row] = []
        for value, how in ranks(self._plan.text):
            match = expression(self._plan.text, how)
            if match in better:
                continue
            before, better = better, [*better, match]
            if after is not None and value > after.value:
                continue
            place = after.slot if after and after.value == value else None
            only = f"(({match}) NOT ({' OR '.join(before)}))" if before else match
            slots = self._slots(only, place, limit - len(found), newest=True)
            found.extend((value, slot) for slot in slots)
            if len(found) >= limit:
                break
        return found

    def _urgent(self, after: Cursor | None, limit: int) -> list[Row]:
        value, place = (after.value, after.slot) if after else (2.0, MAX_SLOT)
        end = " AND (f.urgency, f.slot) < (?, ?)"
        order = " ORDER BY f.urgency DESC, f.slot DESC LIMIT ?"
        if self._plan.everything:
            sql = "SELECT f.urgency, f.slot FROM facts AS f WHERE 1"
            rows = self._db.execute(sql + end + order, (value, place, limit))
            return [(urgency, slot) for urgency, slot in rows]
        self.floor = after.floor if after else self._bounded_floor()
        low = max(self.floor, self._plan.low)
        sql, values = self._select(
            "f.urgency, f.slot", self._match, low, self._plan.high, facts=True
        )
        rows = self._db.execute(sql + end + order, (*values, value, place, limit))
        return [(urgency, slot) for urgency, slot in rows]

    def _bounded_floor(self) -> int:
        """Return the slot of the oldest match within the bound."""
        sql, values = self._select(
            "texts.rowid", self._match, self._plan.low, self._plan.high
        )
        sql += " ORDER BY texts.rowid DESC LIMIT 1 OFFSET ?"
        row = self._db.execute(sql, (*values, self._bound - 1)).fetchone()
        return int(row[0]) if row else 0

    def _select(
        self, columns: str, match: str, low: int, high: int, *, facts: bool = False
    ) -> tuple[str, tuple[object, ...]]:
        sql = f"SELECT {columns} FROM texts"  # noqa: S608 - no value is in the text
        if facts or self._plan.where:
            sql += " CROSS JOIN facts AS f ON f.slot = texts.rowid"
        sql += " WHERE texts MATCH ? AND texts.rowid BETWEEN ? AND ?"
        return sql + self._plan.where, (match, low, high, *self._plan.values)


def _hits(
    db: sqlite3.Connection, rows: Sequence[Row], search: Search
) -> tuple[Hit, ...]:
    hits = []
    for value, place in rows:
        row = db.execute("SELECT state FROM bodies WHERE slot=?", (place,)).fetchone()
        document = decode_state(row[0]).document
        if document is not None:
            marks = highlights(document.post, search.query)
            hits.append(Hit(document=document, score=value, highlights=marks))
    return tuple(hits)


def _fingerprint(db: sqlite3.Connection, place: int) -> tuple[PostId, tuple[int, ...]]:
    select = "SELECT post_id, print FROM facts JOIN prints USING (slot) WHERE slot=?"
    post_id, prints = db.execute(select, (place,)).fetchone()
    return post_id, _prints.decode(prints)


@lru_cache(maxsize=64)
def _decoder(names: tuple[str, ...]) -> msgspec.msgpack.Decoder[Any]:
    """Return a decoder of these keyword fields only: the others are skipped unread."""
    fields = [(name, tuple[str, ...], ()) for name in names]
    return msgspec.msgpack.Decoder(msgspec.defstruct("Wanted", fields))


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
