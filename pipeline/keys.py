"""Keys of records, which decide what compaction keeps apart."""

import re

from domain.events import PostGone
from domain.ids import PostId

_TAIL = re.compile(r"\d+|gone(?:-\d+-[a-z]+)?|counts|shadow")


def analysis_key(post_id: PostId, revision: int) -> str:
    """Key of an analysis: one archive row per revision."""
    return f"{post_id}#{revision}"


def gone_key(gone: PostGone) -> str:
    """Key of a removal or restoration: one archive row per event.

    What was written before each had its own lies under `#gone`, the last one only.
    """
    return f"{gone.post_id}#gone-{int(gone.at.timestamp())}-{gone.reason}"


def counts_key(post_id: PostId) -> str:
    """Key of a post's last reaction counts."""
    return f"{post_id}#counts"


def shadow_key(post_id: PostId) -> str:
    """Key of where a candidate last judged otherwise than the live model."""
    return f"{post_id}#shadow"


def post_of_key(key: str) -> PostId:
    """Return the post of a key of `analyses` or `reviews` (whose key is the post)."""
    head, mark, tail = key.rpartition("#")
    if mark and _TAIL.fullmatch(tail):
        return PostId(head)
    return PostId(key)
