"""SQLite answers as the reference does, for any documents and any questions."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analysis import Analysis, Judgement, LabelScore, PlaceHit
from domain.events import PostGone
from domain.labels import About, GoneReason, PostKind, Queue, Verdict
from domain.post import Post
from domain.review import ReviewState
from searchindex.adapters.memory import MemorySearchIndex
from searchindex.adapters.sqlite import SqliteSearchIndex
from searchindex.port import Order, Search
from searchindex.query import (
    AllOf,
    AnyOf,
    DateRange,
    FieldIs,
    Not,
    NumberRange,
    Phrase,
    Words,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
UNITS = ["u1", "u2"]
WORDS = [
    "điện",
    "diễn",
    "biên",
    "bien",
    "Lũ",
    "lu",
    "đá",
    "da",
    "12",
    '"',
    "¶",
    "a\x00b",
]

line = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
ids = st.sampled_from([f"p{n}" for n in range(6)])
times = st.integers(0, 5).map(lambda h: START + timedelta(hours=7 * h, seconds=h % 2))


@st.composite
def analyses(draw):
    score = draw(st.sampled_from([0.0, 0.25, 0.75]))
    label = LabelScore(name="panic", probability=score, threshold=0, flagged=score > 0)
    return Analysis(
        post=Post(
            id=draw(ids),
            revision=draw(st.integers(1, 3)),
            source=draw(st.sampled_from(["s1", "s2"])),
            kind=draw(st.sampled_from(list(PostKind))),
            url="u",
            fetched=draw(times),
            published=draw(st.none() | times),
            title=draw(line),
            lead=draw(line),
            text=draw(line),
            outlet=draw(st.sampled_from(["", "Báo A", "BAO A"])),
        ),
        sequence=draw(st.integers(1, 2)),
        about=draw(st.sampled_from([About.PROVINCE, About.MENTION, About.OTHER])),
        analysed_at=START,
        judgement=Judgement(labels=(label,)),
        queues=tuple(draw(st.sets(st.sampled_from(list(Queue))))),
        places=tuple(
            PlaceHit(name="", start=0, end=0, unit=unit, why="")
            for unit in draw(
                st.lists(st.sampled_from([None, *UNITS, "u3"]), max_size=3)
            )
        ),
        fingerprint=tuple(draw(st.lists(st.integers(0, 4), max_size=3))),
    )


reviews = st.builds(
    ReviewState,
    post_id=ids,
    revision=st.integers(1, 3),
    version=st.integers(1, 4),
    at=st.just(START),
    by=st.just("x"),
    verdict=st.none() | st.sampled_from(list(Verdict)),
)
removals = st.builds(
    PostGone,
    post_id=ids,
    revision=st.just(1),
    reason=st.sampled_from(list(GoneReason)),
    at=times,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put_analysis"), st.tuples(analyses())),
        st.tuples(st.just("put_analysis"), st.tuples(analyses())),
        st.tuples(st.just("put_review"), st.tuples(reviews)),
        st.tuples(st.just("put_gone"), st.tuples(removals)),
        st.tuples(st.just("put_story"), st.tuples(ids, st.sampled_from(["x", "y"]))),
        st.tuples(st.just("delete"), st.tuples(ids)),
        st.tuples(st.just("flush"), st.just(())),
    ),
    max_size=25,
)

leaves = st.one_of(
    st.builds(Words, line),
    st.builds(Phrase, line),
    st.builds(FieldIs, st.sampled_from(["title", "text"]), line, st.booleans()),
    st.builds(FieldIs, st.just("outlet"), st.sampled_from(["báo a", "x"])),
    st.builds(FieldIs, st.just("queue"), st.sampled_from(["press", "harmful"])),
    st.builds(
        FieldIs, st.just("status"), st.sampled_from(["open", "reviewed", "reopened"])
    ),
    st.builds(FieldIs, st.just("story"), st.just("x")),
    st.builds(FieldIs, st.just("place"), st.sampled_from(["u1", "U2"])),
    st.builds(FieldIs, st.just("gone"), st.just("deleted")),
    st.builds(
        DateRange,
        st.sampled_from(["published", "fetched", "title"]),
        st.none() | times,
        st.none() | times,
    ),
    st.builds(
        NumberRange,
        st.sampled_from(["revision", "urgency"]),
        st.none() | st.floats(0, 3),
        st.none() | st.floats(0, 3),
    ),
)


def branches(inner):
    parts = st.lists(inner, max_size=3).map(tuple)
    return st.builds(Not, inner) | st.builds(AllOf, parts) | st.builds(AnyOf, parts)


queries = st.recursive(leaves, branches, max_leaves=6)


def pages(reader, query, order):
    """Read all pages, as ids, scores and marks."""
    rows, after = [], None
    while True:
        page = reader.search(
            Search(query=query, order=order, size=2, after=after, facets=("queue",))
        )
        rows += [(h.document.post.id, h.score, h.highlights) for h in page.hits]
        after = page.next_cursor
        if after is None:
            return rows, page.total, page.facets


@settings(max_examples=60, deadline=None)
@given(steps=steps, asked=st.lists(queries, min_size=1, max_size=6))
def test_memory_and_sqlite_give_the_same(steps, asked):
    with tempfile.TemporaryDirectory() as folder:
        indexes = [
            MemorySearchIndex(bands_of=lambda prints: prints),
            SqliteSearchIndex(Path(folder), bands_of=lambda prints: prints),
        ]
        answers = [list(replay(index, steps, asked)) for index in indexes]
        for index in indexes:
            index.close()
    assert answers[0] == answers[1]


def replay(index, steps, asked):
    writer = index.writer()
    for name, values in steps:
        result = getattr(writer, name)(*values)
        if result is not None:
            yield result
    yield writer.flush()
    writer.close()
    reader = index.reader()
    yield reader.get([f"p{n}" for n in range(6)])
    yield reader.near_copy_candidates([[0, 1], [4]], 2)
    for query in asked:
        for order in Order:
            yield pages(reader, query, order)
        yield reader.histogram(
            query, since=START, until=START + timedelta(days=1), utc_offset="+07:00"
        )
        yield reader.geo(query, UNITS)
