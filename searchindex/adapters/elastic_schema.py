"""The mapping of an index and its settings.

Text comes in as words that `searchindex.fold` made, with a space between them, so the
`whitespace` analyzer, which every server has, is all that is asked of it. `dynamic` is
strict: a field that nobody declared is an error of ours, not a new column.
"""

from collections.abc import Mapping
from typing import Any

from searchindex.adapters.elastic_options import ElasticOptions
from searchindex.document import FIELDS, VERSION, FieldKind
from searchindex.fields import EXACT_KEYWORDS

KEYWORDS = tuple(n for n, kind in FIELDS.items() if kind is FieldKind.KEYWORD)

REFRESH = "30s"
"""Between refreshes that nobody asked for. Every flush asks for one, so this only
shows what a writer left that was killed between the two; shorter costs segments."""

_WORDS = {"type": "text", "analyzer": "whitespace", "norms": False}
_LONG = {"type": "long"}
_DOUBLE = {"type": "double"}


LATER: Mapping[str, object] = {"deleted_at": _LONG}
"""Fields that indices of this mapping version may lack; they are added to those."""


def body(options: ElasticOptions, aliases: tuple[str, ...]) -> dict[str, Any]:
    """Return the request that makes an index which bears the aliases at once."""
    settings = {
        "number_of_shards": options.shards,
        "number_of_replicas": options.replicas,
        "refresh_interval": REFRESH,
    }
    return {
        "settings": {"index": settings},
        "mappings": mapping(),
        "aliases": {alias: {} for alias in aliases},
    }


def mapping() -> dict[str, Any]:
    """Return the mapping.

    `state` is what `searchindex.intake` encodes, kept as it is and never looked into.
    `shown` is false of posts of which only a review, a removal or a deletion is known.
    `deleted_at` is there of posts of which only a deletion is known.
    `key` holds keywords as they are compared, `value` as they are written.
    """
    return {
        "dynamic": "strict",
        "_meta": {"made_by": "minhtin", "mapping_version": VERSION},
        "_source": {"includes": ["state"]},
        "properties": {
            "state": {"type": "object", "enabled": False},
            "shown": {"type": "boolean"},
            **LATER,
            "slot": _LONG,
            "published": _LONG,
            "published_at": {"type": "date", "format": "strict_date_time_no_millis"},
            "fetched": _LONG,
            "revision": _DOUBLE,
            "urgency": _DOUBLE,
            "title": _WORDS,
            "text": _WORDS,
            "exact_title": _WORDS,
            "exact_text": _WORDS,
            "bands": {"type": "keyword", "doc_values": False},
            "print": {"type": "binary", "doc_values": True},
            "key": {"properties": {name: _key(name) for name in KEYWORDS}},
            "value": {"properties": {name: _value() for name in VALUED}},
        },
    }


VALUED = tuple(name for name in KEYWORDS if name not in EXACT_KEYWORDS)
"""Fields whose written form differs from the compared one."""


def facet_field(name: str) -> str:
    """Return the field whose values a facet counts."""
    return f"value.{name}" if name in VALUED else f"key.{name}"


def _key(name: str) -> dict[str, object]:
    return {"type": "keyword", "doc_values": name not in VALUED}


def _value() -> dict[str, object]:
    return {"type": "keyword", "index": False}
