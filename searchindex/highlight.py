"""Where a query's words stand in a post."""

from collections.abc import Iterator

from domain.post import Post
from searchindex.fold import Token, tokens
from searchindex.query import Node
from searchindex.terms import Terms, positive_terms

MAX_HIGHLIGHTS = 200
"""Marks per post. More slows the page that shows them; fewer may miss a later part."""

Span = tuple[int, int]


def highlights(post: Post, query: Node | None) -> tuple[Span, ...]:
    """Return (start, end) in `post.whole_text`, ordered, without overlaps.

    Where a word stands with the very letters typed, only those places are marked:
    `bản tin` does not mark «bàn tín» where a «bản tin» stands too.
    """
    wanted = list(positive_terms(query))
    if not wanted:
        return ()
    columns = {"title": list(tokens(post.title)), "text": list(_text_tokens(post))}
    spans: set[Span] = set()
    for terms in wanted:
        spans.update(_spans([columns[name] for name in terms.columns], terms))
    return tuple(_merged(sorted(spans)))[:MAX_HIGHLIGHTS]


def _text_tokens(post: Post) -> Iterator[Token]:
    start = len(post.title) + 1 if post.title else 0
    for part in (post.lead, post.text):
        for token in tokens(part):
            yield token._replace(start=start + token.start, end=start + token.end)
        if part:
            start += len(part) + 1


def _spans(columns: list[list[Token]], terms: Terms) -> Iterator[Span]:
    if terms.side_by_side:
        yield from _runs(columns, terms.folded, terms.exact)
        return
    for folded, exact in set(zip(terms.folded, terms.exact, strict=True)):
        yield from _runs(columns, (folded,), (exact,))


def _runs(
    columns: list[list[Token]], folded: tuple[str, ...], exact: tuple[str, ...]
) -> list[Span]:
    size = len(folded)
    runs = [
        found[at : at + size]
        for found in columns
        for at, token in enumerate(found)
        if token.folded == folded[0]
        and tuple(t.folded for t in found[at : at + size]) == folded
    ]
    very = [run for run in runs if tuple(t.exact for t in run) == exact]
    return [(run[0].start, run[-1].end) for run in very or runs]


def _merged(spans: list[Span]) -> Iterator[Span]:
    held: Span | None = None
    for start, end in spans:
        if held is not None and start < held[1]:
            held = held[0], max(held[1], end)
            continue
        if held is not None:
            yield held
        held = start, end
    if held is not None:
        yield held
