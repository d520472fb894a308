"""The worker: `posts` in, `analyses` out."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from classifier.port import Classifier
from domain.analysis import Analysis
from domain.clock import Clock
from domain.errors import QuarantineError, RetryLaterError
from domain.events import CountsSeen, PostEvent, PostGone, PostRevised, PostSeen
from domain.ids import PostId
from domain.post import Post
from domain.profile import SourceSpec
from eventlog.codec import decode_post_event, encode_event
from eventlog.port import LogTopic, Record
from pipeline.keys import analysis_key, counts_key, gone_key, shadow_key
from pipeline.runner import Outcome, Outgoing, Step
from pipeline.shadow import Beside, differences
from pipeline.stages import (
    Inherited,
    Screened,
    StoryLink,
    Tools,
    analyse,
    screen,
    validate,
)
from pipeline.stories import Candidate, link
from searchindex.document import Document
from searchindex.port import IndexReader

NEAR_LIMIT = 50
"""Near-copy candidates per post. Fewer misses copies in a wave of a thousand, more
compares each newcomer with all of the wave."""

REMEMBERED = 20_000
"""Places of threads kept in memory: comments often come before the index shows their
thread. Fewer loses the place of long threads, more is memory without use."""


@dataclass(slots=True)
class Worker(Step):
    """Analyses posts. Without the index it goes on, only without near-copies.

    `models` is asked before each batch which model is live and which is tried beside
    it; without it the one in `tools` is used throughout.
    `erased` tells which of these posts were erased on request: what still waits of
    them in the log, or is put back into it, is passed over.
    """

    tools: Tools
    index: IndexReader
    clock: Clock
    sources: Callable[[], Mapping[str, SourceSpec]]
    bands: Callable[[tuple[int, ...]], Sequence[int]]
    similarity: Callable[[tuple[int, ...], tuple[int, ...]], float]
    models: Callable[[], Beside] | None = None
    erased: Callable[[Collection[str]], Collection[str]] = lambda _: ()
    name: str = "worker"
    live: tuple[LogTopic, ...] = (LogTopic.POSTS,)
    idle: tuple[LogTopic, ...] = (LogTopic.BACKFILL,)
    _places: OrderedDict[PostId, Inherited] = field(default_factory=OrderedDict)

    def process(self, records: Sequence[Record]) -> Outcome:
        outcome = Outcome()
        sources = self.sources()
        candidate = self._take_models()
        posts: list[tuple[Record, PostSeen | PostRevised]] = []
        gone = self.erased({record.key for record in records})
        for record in records:
            if record.key in gone:
                continue
            try:
                self._sort(record, posts, outcome)
            except QuarantineError as error:
                outcome.rejected.append((record, error))
        screened = self._screen(posts, sources, outcome)
        analyses = self._write(screened, sources, outcome)
        if candidate is not None:
            for found in differences(screened, analyses, candidate, sources):
                key, value = shadow_key(found.post_id), encode_event(found)
                outcome.outgoing.append(Outgoing(LogTopic.ANALYSES, key, value))
        return outcome

    def _take_models(self) -> Classifier | None:
        """Put the live model into the tools; return the candidate."""
        if self.models is None:
            return None
        beside = self.models()
        self.tools = replace(self.tools, classifier=beside.live)
        return beside.candidate

    def judge_again(
        self, posts: Sequence[Post], *, only_passed: bool = False
    ) -> list[Outgoing]:
        """Analyse stored posts anew, with a later sequence number.

        `only_passed` leaves out what the gate still stops (a regate has nothing to
        say of those).
        """
        sources = self.sources()
        self._take_models()
        outcome = Outcome()
        events = [PostSeen(post=post, trace="again") for post in posts]
        self._remember_threads(events)
        screened = []
        for event in events:
            post = validate(event.post)
            item = screen(
                post,
                self.tools,
                inherited=self._inherited(event),
                source=sources.get(post.source),
                trace=event.trace,
            )
            if item.passed or not only_passed:
                screened.append(item)
        self._write(screened, sources, outcome)
        return outcome.outgoing

    def _sort(
        self,
        record: Record,
        posts: list[tuple[Record, PostSeen | PostRevised]],
        outcome: Outcome,
    ) -> None:
        if record.value is None:
            raise QuarantineError("A post event without a value.", reason="no_value")
        event: PostEvent = decode_post_event(record.value)
        match event:
            case PostSeen() | PostRevised():
                posts.append((record, event))
            case PostGone():
                key = gone_key(event)
                outcome.outgoing.append(Outgoing(LogTopic.ANALYSES, key, record.value))
            case CountsSeen():
                key = counts_key(event.post_id)
                outcome.outgoing.append(Outgoing(LogTopic.ANALYSES, key, record.value))

    def _screen(
        self,
        posts: Sequence[tuple[Record, PostSeen | PostRevised]],
        sources: Mapping[str, SourceSpec],
        outcome: Outcome,
    ) -> list[Screened]:
        self._remember_threads([event for _, event in posts])
        kept: dict[tuple[PostId, int], Screened] = {}
        for record, event in posts:
            try:
                post = validate(event.post)
                item = screen(
                    post,
                    self.tools,
                    inherited=self._inherited(event),
                    source=sources.get(post.source),
                    trace=event.trace,
                )
            except QuarantineError as error:
                outcome.rejected.append((record, error))
                continue
            self._remember(item)
            kept[post.id, post.revision] = item
        return list(kept.values())

    def _inherited(self, event: PostSeen | PostRevised) -> Inherited | None:
        for other in (event.post.parent_id, event.post.thread_id):
            if other is not None and other != event.post.id and other in self._places:
                return self._places[other]
        return None

    def _remember_threads(self, events: Sequence[PostSeen | PostRevised]) -> None:
        wanted = {
            other
            for event in events
            for other in (event.post.thread_id, event.post.parent_id)
            if other is not None and other not in self._places
        }
        for post_id, document in self._stored(sorted(wanted)).items():
            units = tuple(
                p.unit for p in document.analysis.places if p.unit is not None
            )
            self._keep(post_id, Inherited(about=document.analysis.about, units=units))

    def _remember(self, item: Screened) -> None:
        units = tuple(hit.unit for hit in item.place.hits if hit.unit is not None)
        self._keep(item.post.id, Inherited(about=item.place.about, units=units))

    def _keep(self, post_id: PostId, place: Inherited) -> None:
        self._places[post_id] = place
        self._places.move_to_end(post_id)
        while len(self._places) > REMEMBERED:
            self._places.popitem(last=False)

    def _stored(self, ids: Sequence[PostId]) -> Mapping[PostId, Document]:
        if not ids:
            return {}
        try:
            return self.index.get(ids)
        except RetryLaterError as error:
            structlog.get_logger().warning("index_unreachable", why=str(error))
            return {}

    def _write(
        self,
        screened: Sequence[Screened],
        sources: Mapping[str, SourceSpec],
        outcome: Outcome,
    ) -> Sequence[Analysis]:
        now = self.clock.now()
        analyses = analyse(
            screened,
            self.tools,
            sources=sources,
            stories=self._stories(screened),
            now=now,
            # Microseconds since 1970: a later analysis always has the larger number,
            # whichever worker makes it.
            sequence=int(now.timestamp() * 1_000_000),
        )
        for analysis in analyses:
            key = analysis_key(analysis.post.id, analysis.post.revision)
            value = encode_event(analysis)
            outcome.outgoing.append(Outgoing(LogTopic.ANALYSES, key, value))
            about = f"about_{analysis.about}"
            outcome.counts[about] = outcome.counts.get(about, 0) + 1
            structlog.get_logger().debug(
                "analysed", key=analysis.post.id, about=about, trace=analysis.trace
            )
        return analyses

    def _stories(self, screened: Sequence[Screened]) -> Mapping[PostId, StoryLink]:
        passed = [item for item in screened if item.passed and item.fingerprint]
        if not passed:
            return {}
        return link(passed, self._candidates(passed), self.similarity)

    def _candidates(
        self, passed: Sequence[Screened]
    ) -> Mapping[PostId, Sequence[Candidate]]:
        bands = [self.bands(item.fingerprint) for item in passed]
        try:
            found = self.index.near_copy_candidates(bands, NEAR_LIMIT)
        except RetryLaterError as error:
            structlog.get_logger().warning("index_unreachable", why=str(error))
            return {}
        documents = self._stored(sorted({other for row in found for other in row}))
        return {
            item.post.id: [
                Candidate(
                    post_id=other,
                    fingerprint=fingerprint,
                    when=documents[other].post.when,
                    story=documents[other].story_shown,
                )
                for other, fingerprint in row.items()
                if other in documents
            ]
            for item, row in zip(passed, found, strict=True)
        }
