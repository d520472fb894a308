"""The state of a post does not depend on the order in which its items arrive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.analysis import Analysis
from domain.events import CountsSeen, PostGone
from domain.labels import About, GoneReason, PostKind
from domain.post import Counts, Post
from domain.review import ReviewState
from searchindex.intake import decode_state, encode_state
from searchindex.merge import (
    MAX_PASSED,
    State,
    with_analysis,
    with_counts,
    with_gone,
    with_review,
    without_all,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
times = st.integers(0, 3).map(lambda h: START + timedelta(hours=h))


def analysed(version, about):
    revision, sequence = version
    text = f"{revision}"
    return Analysis(
        post=Post(
            id="p",
            revision=revision,
            source="s",
            kind=PostKind.POST,
            url="u",
            fetched=START,
            text=text,
        ),
        sequence=sequence,
        about=about,
        analysed_at=START,
    )


versions = st.tuples(st.integers(1, 4), st.integers(1, 2))
# One version has one content: a replay brings the same again, never another.
histories = st.dictionaries(
    versions, st.sampled_from([About.PROVINCE, About.PROVINCE, About.OTHER])
)
reviews = st.sets(st.integers(1, 5)).map(
    lambda found: [
        ReviewState(post_id="p", revision=1, version=v, at=START, by="x") for v in found
    ]
)
removals = st.builds(
    PostGone,
    post_id=st.just("p"),
    revision=st.integers(1, 2),
    reason=st.sampled_from(list(GoneReason)),
    at=times,
)
counts = st.builds(
    CountsSeen,
    post_id=st.just("p"),
    revision=st.just(1),
    counts=st.builds(Counts, likes=st.integers(0, 3)),
    at=times,
)


def merged(items, state=None):
    state = state or State()
    for item in items:
        match item:
            case Analysis():
                state, _ = with_analysis(state, item)
            case ReviewState():
                state, _ = with_review(state, item)
            case PostGone():
                state, _ = with_gone(state, item)
            case CountsSeen():
                state, _ = with_counts(state, item)
    return state


@given(histories, reviews, st.lists(removals), st.lists(counts), st.data())
def test_any_order_ends_in_the_same_state(history, reviewed, gone, counted, data):
    items = [analysed(v, about) for v, about in history.items()]
    items += [*reviewed, *gone, *counted]
    shuffled = data.draw(st.permutations(items))
    again = data.draw(st.lists(st.sampled_from(items), max_size=5)) if items else []
    assert merged(sorted(items, key=repr)) == merged([*shuffled, *again])


@given(st.lists(removals), st.data())
def test_all_removals_are_kept_in_order_and_bounded(gone, data):
    far = [
        replace(one, at=START + timedelta(days=n))
        for one in gone[:1]
        for n in range(60)
    ]
    items = data.draw(st.permutations([*gone, *far, analysed((1, 1), About.PROVINCE)]))
    state = merged(items)
    whole = sorted({*gone, *far}, key=lambda one: (one.at, one.revision, one.reason))
    assert state.document.passed == tuple(whole[-MAX_PASSED:])
    assert state.gone == (whole[-1] if whole else None)


@given(histories, reviews, st.data())
def test_what_a_deletion_covered_never_comes_back(history, reviewed, data):
    items = [*(analysed(v, about) for v, about in history.items()), *reviewed]
    tombstone = without_all(merged(items), START)
    replayed = data.draw(st.permutations(items))
    assert merged(replayed, tombstone) == tombstone


@given(histories, reviews, st.lists(removals))
def test_states_come_back_from_their_bytes(history, reviewed, gone):
    items = [analysed(v, about) for v, about in history.items()]
    state = merged([*items, *reviewed, *gone])
    assert decode_state(encode_state(state)) == state
