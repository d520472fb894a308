"""Finds what a request is about: by address, or by words quoted from a post.

Never by person: a quote must be longer than a name, so that nobody's traces can be
gathered here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import QuarantineError
from domain.ids import PostId
from extraction.urls import canonical_url
from searchindex.port import Order, Search
from searchindex.query import Phrase
from ui import view_models
from ui.context import ConsoleContext
from ui.reading import Reading

FEWEST_WORDS = 6
"""Words of a quote. Fewer would find all that is said of somebody by their name, which
has up to five; more would refuse short posts."""

MOST_WORDS = 60
"""Words of a quote that are looked for: a query is read up to 64."""

MOST_FOUND = 20
"""Posts that are offered: as many as a request may name."""

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A post that may be meant. `exact`: the quote stands in it letter by letter.

    A post outside of the index, as the place gate leaves it, has no words here.
    """

    post_id: PostId
    revision: int
    words: str = ""
    source: str = ""
    when: str = ""
    exact: bool = False


def look(context: ConsoleContext, text: str, reading: Reading) -> Sequence[Candidate]:
    """Return posts at an address, or that hold a quote; exact ones first.

    Raises `QuarantineError` for a quote that is too short.
    """
    plain = " ".join(text.split())
    if _ADDRESS.fullmatch(plain):
        return described(context, _posts_at(context, plain), reading)
    quoted = plain.split()
    if len(quoted) < FEWEST_WORDS:
        raise QuarantineError(
            reading.words("request.short", count=FEWEST_WORDS), reason="request_quote"
        )
    quote = " ".join(quoted[:MOST_WORDS])
    query = Search(query=Phrase(quote), order=Order.NEWEST, size=MOST_FOUND)
    hits = context.index.reader().search(query).hits
    exact = {
        hit.document.post.id
        for hit in hits
        if quote.casefold() in " ".join(hit.document.post.whole_text.split()).casefold()
    }
    ids = [hit.document.post.id for hit in hits]
    found = described(context, ids, reading, exact)
    return sorted(found, key=lambda one: not one.exact)


def described(
    context: ConsoleContext,
    ids: Sequence[PostId],
    reading: Reading,
    exact: frozenset[PostId] | set[PostId] = frozenset(),
) -> Sequence[Candidate]:
    """Say of posts what they are, personal data masked."""
    known = context.index.reader().get(ids)
    return [
        Candidate(
            post_id=post_id,
            revision=known[post_id].post.revision,
            words=view_models.first_words(known[post_id], reading),
            source=reading.source_name(known[post_id]),
            when=reading.short(known[post_id].post.when),
            exact=post_id in exact,
        )
        if post_id in known
        else Candidate(post_id=post_id, revision=1)
        for post_id in ids
    ]


def _posts_at(context: ConsoleContext, address: str) -> Sequence[PostId]:
    """Return the post that crawlers know the address by, and its plain name."""
    plain = canonical_url(address)
    door = context.intake
    known = (door.known_at(plain) or door.known_at(address)) if door else None
    own = PostId(f"url:{plain}")
    named = [PostId(known)] if known else []
    return named or [own] if own in context.index.reader().get([own]) else named
