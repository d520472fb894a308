"""Searching the live version: pages, facets, histograms, near-copies.

Every order ends in the post's slot and id, and what comes before depends on the post
alone. So a cursor is the sort values of the last post shown, and posts that come in
between two pages neither shift nor repeat one. A snapshot is held open on the server
for those only who ask for it (`Search.steady`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from domain.errors import ConflictError, RetryLaterError
from domain.ids import PostId, UnitId
from domain.labels import Queue
from searchindex.adapters.elastic_bulk import Held, VersionGone, read, read_from
from searchindex.adapters.elastic_client import Client, Params, Reply
from searchindex.adapters.elastic_errors import Refused, ours, refusal, translated
from searchindex.adapters.elastic_geo import answered, question
from searchindex.adapters.elastic_hold import Holder
from searchindex.adapters.elastic_places import located
from searchindex.adapters.elastic_query import (
    SHOWN,
    Clause,
    between,
    everything,
    found,
    ranked,
    spanned,
    spans,
)
from searchindex.adapters.elastic_rows import band_words, fingerprint
from searchindex.adapters.elastic_schema import facet_field
from searchindex.adapters.elastic_versions import Catalogue, Reading
from searchindex.cursor import Cursor, decode_cursor, encode_cursor
from searchindex.document import Document, FieldKind
from searchindex.fields import is_kind, seconds
from searchindex.highlight import highlights
from searchindex.intake import decode_state
from searchindex.local_days import offset_seconds
from searchindex.port import GeoFacet, Hit, IndexReader, Order, Page, Search
from searchindex.query import Node

BOUND = 10_000
"""Matches that are counted one by one. More makes a search for the province's own name
slow, on any engine; fewer makes counts vague on ordinary days."""

MAX_PAGE = 1000
"""Hits of a page. More holds whole texts of thousands of posts in memory."""

MAX_VALUES = 10_000
"""Values of a facet, the most frequent first. Servers bound their sum at 65,536."""

READ_ITEMS = 200
LOOKS = 100
"""Near-copy searches of one request. More fill the server's queue."""

WHOLE = {"allow_partial_search_results": "false"}
"""Rather an error than an answer that silently lacks a part."""

BY_SHARD = {"pre_filter_shard_size": "1"}
"""Of a monthly version: ask each shard first whether it can hold anything, so that the
months outside of a query's dates are left out."""

TURNS = 3

T = TypeVar("T")
_TIE = ({"slot": "desc"}, {"key.id": "asc"})
_SORTS: Mapping[Order, tuple[Mapping[str, str], ...]] = {
    Order.NEWEST: _TIE,
    Order.OLDEST: ({"slot": "asc"}, {"key.id": "asc"}),
    Order.BEST: ({"_score": "desc"}, *_TIE),
    Order.URGENT: ({"urgency": "desc"}, *_TIE),
}


class ElasticReader(IndexReader):
    """Reads whatever version is live at each call."""

    def __init__(
        self, client: Client, catalogue: Catalogue, bound: int, holder: Holder
    ) -> None:
        self._client = client
        self._catalogue = catalogue
        self._bound = bound
        self._holder = holder

    def search(self, search: Search) -> Page:
        size = max(0, min(search.size, MAX_PAGE))
        body, whole = self._question(search, size)
        try:
            answer = self._answered(search, body)
        except Refused as refused:
            if search.after is not None and refused.status == HTTPStatus.BAD_REQUEST:
                raise ConflictError("The page cursor is not one of ours.") from refused
            raise ours(refused) from refused
        rows = answer["hits"]["hits"]
        total = answer["hits"]["total"]["value"]
        exact = whole or total <= self._bound
        more = len(rows) > size > 0
        held = answer.get("pit_id", "")
        if held and not more:
            self._holder.give_back(held)
        return Page(
            hits=tuple(_hit(row, search) for row in rows[:size]),
            total=total if exact else self._bound,
            total_exact=exact,
            next_cursor=_cursor(search.order, rows[size - 1], held) if more else None,
            facets=_facets(search, answer.get("aggregations", {})),
        )

    def get(self, ids: Sequence[PostId]) -> Mapping[PostId, Document]:
        unique = list(dict.fromkeys(ids))
        documents: dict[PostId, Document] = {}
        for at in range(0, len(unique), READ_ITEMS):
            some = unique[at : at + READ_ITEMS]
            with translated():
                held = self._patiently(partial(_read, self._client, some))
            for post_id, one in held.items():
                if one.state.document is not None:
                    documents[post_id] = one.state.document
        return {i: documents[i] for i in unique if i in documents}

    def near_copy_candidates(
        self, bands: Sequence[Sequence[int]], limit: int
    ) -> Sequence[Mapping[PostId, tuple[int, ...]]]:
        answers: list[Mapping[PostId, tuple[int, ...]]] = [{} for _ in bands]
        asked = [at for at, wanted in enumerate(bands) if wanted and limit > 0]
        for start in range(0, len(asked), LOOKS):
            some = asked[start : start + LOOKS]
            body = b"".join(_near_copies(bands[at], limit) for at in some)
            with translated():
                found = self._ask("_msearch", body)["responses"]
                for at, answer in zip(some, found, strict=True):
                    answers[at] = _candidates(answer)
        return answers

    def histogram(
        self, query: Node | None, *, since: datetime, until: datetime, utc_offset: str
    ) -> Mapping[str, Mapping[str, int]]:
        offset_seconds(utc_offset)
        inside = found(query)["bool"]["filter"]
        span = between(seconds(since), seconds(until))
        days = {
            "field": "published_at",
            "calendar_interval": "day",
            "time_zone": utc_offset,
            "format": "yyyy-MM-dd",
            "min_doc_count": 1,
        }
        queues = {"terms": {"field": facet_field("queue"), "size": len(Queue)}}
        body = {
            "size": 0,
            "track_total_hits": False,
            "query": spanned({"bool": {"filter": [*inside, span]}}, (since, until)),
            "aggs": {"days": {"date_histogram": days, "aggs": {"queues": queues}}},
        }
        with translated():
            answer = self._ask("_search", body, WHOLE)
        buckets = answer["aggregations"]["days"]["buckets"]
        return {bucket["key_as_string"]: _day(bucket) for bucket in buckets}

    def geo(self, query: Node | None, units: Sequence[UnitId]) -> GeoFacet:
        with translated():
            answer = self._ask("_search", question(query, units), WHOLE)
        return answered(answer, units)

    def count(self) -> int:
        with translated():
            return int(self._ask("_count", {"query": SHOWN})["count"])

    def _question(self, search: Search, size: int) -> tuple[dict[str, Any], bool]:
        whole = everything(search.query)
        best = search.order is Order.BEST
        clause: Clause = ranked(search.query) if best else found(search.query)
        body: dict[str, Any] = {
            "query": spanned(clause, *spans(search.query)),
            "size": size + 1 if size else 0,
            "sort": _SORTS[search.order],
            "track_total_hits": True if whole else self._bound + 1,
            "aggs": {
                name: {"terms": {"field": facet_field(name), "size": MAX_VALUES}}
                for name in search.facets
                if is_kind(name, FieldKind.KEYWORD)
            },
        }
        if search.after is not None:
            cursor = decode_cursor(search.after, search.order)
            first = [cursor.value] if len(_SORTS[search.order]) > len(_TIE) else []
            body["search_after"] = [*first, cursor.slot, cursor.id]
        return body, whole

    def _answered(self, search: Search, body: dict[str, Any]) -> Reply:
        """Ask a held state where the search wants one and there is one."""
        held, asked = "", dict(body)
        if search.after is not None:
            cursor = decode_cursor(search.after, search.order)
            held = cursor.held
            asked["search_after"] = [*body["search_after"], *cursor.rest]
        elif search.steady and search.size:
            held = self._patiently(lambda live: self._holder.hold(live.names))
        if held:
            asked.update(self._holder.asking(held))
            try:
                return self._client.send("POST", "/_search", asked, WHOLE)
            except Refused as refused:
                if not refused.gone:
                    raise
                # It has run out, or the version was dropped: by sort values, then.
        return self._ask("_search", body, WHOLE)

    def _ask(self, action: str, body: object, params: Params | None = None) -> Reply:
        def send(live: Reading) -> Reply:
            chosen = params
            if live.monthly and action == "_search":
                chosen = {**(params or {}), **BY_SHARD}
            return self._client.send("POST", f"/{live.names}/{action}", body, chosen)

        return self._patiently(send)

    def _patiently(self, ask: Callable[[Reading], T]) -> T:
        """Ask; where the version is not there any more, look which is and ask again."""
        for turn in range(TURNS):
            try:
                return ask(self._catalogue.reading(anew=turn > 0))
            except VersionGone:
                continue
            except Refused as refused:
                if not refused.gone:
                    raise
        raise RetryLaterError("The search index changes too fast.")


def _read(client: Client, ids: Sequence[PostId], live: Reading) -> dict[PostId, Held]:
    if live.monthly:
        return read_from(client, located(client, live.version, ids))
    return read(client, live.version, ids)


def _near_copies(wanted: Sequence[int], limit: int) -> bytes:
    shared = {"terms": {"bands": band_words(wanted)}}
    body = {
        "size": min(limit, BOUND),
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": ["key.id", "print"],
        "query": {"bool": {"filter": [SHOWN, shared]}},
        "sort": _TIE,
    }
    return b"{}\n%b\n" % msgspec.json.encode(body)


def _candidates(answer: Mapping[str, Any]) -> dict[PostId, tuple[int, ...]]:
    if "error" in answer:
        raise refusal(answer["status"], answer)
    fields = [hit["fields"] for hit in answer["hits"]["hits"]]
    return {PostId(f["key.id"][0]): fingerprint(f["print"][0]) for f in fields}


def _day(bucket: Mapping[str, Any]) -> dict[str, int]:
    queues = {queue["key"]: queue["doc_count"] for queue in bucket["queues"]["buckets"]}
    return {"all": bucket["doc_count"], **queues}


def _hit(row: Mapping[str, Any], search: Search) -> Hit:
    document = decode_state(row["_source"]["state"].encode()).document
    if document is None:
        raise RetryLaterError("The search index holds a post without its text.")
    value = row["sort"][0] if len(_SORTS[search.order]) > len(_TIE) else 0.0
    return Hit(
        document=document,
        score=float(value),
        highlights=highlights(document.post, search.query),
    )


def _cursor(order: Order, row: Mapping[str, Any], held: str) -> str:
    count = len(_SORTS[order])
    # Of a held state some servers add a value of their own, and want it back.
    *first, place, name = row["sort"][:count]
    rest = tuple(row["sort"][count:]) if held else ()
    value = float(first[0]) if first else 0.0
    return encode_cursor(Cursor(order.value, value, place, name, 0, held, rest))


def _facets(search: Search, counted: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    return {
        name: _ordered(counted.get(name, {}).get("buckets", ()))
        for name in search.facets
    }


def _ordered(buckets: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
