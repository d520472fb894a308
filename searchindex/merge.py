"""What is held of one post, and how each arriving item changes it; pure.

The two sides carry versions, so the same set of items ends in the same state
whatever the order of arrival:

* `floor` is the highest analysis version that took the text away (a deletion, or an
  analysis that is not indexed); nothing at or below it comes back, not even as
  history.
* an older revision that arrives late becomes history instead of the current text.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.analysis import Analysis
from domain.events import CountsSeen, PostGone
from domain.ids import StoryId
from domain.labels import GoneReason
from domain.review import ReviewState
from searchindex.document import Document, EarlierRevision

MAX_HISTORY = 2_000_000
"""Characters of former texts kept, newest first. Larger lets a page that changes on
every fetch grow without end; smaller cuts the history of long reports."""

MAX_PASSED = 50
"""Removals and returns kept of a post, newest first. Rechecks that decay find a dozen
in a year; more lets a page that comes and goes fill its time line."""

Version = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A former text with the sequence of the analysis that it came with."""

    sequence: int
    text: EarlierRevision

    @property
    def version(self) -> Version:
        return self.text.revision, self.sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything known of one post. `deleted` holds until a newer analysis comes.

    `gone` is the last removal or return, `passed` the last ones with it, in order.
    `deleted_at` is None also of what was deleted by a program that did not note it.
    """

    analysis: Analysis | None = None
    review: ReviewState | None = None
    story: StoryId | None = None
    gone: PostGone | None = None
    counts: CountsSeen | None = None
    history: tuple[Former, ...] = ()
    floor: Version = (0, 0)
    review_seen: int = 0
    deleted: bool = False
    deleted_at: datetime | None = None
    passed: tuple[PostGone, ...] = ()

    @property
    def bare(self) -> bool:
        """Whether a deletion is all that is known of the post."""
        return self.deleted and self.analysis is None and self.review is None

    @property
    def document(self) -> Document | None:
        """The findable document, if the analysis side is there."""
        if self.analysis is None:
            return None
        last = self._last_gone(self.analysis)
        back = last is not None and last.reason is GoneReason.RESTORED
        return Document(
            analysis=self.analysis,
            review=self.review,
            story=self.story,
            gone=None if back else last,
            passed=_latest(*self.passed, self.gone, self.analysis.gone),
            counts=self.counts,
            history=tuple(former.text for former in self.history),
        )

    def _last_gone(self, analysis: Analysis) -> PostGone | None:
        return next(iter(_latest(self.gone, analysis.gone)[-1:]), None)


def with_analysis(state: State, analysis: Analysis) -> tuple[State, bool]:
    """Return the state after an analysis, and whether it became the current one."""
    version = analysis.version
    if version <= state.floor:
        return state, False
    current = state.analysis
    newer = current is None or version > current.version
    if not analysis.indexed:
        kept = tuple(f for f in state.history if f.version > version)
        state = replace(state, floor=version, history=kept)
        return (replace(state, analysis=None), True) if newer else (state, False)
    if newer:
        if current is not None and current.post.revision < analysis.post.revision:
            state = _remember(state, current)
        state = replace(state, deleted=False, deleted_at=None)
        return replace(state, analysis=analysis), True
    if current is not None and analysis.post.revision < current.post.revision:
        state = _remember(state, analysis)
    return state, False


def with_review(state: State, review: ReviewState) -> tuple[State, bool]:
    """Return the state after a review, and whether it was newer."""
    if review.version <= state.review_seen:
        return state, False
    return replace(state, review=review, review_seen=review.version), True


def with_story(state: State, story: StoryId) -> tuple[State, bool]:
    """Return the state with the automatic story; a deleted post takes none."""
    if state.deleted:
        return state, False
    return replace(state, story=story), True


def with_gone(state: State, gone: PostGone) -> tuple[State, bool]:
    """Return the state after a removal or restoring; the latest holds.

    An older one that comes late only takes its place among those that passed.
    """
    if state.deleted:
        return state, False
    passed = _latest(*state.passed, state.gone, gone)
    if passed == state.passed:
        return state, False
    newer = passed[-1] != state.gone
    return replace(state, gone=passed[-1], passed=passed), newer


def with_counts(state: State, counts: CountsSeen) -> tuple[State, bool]:
    """Return the state with newer reaction counts."""
    held = state.counts
    older = held is not None and _counts_order(counts) <= _counts_order(held)
    if state.deleted or older:
        return state, False
    return replace(state, counts=counts), True


def without_all(state: State, at: datetime) -> State:
    """Return the tombstone of a state: versions only."""
    version = state.analysis.version if state.analysis else (0, 0)
    return State(
        floor=max(state.floor, version),
        review_seen=state.review_seen,
        deleted=True,
        deleted_at=at,
    )


def is_over(state: State, before: datetime) -> bool:
    """Tell whether a state is only what a deletion before then has left."""
    return state.bare and (state.deleted_at is None or state.deleted_at < before)


def _latest(*known: PostGone | None) -> tuple[PostGone, ...]:
    """Return the last removals and returns in order, each once."""
    each = {_gone_order(gone): gone for gone in known if gone is not None}
    return tuple(each[order] for order in sorted(each))[-MAX_PASSED:]


def _gone_order(gone: PostGone) -> tuple[datetime, int, str, str, str]:
    # Of two in one instant one must win, whichever came first.
    where = gone.moved_to or ""
    return gone.at, gone.revision, gone.reason.value, where, gone.trace


def _counts_order(seen: CountsSeen) -> tuple[datetime, int, str]:
    # Two readings of one instant need one winner, whichever came first.
    return seen.at, seen.revision, repr(seen.counts)


def _remember(state: State, analysis: Analysis) -> State:
    former = Former(sequence=analysis.sequence, text=EarlierRevision.of(analysis.post))
    known = {f.text.revision: f for f in state.history}
    same = known.get(former.text.revision)
    if same is not None and same.version >= former.version:
        return state
    known[former.text.revision] = former
    kept: list[Former] = []
    room = MAX_HISTORY
    for revision in sorted(known, reverse=True):
        text = known[revision].text
        room -= len(text.title) + len(text.text)
        if room < 0:
            break
        kept.append(known[revision])
    return replace(state, history=tuple(reversed(kept)))
