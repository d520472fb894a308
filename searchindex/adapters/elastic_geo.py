"""Counting the posts of each commune in one request."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.ids import UnitId
from searchindex.adapters.elastic_query import found, spanned, spans
from searchindex.adapters.elastic_schema import facet_field
from searchindex.port import GeoFacet
from searchindex.query import Node

_PLACE = facet_field("place")


def question(query: Node | None, units: Sequence[UnitId]) -> Mapping[str, Any]:
    """Return the request.

    The units are named in it, one bucket for each: then no shard leaves out one that is
    rare there, and the counts are exact.
    """
    names = sorted(set(units))
    body: dict[str, Any] = {
        "size": 0,
        "track_total_hits": True,
        "query": spanned(found(query), *spans(query)),
    }
    if names:
        each = {"field": _PLACE, "include": names, "size": len(names)}
        body["aggs"] = {
            "units": {"terms": each},
            "named": {"filter": {"terms": {_PLACE: names}}},
        }
    return body


def answered(answer: Mapping[str, Any], units: Sequence[UnitId]) -> GeoFacet:
    """Read the answer; a unit without a bucket has no posts."""
    counted = answer.get("aggregations", {})
    buckets = counted.get("units", {}).get("buckets", ())
    counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    return GeoFacet(
        units={unit: counts.get(unit, 0) for unit in units},
        named=counted.get("named", {}).get("doc_count", 0),
        total=answer["hits"]["total"]["value"],
    )
