"""The content hash of a post: what must change for a page to count as edited."""

from hashlib import sha256

from domain.post import Post

_FIELDS = ("title", "lead", "text")
_DIGITS = 16
"""Hex digits per field: 64 bits, compared only between revisions of one post."""


def content_hash(post: Post) -> str:
    """Return a hash per field, joined by dots.

    Times, links, pictures, counts and adverts are left out: they change by themselves.
    """
    return ".".join(_hash(getattr(post, name)) for name in _FIELDS)


def changed_fields(old: str, new: str) -> tuple[str, ...]:
    """Return the names of the fields whose hashes differ."""
    before, after = old.split("."), new.split(".")
    if len(before) != len(_FIELDS):
        return _FIELDS
    triples = zip(_FIELDS, before, after, strict=True)
    return tuple(name for name, was, now in triples if was != now)


def _hash(text: str) -> str:
    plain = " ".join(text.split())
    return sha256(plain.encode()).hexdigest()[:_DIGITS]
