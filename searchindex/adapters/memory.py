"""The index in this process's memory: the reference that other adapters must equal.

It looks at every document for every question, so it is for tests and small samples.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import RLock

from domain.clock import Clock, SystemClock
from domain.errors import ConflictError
from domain.ids import PostId, UnitId
from nlp.fingerprint import bands
from searchindex.adapters.memory_match import Prepared
from searchindex.cursor import Cursor, decode_cursor, encode_cursor
from searchindex.document import VERSION, Document, FieldKind
from searchindex.fields import is_kind, keywords
from searchindex.highlight import highlights
from searchindex.intake import Bands, CollectingWriter, decode_state, encode_state
from searchindex.local_days import local_day, offset_seconds
from searchindex.merge import State, is_over
from searchindex.port import (
    BulkResult,
    GeoFacet,
    Hit,
    IndexReader,
    IndexWriter,
    Order,
    Page,
    Search,
    SearchIndex,
)
from searchindex.query import AllOf, Node

Key = tuple[float, int, str]

MAX_PAGE = 1000


class Shelf:
    """One version: the state of every post."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.states: dict[PostId, State] = {}
        self.prepared: dict[PostId, Prepared] = {}

    def put(self, post_id: PostId, state: State) -> None:
        self.states[post_id] = decode_state(encode_state(state))
        document = self.states[post_id].document
        if document is None:
            self.prepared.pop(post_id, None)
        else:
            self.prepared[post_id] = Prepared(document)

    def drop_deleted(self, before: datetime) -> int:
        over = [i for i, state in self.states.items() if is_over(state, before)]
        for post_id in over:
            del self.states[post_id]
        return len(over)


class MemorySearchIndex(SearchIndex):
    """An index that lives and dies with the process.

    `bands_of` makes the near-copy bands of a fingerprint.
    """

    def __init__(self, *, bands_of: Bands = bands, clock: Clock | None = None) -> None:
        self.bands_of = bands_of
        self.clock = clock or SystemClock()
        self.lock = RLock()
        self._made = 1
        self.live = Shelf(f"v{VERSION}-1")
        self.next: Shelf | None = None

    def writer(self) -> IndexWriter:
        return MemoryWriter(self, None)

    def reader(self) -> IndexReader:
        return MemoryReader(self)

    def begin_rebuild(self) -> IndexWriter:
        with self.lock:
            self._made += 1
            self.next = Shelf(f"v{VERSION}-{self._made}")
            return MemoryWriter(self, self.next)

    def swap(self) -> None:
        with self.lock:
            if self.next is None:
                raise ConflictError("No rebuild is under way.")
            self.live, self.next = self.next, None

    def live_version(self) -> str:
        return self.live.name

    def drop_deleted(self, before: datetime) -> int:
        with self.lock:
            shelves = [s for s in (self.live, self.next) if s is not None]
            dropped = [shelf.drop_deleted(before) for shelf in shelves]
            return dropped[0]

    def close(self) -> None:
        """Nothing to give up."""


class MemoryWriter(CollectingWriter):
    def __init__(self, index: MemorySearchIndex, only: Shelf | None) -> None:
        super().__init__(index.bands_of, index.clock)
        self._index = index
        self._only = only

    def flush(self) -> BulkResult:
        with self._index.lock:
            results = [self._write(shelf) for shelf in self._targets()]
            self._intake.clear()
        return results[0]

    def _targets(self) -> list[Shelf]:
        current = [s for s in (self._index.live, self._index.next) if s is not None]
        if self._only is None:
            return current
        if self._only not in current:
            raise ConflictError("This rebuild was abandoned for a newer one.")
        return [self._only]

    def _write(self, shelf: Shelf) -> BulkResult:
        changed, result = self._intake.merged(shelf.states)
        for post_id, state in changed.items():
            shelf.put(post_id, state)
        return result


class MemoryReader(IndexReader):
    def __init__(self, index: MemorySearchIndex) -> None:
        self._index = index

    def search(self, search: Search) -> Page:
        query = search.query or AllOf(())
        found = self._found(query)
        keyed = sorted((_key(p, query, search.order), p) for p in found.values())
        after = _after(search)
        rest = [(key, p) for key, p in keyed if after is None or key > after]
        size = max(0, min(search.size, MAX_PAGE))
        shown = rest[:size]
        more = size and len(rest) > size
        return Page(
            hits=tuple(_hit(p, query, search.order) for _, p in shown),
            total=len(found),
            next_cursor=_cursor(search.order, shown[-1][0]) if more else None,
            facets={name: _facet(name, found) for name in search.facets},
        )

    def get(self, ids: Sequence[PostId]) -> Mapping[PostId, Document]:
        with self._index.lock:
            held = self._index.live.prepared
            return {i: held[i].document for i in ids if i in held}

    def near_copy_candidates(
        self, bands: Sequence[Sequence[int]], limit: int
    ) -> Sequence[Mapping[PostId, tuple[int, ...]]]:
        with self._index.lock:
            held = sorted(
                self._index.live.prepared.values(), key=lambda p: p.slot, reverse=True
            )
        prints = {p.document.post.id: p.document.analysis.fingerprint for p in held}
        banded = {i: set(self._index.bands_of(f)) for i, f in prints.items() if f}
        answers = []
        for wanted in bands:
            same = [i for i, have in banded.items() if not have.isdisjoint(wanted)]
            answers.append({i: prints[i] for i in same[:limit]})
        return answers

    def histogram(
        self, query: Node | None, *, since: datetime, until: datetime, utc_offset: str
    ) -> Mapping[str, Mapping[str, int]]:
        offset = offset_seconds(utc_offset)
        days: dict[str, Counter[str]] = {}
        for prepared in self._found(query or AllOf(())).values():
            document = prepared.document
            if since <= document.post.when < until:
                day = days.setdefault(local_day(document.post.when, offset), Counter())
                day.update(["all", *{q.value for q in document.analysis.queues}])
        return {day: dict(days[day]) for day in sorted(days)}

    def geo(self, query: Node | None, units: Sequence[UnitId]) -> GeoFacet:
        found = self._found(query or AllOf(())).values()
        placed = [set(keywords(p.document).get("place", ())) for p in found]
        return GeoFacet(
            units={unit: sum(unit in places for places in placed) for unit in units},
            named=sum(not places.isdisjoint(units) for places in placed),
            total=len(placed),
        )

    def count(self) -> int:
        return len(self._index.live.prepared)

    def _found(self, query: Node) -> dict[PostId, Prepared]:
        with self._index.lock:
            held = dict(self._index.live.prepared)
        return {i: p for i, p in held.items() if p.matches(query)}


def _key(prepared: Prepared, query: Node, order: Order) -> Key:
    """Return what to sort by, the first shown being the smallest."""
    slot = prepared.slot
    post_id = prepared.document.post.id
    match order:
        case Order.NEWEST:
            return 0.0, -slot, post_id
        case Order.OLDEST:
            return 0.0, slot, post_id
        case Order.URGENT:
            return -prepared.document.urgency, -slot, post_id
        case Order.BEST:
            return -prepared.rank(query), -slot, post_id


def _hit(prepared: Prepared, query: Node, order: Order) -> Hit:
    document = prepared.document
    score = -_key(prepared, query, order)[0]
    return Hit(
        document=document,
        score=score + 0.0,
        highlights=highlights(document.post, query),
    )


def _cursor(order: Order, key: Key) -> str:
    return encode_cursor(Cursor(order.value, key[0], key[1], key[2]))


def _after(search: Search) -> Key | None:
    if search.after is None:
        return None
    cursor = decode_cursor(search.after, search.order)
    return cursor.value, cursor.slot, cursor.id


def _facet(name: str, found: Mapping[PostId, Prepared]) -> dict[str, int]:
    if not is_kind(name, FieldKind.KEYWORD):
        return {}
    counts: Counter[str] = Counter()
    for prepared in found.values():
        counts.update(keywords(prepared.document).get(name, ()))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
