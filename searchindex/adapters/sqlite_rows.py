"""A document as rows, and a batch of changed documents as one transaction's work."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from domain.ids import PostId
from searchindex.adapters.sqlite_query import EVERY, as_exact, key_word, pair_word
from searchindex.document import Document
from searchindex.fields import (
    TIE_BITS,
    comparable,
    keywords,
    moment,
    slot,
)
from searchindex.fold import forms
from searchindex.intake import Bands, Intake, decode_state, encode_state
from searchindex.merge import State, is_over
from searchindex.port import BulkResult

_INSERT = "INSERT INTO texts (rowid, title, text, exact_title, exact_text, keys)"
_DELETE = """INSERT INTO texts
  (texts, rowid, title, text, exact_title, exact_text, keys) VALUES ('delete',"""
_SIGN = 1 << 63

PORTION = 5000
"""Rows looked at in one transaction: larger keeps writers waiting."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the file holds of a post; `slot` is None while it is not findable."""

    state: State
    slot: int | None


def apply(db: sqlite3.Connection, intake: Intake, bands_of: Bands) -> BulkResult:
    """Merge the items into the file, inside the caller's transaction."""
    held = load(db, intake.ids())
    changed, result = intake.merged({i: h.state for i, h in held.items()})
    Batch(db, bands_of).write(held, changed)
    return result


def load(db: sqlite3.Connection, ids: Sequence[PostId]) -> dict[PostId, Held]:
    """Read the states of posts."""
    found: dict[PostId, Held] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        marks = ",".join("?" * len(some))
        rows = db.execute(
            f"""SELECT post_id, facts.slot, state FROM facts JOIN bodies USING (slot)
                WHERE post_id IN ({marks})
                UNION ALL
                SELECT post_id, NULL, state FROM waiting
                WHERE post_id IN ({marks})""",  # noqa: S608 - question marks only
            (*some, *some),
        )
        for post_id, place, state in rows:
            found[post_id] = Held(decode_state(state), place)
    return found


def drop_deleted(
    db: sqlite3.Connection, before: datetime, after: PostId | None
) -> tuple[int, PostId | None]:
    """Drop what old deletions left, of some posts; return how many and the last."""
    rows = db.execute(
        "SELECT post_id, state FROM waiting WHERE post_id > ? ORDER BY post_id LIMIT ?",
        (after or "", PORTION),
    ).fetchall()
    over = [(i,) for i, state in rows if is_over(decode_state(state), before)]
    db.executemany("DELETE FROM waiting WHERE post_id=?", over)
    return len(over), rows[-1][0] if len(rows) == PORTION else None


def signed(value: int) -> int:
    """Return a 64-bit value as SQLite keeps it."""
    value &= 2 * _SIGN - 1
    return value - 2 * _SIGN if value >= _SIGN else value


class Batch:
    """Rows of one flush.

    FTS5 wants them in the order of slots: a smaller slot after a larger one ends its
    current segment, and a segment a post is slow to search.
    """

    def __init__(self, db: sqlite3.Connection, bands_of: Bands) -> None:
        self._db = db
        self._bands_of = bands_of
        self._taken: dict[int, PostId] = {}
        self._texts: list[tuple[int, int, tuple[str, ...]]] = []

    def write(
        self, held: Mapping[PostId, Held], changed: Mapping[PostId, State]
    ) -> None:
        """Replace the rows of the changed posts."""
        nothing = Held(State(), None)
        plans = []
        for post_id, state in changed.items():
            old = held.get(post_id, nothing)
            plans.append((post_id, old, state, self._place(old, state)))
        for post_id, old, _, _ in plans:
            self._remove(post_id, old)
        for post_id, old, state, place in plans:
            self._put(post_id, state, place)
            self._reword(old, state, place)
        self._flush_texts()

    def _place(self, old: Held, state: State) -> int | None:
        """Return the new slot: the old one while the time stays the same."""
        document = state.document
        if document is None:
            return None
        wanted = slot(document)
        if old.slot is not None and old.slot >> TIE_BITS == wanted >> TIE_BITS:
            return old.slot
        while self._is_taken(wanted):
            wanted += 1
        self._taken[wanted] = document.post.id
        return wanted

    def _is_taken(self, wanted: int) -> bool:
        if wanted in self._taken:
            return True
        row = self._db.execute("SELECT 1 FROM facts WHERE slot=?", (wanted,)).fetchone()
        return row is not None

    def _remove(self, post_id: PostId, old: Held) -> None:
        if old.slot is None:
            self._db.execute("DELETE FROM waiting WHERE post_id=?", (post_id,))
            return
        for table in ("facts", "keywords", "prints", "bodies"):
            self._db.execute(f"DELETE FROM {table} WHERE slot=?", (old.slot,))  # noqa: S608 - names from the line above
        bands = self._bands(old.state)
        rows = [(band, old.slot) for band in bands]
        self._db.executemany("DELETE FROM bands WHERE band=? AND slot=?", rows)

    def _put(self, post_id: PostId, state: State, place: int | None) -> None:
        body = encode_state(state)
        document = state.document
        if document is None or place is None:
            self._db.execute("INSERT INTO waiting VALUES (?,?)", (post_id, body))
            return
        facts = (
            place,
            post_id,
            moment(document, "fetched"),
            document.post.revision,
            document.urgency,
        )
        self._db.execute("INSERT INTO facts VALUES (?,?,?,?,?)", facts)
        found = msgspec.msgpack.encode(keywords(document))
        self._db.execute("INSERT INTO keywords VALUES (?,?)", (place, found))
        self._db.execute("INSERT INTO bodies VALUES (?,?)", (place, body))
        if prints := document.analysis.fingerprint:
            row = (place, msgspec.msgpack.encode(prints))
            self._db.execute("INSERT INTO prints VALUES (?,?)", row)
        rows = [(band, place) for band in self._bands(state)]
        self._db.executemany("INSERT INTO bands VALUES (?,?)", rows)

    def _bands(self, state: State) -> set[int]:
        if state.analysis is None or not state.analysis.fingerprint:
            return set()
        return {signed(band) for band in self._bands_of(state.analysis.fingerprint)}

    def _reword(self, old: Held, state: State, place: int | None) -> None:
        before = words(old.state.document)
        after = words(state.document)
        if (old.slot, before) == (place, after):
            return
        if old.slot is not None and before is not None:
            self._texts.append((old.slot, 0, before))
        if place is not None and after is not None:
            self._texts.append((place, 1, after))

    def _flush_texts(self) -> None:
        for place, new, columns in sorted(self._texts):
            start = f"{_INSERT} VALUES (" if new else _DELETE
            self._db.execute(f"{start}?,?,?,?,?,?)", (place, *columns))


def words(document: Document | None) -> tuple[str, ...] | None:
    """Return the columns of the full-text row.

    The table keeps no text, so taking a row out needs the very words that went in:
    they are made again from the stored document.
    """
    if document is None:
        return None
    post = document.post
    title, lead, text = forms(post.title), forms(post.lead), forms(post.text)
    return (
        " ".join(title[0]),
        " ".join([*lead[0], "¶", *text[0]]),
        " ".join(as_exact(title[1])),
        " ".join([*as_exact(lead[1]), "¶", *as_exact(text[1])]),
        _keys(document),
    )


def _keys(document: Document) -> str:
    found = keywords(document)
    pairs = {
        key_word(name, comparable(name, value))
        for name, values in found.items()
        for value in values
    }
    both = {pair_word(queue, document.status) for queue in found.get("queue", ())}
    return " ".join([EVERY, *sorted(pairs | both)])
