"""Reading what people type, and folding, for any text at all."""

import unicodedata
from datetime import UTC, date, datetime
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from domain.labels import PostKind
from domain.post import Post
from searchindex.fold import MAX_TOKEN, fold, forms, tokens
from searchindex.highlight import highlights
from searchindex.parse import Parsed, parse
from searchindex.query import AllOf, AnyOf, Not, Words

SIGNS = '" ( ) - : OR HOẶC AND lũ title: nguồn: published: .. >= 2026-11-01 7d 9e999'
pieces = st.sampled_from([*SIGNS.split(), "revision:", "“", "\x00", " "])
typed = st.lists(pieces | st.text(max_size=4), max_size=25).map("".join)


@given(typed | st.text())
@example("(" * 3000)
@example("(a " * 500 + ")" * 500)
@example("OR " * 600)
@example("-" * 2000)
@example("a:" * 900)
def test_parsing_never_fails(text):
    parsed = parse(text, today=date(2026, 11, 23))
    assert isinstance(parsed, Parsed)
    assert depth(parsed.node) < 70


def depth(node) -> int:
    match node:
        case AllOf(parts) | AnyOf(parts):
            return 1 + max((depth(part) for part in parts), default=0)
        case Not(part):
            return 1 + depth(part)
        case _:
            return 1


@given(st.lists(st.sampled_from(["lũ", "Điện", "biên", "a1", "đá"]), min_size=1))
def test_plain_words_stay_plain(words):
    text = " ".join(words)
    assert parse(text, today=date(2026, 11, 23)) == Parsed(Words(text))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_tokens_stand_where_they_say(text):
    found = list(tokens(text))
    assert [t.folded for t in found] == forms(text)[0]
    assert [t.exact for t in found] == forms(text)[1]
    for one, other in pairwise(found):
        assert one.end <= other.start
    for token in found:
        assert 0 <= token.start < token.end <= len(text)
        assert 0 < len(token.folded) <= MAX_TOKEN
        assert " " not in token.folded + token.exact


vietnamese = st.text(alphabet="aàáảãạăằắâầấđeèêềơờớuưừ bcnghĐỆ0.-", max_size=40)


@given(vietnamese)
def test_composition_and_case_do_not_matter(text):
    nfd = unicodedata.normalize("NFD", text)
    assert forms(nfd) == forms(text)
    assert forms(text.upper()) == forms(text)
    assert fold(nfd) == fold(text.upper()) == fold(text)


@given(vietnamese)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    folded = forms(text)[0]
    assert forms(" ".join(folded))[0] == folded


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), typed)
def test_highlights_lie_in_the_text_in_order(title, lead, text, query):
    post = Post(
        id="p",
        revision=1,
        source="s",
        kind=PostKind.POST,
        url="u",
        fetched=datetime(2026, 11, 1, tzinfo=UTC),
        title=title,
        lead=lead,
        text=text,
    )
    node = parse(query, today=date(2026, 11, 23)).node
    last = 0
    for start, end in highlights(post, node):
        assert last <= start < end <= len(post.whole_text)
        last = end
