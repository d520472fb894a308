"""Search as people use it: filters, snippets, rows to take away. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from searchindex.document import Document
from searchindex.port import Hit
from searchindex.query import AllOf, FieldIs, Node
from ui import passages
from ui.passages import Mark, Piece
from ui.reading import Reading
from ui.view_models import masked_text, masks_of

FACETS = ("queue", "kind", "topic", "status", "outlet")
GROUPS: Mapping[str, str] = {"queue": "queues", "kind": "kinds", "topic": "topics"}
SNIPPET = 320
BEFORE = 90
"""Characters of a snippet, and how many of them stand before the first found word."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One chosen facet value."""

    field: str
    value: str


def with_filters(node: Node | None, filters: Sequence[Filter]) -> Node | None:
    """Narrow a query by chosen facet values."""
    parts: list[Node] = [FieldIs(f.field, f.value, phrase=True) for f in filters]
    if node is not None:
        parts.insert(0, node)
    return AllOf(tuple(parts)) if parts else None


def facet_label(field: str, value: str, reading: Reading) -> str:
    """Name a facet value for readers."""
    if field in GROUPS:
        return reading.label(GROUPS[field], value)
    if field == "status":
        return reading.words.section("search").get(f"status_{value}", value)
    return value


def snippet(hit: Hit, reading: Reading) -> tuple[Piece, ...]:
    """Cut the text around the first found word, found words marked, data masked."""
    document = hit.document
    text = document.post.whole_text
    marks = [Mark(start=s, end=e, kind="found") for s, e in hit.highlights]
    title = len(document.post.title)
    body = [mark.start for mark in marks if mark.start > title]
    first = body[0] if body else title + 1 if title and title < len(text) else 0
    lowest = title + 1 if title else 0
    start = _word_start(text, max(lowest, first - BEFORE), lowest)
    end = _word_end(text, start + SNIPPET)
    masks = masks_of(document.analysis, reading.words)
    cut = passages.pieces(text, marks, masks, start, end)
    lead = (Piece(text="… "),) if start > title + 1 else ()
    tail = (Piece(text=" …"),) if end < len(text) else ()
    return (*lead, *cut, *tail)


def title_pieces(hit: Hit, reading: Reading) -> tuple[Piece, ...]:
    """Cut the title, found words marked."""
    post = hit.document.post
    marks = [Mark(start=s, end=e, kind="found") for s, e in hit.highlights]
    masks = masks_of(hit.document.analysis, reading.words)
    return passages.pieces(post.whole_text, marks, masks, 0, len(post.title))


def _word_start(text: str, at: int, lowest: int) -> int:
    if at <= lowest:
        return min(lowest, len(text))
    space = text.rfind(" ", max(lowest, at - 20), at)
    return at if space < 0 else space + 1


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - 20, at)
    return at if space < 0 else space


def csv_of(documents: Iterable[Document], reading: Reading) -> bytes:
    """Write rows for spreadsheets: Vietnamese intact, no formula, data masked."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("id", "published", "source", "kind", "queues", "status", "verdict", "url")
    writer.writerow([*names, "text"])
    for document in documents:
        post, review = document.post, document.review
        verdict = review.verdict if review and review.verdict else None
        cells = (
            post.id,
            reading.moment(post.published),
            reading.source_name(document),
            reading.label("kinds", post.kind),
            ", ".join(reading.label("queues", q) for q in document.analysis.queues),
            facet_label("status", document.status, reading),
            reading.label("verdicts", verdict) if verdict else "",
            post.url,
            masked_text(document, reading.words),
        )
        writer.writerow([no_formula(cell) for cell in cells])
    # Excel reads UTF-8 only behind a byte order mark.
    return "\ufeff".encode() + out.getvalue().encode()


def no_formula(cell: str) -> str:
    """Keep a spreadsheet from reading a post as a formula."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) else cell
