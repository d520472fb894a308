"""What writers take in: items in order, checked one by one, merged by post."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from domain.analysis import Analysis
from domain.clock import Clock, SystemClock
from domain.errors import QuarantineError
from domain.events import CountsSeen, PostGone
from domain.ids import PostId, StoryId
from domain.post import Post
from domain.review import ReviewState
from searchindex.merge import (
    State,
    with_analysis,
    with_counts,
    with_gone,
    with_review,
    with_story,
    without_all,
)
from searchindex.port import BulkResult, IndexWriter

Bands = Callable[[tuple[int, ...]], Sequence[int]]
"""Makes the near-copy bands of a fingerprint."""

Step = Callable[[State], tuple[State, bool]]

_SURROGATES = re.compile("[\ud800-\udfff]")
_BITS_63 = 1 << 63
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(State)
_analysis_decoder = msgspec.json.Decoder(Analysis)


def encode_state(state: State) -> bytes:
    """Return a state's bytes, as stores keep it."""
    return _encoder.encode(state)


def decode_state(value: bytes) -> State:
    """Return the state of bytes that `encode_state` made."""
    return _decoder.decode(value)


@dataclass(slots=True)
class Intake:
    """Items handed over since the last flush.

    `published` and `heard` hold, of each post, the time of its first analysis and of
    the first of its other items.
    """

    steps: list[tuple[PostId, Step]] = field(default_factory=list)
    failed: list[tuple[PostId, str]] = field(default_factory=list)
    published: dict[PostId, datetime] = field(default_factory=dict)
    heard: dict[PostId, datetime] = field(default_factory=dict)

    def ids(self) -> list[PostId]:
        """Return the posts that the items are about, each once."""
        return list(dict.fromkeys(post_id for post_id, _ in self.steps))

    def by_post(self) -> dict[PostId, list[Step]]:
        """Return the items of each post, in order."""
        found: dict[PostId, list[Step]] = {}
        for post_id, step in self.steps:
            found.setdefault(post_id, []).append(step)
        return found

    def merged(
        self, held: Mapping[PostId, State]
    ) -> tuple[dict[PostId, State], BulkResult]:
        """Return the changed states and the accounting."""
        now: dict[PostId, State] = {}
        written = 0
        for post_id, step in self.steps:
            before = now.get(post_id) or held.get(post_id) or State()
            now[post_id], applied = step(before)
            written += applied
        changed = {i: s for i, s in now.items() if held.get(i) is not s}
        stale = len(self.steps) - written
        return changed, BulkResult(
            written=written, stale=stale, failed=tuple(self.failed)
        )

    def clear(self) -> None:
        self.steps.clear()
        self.failed.clear()
        self.published.clear()
        self.heard.clear()


class CollectingWriter(IndexWriter):
    """Keeps items until the flush; an item that no store could hold fails alone."""

    def __init__(self, bands_of: Bands, clock: Clock | None = None) -> None:
        self._intake = Intake()
        self._bands_of = bands_of
        self._clock = clock or SystemClock()

    def put_analysis(self, analysis: Analysis) -> None:
        def check() -> Step:
            checked = _checked(analysis)
            _require_bands(self._bands_of, checked.fingerprint)
            self._intake.published.setdefault(checked.post.id, checked.post.when)
            return lambda state: with_analysis(state, checked)

        self._take(analysis.post.id, check)

    def put_review(self, review: ReviewState) -> None:
        def check() -> Step:
            _require_storable(review, review.at)
            self._intake.heard.setdefault(review.post_id, review.at)
            return lambda state: with_review(state, review)

        self._take(review.post_id, check)

    def put_gone(self, gone: PostGone) -> None:
        def check() -> Step:
            _require_storable(gone, gone.at)
            self._intake.heard.setdefault(gone.post_id, gone.at)
            return lambda state: with_gone(state, gone)

        self._take(gone.post_id, check)

    def put_counts(self, counts: CountsSeen) -> None:
        def check() -> Step:
            _require_storable(counts, counts.at)
            self._intake.heard.setdefault(counts.post_id, counts.at)
            return lambda state: with_counts(state, counts)

        self._take(counts.post_id, check)

    def put_story(self, post_id: PostId, story: StoryId) -> None:
        def check() -> Step:
            _require_storable(story)
            return lambda state: with_story(state, story)

        self._take(post_id, check)

    def delete(self, post_id: PostId) -> None:
        at = self._clock.now()
        self._take(post_id, lambda: lambda state: (without_all(state, at), True))

    def close(self) -> None:
        self._intake.clear()

    def _take(self, post_id: PostId, check: Callable[[], Step]) -> None:
        try:
            _require_storable(post_id)
            step = check()
        except QuarantineError as error:
            self._intake.failed.append((post_id, error.message))
        else:
            self._intake.steps.append((post_id, step))


def _checked(analysis: Analysis) -> Analysis:
    post = analysis.post
    try:
        _require_storable(analysis, post.when, post.fetched)
    except QuarantineError:
        # Half a character in the text is the page's fault and no reason to lose it.
        analysis = replace(analysis, post=_mended(post))
        _require_storable(analysis, post.when, post.fetched)
    if not 0 <= post.revision < _BITS_63:
        raise QuarantineError("The revision is no count.", reason="bad_field")
    return analysis


def _require_bands(bands_of: Bands, fingerprint: tuple[int, ...]) -> None:
    try:
        found = bands_of(fingerprint) if fingerprint else ()
        fits = all(-_BITS_63 <= band < 2 * _BITS_63 for band in found)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise QuarantineError(f"No fingerprint: {error}", reason="bad_field") from error
    if not fits:
        raise QuarantineError("A band exceeds 64 bits.", reason="bad_field")


def _require_storable(item: object, *times: datetime) -> None:
    """Refuse what would not come back as it went in."""
    try:
        value = _encoder.encode(item)
        if isinstance(item, Analysis):
            _analysis_decoder.decode(value)
    except (UnicodeEncodeError, msgspec.MsgspecError, TypeError, ValueError) as error:
        raise QuarantineError(f"Not storable: {error}", reason="bad_field") from error
    if any(at.tzinfo is None for at in times):
        raise QuarantineError("A time has no zone.", reason="bad_field")


def _mended(post: Post) -> Post:
    def mend(text: str) -> str:
        return _SURROGATES.sub("\ufffd", text)

    return replace(
        post,
        title=mend(post.title),
        lead=mend(post.lead),
        text=mend(post.text),
        byline=mend(post.byline),
        outlet=mend(post.outlet),
        section=mend(post.section),
    )
