"""Dropping what old deletions have left: whole months where nothing else is in them.

A month is looked at, then closed for writing, then looked at again: what was written
between the two looks opens it again. Nothing is written between the second look and
the end, so no post is lost that came back. A process killed in between leaves the
month closed, with nothing in it, for the next run to end.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import msgspec

from domain.errors import RetryLaterError
from searchindex.adapters.elastic_client import Client
from searchindex.adapters.elastic_errors import Refused
from searchindex.adapters.elastic_versions import Catalogue, Versions
from searchindex.fields import seconds

PORTION = 1000
"""Documents found and deleted at once; more would outlast a request's time."""

Query = Mapping[str, Any]


def drop_deleted(client: Client, catalogue: Catalogue, before: datetime) -> int:
    """Drop it from every version; return how many documents the live one had."""
    versions = catalogue.current()
    dropped = [_from_version(client, versions, v, before) for v in versions.written]
    return dropped[0]


def _from_version(
    client: Client, versions: Versions, version: str, before: datetime
) -> int:
    over: Query = {"range": {"deleted_at": {"lt": seconds(before)}}}
    dropped = 0
    for month in sorted(versions.monthly.get(version, ())):
        # Posts of this month still come in: its index would be made again at once.
        if month < f"{before:%Y%m}":
            dropped += _whole(client, f"{version}-{month}", over)
    return dropped + _by_row(client, version, over)


def _whole(client: Client, name: str, over: Query) -> int:
    """Drop the index of a month if nothing in it must stay."""
    try:
        if _count(client, name, {"bool": {"must_not": [over]}}):
            return 0
        closed = client.send("PUT", f"/{name}-all/_block/write")
        try:
            if closed.get("shards_acknowledged"):
                stays = _count(client, name, {"bool": {"must_not": [over]}})
                dropped = _count(client, name, over)
                if not stays:
                    client.send("DELETE", f"/{name}-all")
                    return dropped
        except BaseException:
            _open(client, name)
            raise
        _open(client, name)
    except Refused as refused:
        if not refused.gone:
            raise
    return 0


def _open(client: Client, name: str) -> None:
    client.send("PUT", f"/{name}-all/_settings", {"index": {"blocks.write": None}})


def _count(client: Client, name: str, query: Query) -> int:
    client.send("POST", f"/{name}/_refresh")
    answer = client.send("POST", f"/{name}/_count", {"query": query})
    if answer["_shards"]["failed"]:
        raise RetryLaterError("A part of the search index does not answer.")
    return int(answer["count"])


def _by_row(client: Client, version: str, over: Query) -> int:
    """Delete what a search finds, if it is still what was found.

    Servers without the module of `_delete_by_query` exist.
    """
    body = {"query": over, "size": PORTION, "seq_no_primary_term": True}
    whole = {"allow_partial_search_results": "false"}
    dropped = 0
    while True:
        client.send("POST", f"/{version}/_refresh")
        answer = client.send("POST", f"/{version}/_search", body, whole)
        hits = answer["hits"]["hits"]
        if not hits:
            return dropped
        lines = b"".join(msgspec.json.encode(_deletion(hit)) + b"\n" for hit in hits)
        items = client.send("POST", "/_bulk", lines)["items"]
        gone = sum(item["delete"]["status"] == HTTPStatus.OK for item in items)
        dropped += gone
        if not gone:
            raise RetryLaterError("What deletions have left cannot be dropped now.")


def _deletion(hit: Mapping[str, Any]) -> Mapping[str, object]:
    found = {"_index": hit["_index"], "_id": hit["_id"]}
    found |= {"if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
    return {"delete": found}
