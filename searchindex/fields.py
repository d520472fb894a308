"""The searchable values of a document, for every adapter alike."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

from domain.ids import PostId
from searchindex.document import FIELDS, Document, FieldKind
from searchindex.fold import fold

EXACT_KEYWORDS = frozenset({"id", "source", "place", "story", "thread"})
"""Keyword fields that hold identifiers, compared letter by letter; all others are
compared without regard to case and tone marks."""

_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

TIE_BITS = 24
"""Low bits of a slot. Fewer would let a bulk import of one date run out of slots;
more would not leave room for the year 9999 in 63 bits."""


def keywords(document: Document) -> Mapping[str, tuple[str, ...]]:
    """Return the values of each keyword field that has any, as they are written."""
    analysis, post, review = document.analysis, document.post, document.review
    judgement = analysis.judgement
    found = {
        "id": (post.id,),
        "source": (post.source,),
        "outlet": (post.outlet,),
        "kind": (post.kind.value,),
        "about": (analysis.about.value,),
        "place": tuple(hit.unit or "" for hit in analysis.places),
        "queue": tuple(queue.value for queue in analysis.queues),
        "label": tuple(score.name for score in judgement.labels if score.flagged),
        "topic": (judgement.topic.value,),
        "stance": (judgement.stance.value if judgement.stance else "",),
        "language": (analysis.language,),
        "status": (document.status,),
        "verdict": (review.verdict.value if review and review.verdict else "",),
        "story": (document.story_shown or "",),
        "thread": (post.thread_id or "",),
        "gone": (document.gone.reason.value if document.gone else "",),
    }
    unique = {name: tuple(dict.fromkeys(v for v in found[name] if v)) for name in found}
    return {name: values for name, values in unique.items() if values}


@lru_cache(maxsize=65_536)
def comparable(name: str, value: str) -> str:
    """Return a keyword value in the form in which it is compared."""
    return value if name in EXACT_KEYWORDS else fold(value)


def number(document: Document, name: str) -> float:
    """Return the value of a number field."""
    return float(document.post.revision) if name == "revision" else document.urgency


def moment(document: Document, name: str) -> int:
    """Return the value of a date field in whole seconds.

    `published` is the time that posts are sorted by: where the publication time is
    not known, the post counts by when it was fetched, so that no search hides it.
    """
    return seconds(document.post.fetched if name == "fetched" else document.post.when)


def seconds(at: datetime) -> int:
    """Return whole seconds since the year 1; times are compared in these."""
    return (at - _YEAR_ONE) // _SECOND


def slot(document: Document) -> int:
    """Return the place of a document in the order of time, nearly unique.

    The time to sort by in seconds, then bits of the id, so that posts of one second
    have one order that does not depend on when they came in.
    """
    return seconds(document.post.when) << TIE_BITS | tie(document.post.id)


def tie(post_id: PostId) -> int:
    """Return the bits of an id that order posts of the same second."""
    digest = blake2b(post_id.encode(), digest_size=TIE_BITS // 8).digest()
    return int.from_bytes(digest)


def is_kind(name: str, kind: FieldKind) -> bool:
    """Tell whether the name is a field of that kind."""
    return FIELDS.get(name) is kind
