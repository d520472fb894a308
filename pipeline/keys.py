"""Keys of records, which decide what compaction keeps apart."""

from domain.ids import PostId


def analysis_key(post_id: PostId, revision: int) -> str:
    """Key of an analysis: one archive row per revision."""
    return f"{post_id}#{revision}"


def gone_key(post_id: PostId) -> str:
    """Key of a post's last known removal or restoration."""
    return f"{post_id}#gone"


def counts_key(post_id: PostId) -> str:
    """Key of a post's last reaction counts."""
    return f"{post_id}#counts"


def shadow_key(post_id: PostId) -> str:
    """Key of where a candidate last judged otherwise than the live model."""
    return f"{post_id}#shadow"


def post_of_key(key: str) -> PostId:
    """Return the post of a key of `analyses` or `reviews` (whose key is the post)."""
    head, mark, tail = key.rpartition("#")
    if mark and (tail.isdigit() or tail in {"gone", "counts", "shadow"}):
        return PostId(head)
    return PostId(key)
