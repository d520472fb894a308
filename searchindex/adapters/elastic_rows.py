"""A post's state as the engine's document."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from domain.ids import PostId
from searchindex.adapters.elastic_schema import VALUED
from searchindex.document import Document
from searchindex.fields import comparable, keywords, moment, seconds, slot
from searchindex.fold import forms
from searchindex.intake import Bands
from searchindex.merge import State

MAX_KEY = 256
"""Letters of a keyword that stand in the index as they are; a longer one stands there
by its beginning and its hash. Lucene refuses a key above 32 KB, and the post."""

_BITS_64 = (1 << 64) - 1
_prints = msgspec.msgpack.Decoder(tuple[int, ...])


def key_of_post(post_id: PostId) -> str:
    """Return the engine's id of a post: its own may be too long or hold any letter."""
    raw = post_id.encode("utf-8", "surrogatepass")
    return blake2b(raw, digest_size=20).hexdigest()


@lru_cache(maxsize=65_536)
def key(name: str, value: str) -> str:
    """Return a keyword's value in the form in which the index compares it."""
    return _bounded(comparable(name, value))


def band_words(found: Iterable[int]) -> list[str]:
    """Return bands as words: the engine's numbers end below 2^63."""
    return sorted({f"{band & _BITS_64:016x}" for band in found})


def source(state: State, encoded: bytes, bands_of: Bands) -> bytes:
    """Return the document that is sent for a state."""
    fields: dict[str, Any] = {"state": encoded.decode(), "shown": False}
    if state.document is not None:
        fields |= _shown(state.document, bands_of)
    elif state.bare:
        fields["deleted_at"] = seconds(state.deleted_at) if state.deleted_at else 0
    return msgspec.json.encode(fields)


def fingerprint(value: str) -> tuple[int, ...]:
    """Return the fingerprint of a stored `print`; OpenSearch leaves the padding out."""
    return _prints.decode(b64decode(f"{value}==="))


def _shown(document: Document, bands_of: Bands) -> dict[str, Any]:
    post = document.post
    found = keywords(document)
    title, lead, text = forms(post.title), forms(post.lead), forms(post.text)
    fields: dict[str, Any] = {
        "shown": True,
        "slot": slot(document),
        "published": moment(document, "published"),
        "published_at": instant(post.when),
        "fetched": moment(document, "fetched"),
        "revision": float(post.revision),
        "urgency": float(document.urgency),
        "title": " ".join(title[0]),
        # The sign is no word of any query, so no phrase reaches over the gap.
        "text": " ".join([*lead[0], "¶", *text[0]]),
        "exact_title": " ".join(title[1]),
        "exact_text": " ".join([*lead[1], "¶", *text[1]]),
        "key": {n: sorted({key(n, v) for v in vs}) for n, vs in found.items()},
        "value": {n: [_bounded(v) for v in found[n]] for n in VALUED if n in found},
    }
    if prints := document.analysis.fingerprint:
        fields["bands"] = band_words(bands_of(prints))
        fields["print"] = b64encode(msgspec.msgpack.encode(prints)).decode()
    return fields


def instant(at: datetime) -> str:
    """Return a time as the mapping's dates are written."""
    try:
        return at.astimezone(UTC).replace(microsecond=0).isoformat()
    except OverflowError:  # the first or last day of the calendar, at an offset
        return at.replace(microsecond=0, tzinfo=UTC).isoformat()


def _bounded(value: str) -> str:
    raw = value.encode("utf-8", "surrogatepass")
    storable = raw.decode("utf-8", "replace")
    if len(value) <= MAX_KEY and storable == value:
        return value
    digest = blake2b(raw, digest_size=16).hexdigest()
    return f"{storable[: MAX_KEY - 33]}#{digest}"
