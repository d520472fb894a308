"""Events to bytes and back: versioned JSON, pure.

A record's value is `{"v": 1, "kind": "post_seen", "data": {…}}` in UTF-8. `v` grows
when the meaning or the required fields of a kind change; adding a field with a default
does not. Golden files under `tests/golden/events/` hold a record of each kind and
version that was ever written, and must decode for ever.
"""

from datetime import datetime
from typing import Any

import msgspec

from domain.analysis import Analysis
from domain.errors import QuarantineError
from domain.events import (
    CountsSeen,
    PostEvent,
    PostGone,
    PostRevised,
    PostSeen,
    Rejected,
)
from domain.post import Post
from domain.review import ReviewState
from domain.shadow import ShadowDiffers

VERSION = 1

LogEvent = PostEvent | Rejected | Analysis | ReviewState | ShadowDiffers

_KINDS: dict[str, type[Any]] = {
    "post_seen": PostSeen,
    "post_revised": PostRevised,
    "post_gone": PostGone,
    "counts_seen": CountsSeen,
    "rejected": Rejected,
    "analysis": Analysis,
    "review_state": ReviewState,
    "shadow_differs": ShadowDiffers,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class _Envelope(msgspec.Struct):
    v: int
    kind: str
    data: msgspec.Raw


class _Outgoing(msgspec.Struct):
    v: int
    kind: str
    data: Any


_encoder = msgspec.json.Encoder()
_envelope = msgspec.json.Decoder(_Envelope)
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in _KINDS.items()}


def encode_event(event: LogEvent) -> bytes:
    """Return the event's bytes. Raises `QuarantineError` for times without a zone."""
    _require_zones(event)
    return _encoder.encode(_Outgoing(VERSION, _NAMES[type(event)], event))


def decode_event(value: bytes) -> LogEvent:
    """Return the event. Raises `QuarantineError` when the bytes are not one.

    Its `reason` is `not_an_event`, `unknown_version`, `unknown_kind` or `bad_field`.
    """
    try:
        envelope = _envelope.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise QuarantineError(str(error), reason="not_an_event") from error
    if envelope.v != VERSION:
        raise QuarantineError(
            f"Event version {envelope.v} is not known to this program.",
            reason="unknown_version",
            hint="It was written by a newer version: upgrade, then retry it.",
        )
    decoder = _decoders.get(envelope.kind)
    if decoder is None:
        raise QuarantineError(f"Event kind {envelope.kind!r}.", reason="unknown_kind")
    try:
        event: LogEvent = decoder.decode(envelope.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise QuarantineError(str(error), reason="bad_field") from error
    _require_zones(event)
    return event


def decode_post_event(value: bytes) -> PostEvent:
    """Decode what `posts` carries; other kinds are `unknown_kind` there."""
    event = decode_event(value)
    if isinstance(event, PostSeen | PostRevised | PostGone | CountsSeen):
        return event
    raise QuarantineError(f"{type(event).__name__} in posts.", reason="unknown_kind")


def decode_analysis(value: bytes) -> Analysis:
    """Decode what `analyses` carries."""
    event = decode_event(value)
    if isinstance(event, Analysis):
        return event
    raise QuarantineError(f"{type(event).__name__} in analyses.", reason="unknown_kind")


def decode_review(value: bytes) -> ReviewState:
    """Decode what `reviews` carries."""
    event = decode_event(value)
    if isinstance(event, ReviewState):
        return event
    raise QuarantineError(f"{type(event).__name__} in reviews.", reason="unknown_kind")


def decode_rejected(value: bytes) -> Rejected:
    """Decode what `posts.rejected` carries."""
    event = decode_event(value)
    if isinstance(event, Rejected):
        return event
    raise QuarantineError(f"{type(event).__name__} in rejected.", reason="unknown_kind")


def _require_zones(event: LogEvent) -> None:
    for name, time in _times(event):
        if time is not None and time.tzinfo is None:
            raise QuarantineError(f"`{name}` has no time zone.", reason="bad_field")


def _times(event: LogEvent) -> list[tuple[str, datetime | None]]:
    match event:
        case PostSeen(post=post) | PostRevised(post=post):
            return _post_times(post)
        case Analysis(post=post, analysed_at=at):
            return [*_post_times(post), ("analysed_at", at)]
        case _:
            return [("at", event.at)]


def _post_times(post: Post) -> list[tuple[str, datetime | None]]:
    return [
        ("fetched", post.fetched),
        ("published", post.published),
        ("modified", post.modified),
    ]
