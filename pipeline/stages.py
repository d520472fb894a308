"""The cascade, cheapest first; pure: posts in, analyses out.

    validate → normalise → language → place gate → near copies → segment → classify
    → entities, personal data → queues

What is not about the province stops at the gate. What a stage needs from outside
(the thread's place, near-copy candidates, source data) is handed in.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from classifier.port import Classifier, Subject
from domain.analysis import Analysis, Judgement, PlaceHit, Span
from domain.errors import QuarantineError
from domain.ids import PostId, StoryId, UnitId
from domain.labels import About, Harm, PostKind, Queue
from domain.post import MAX_LEAD, MAX_TEXT, MAX_TITLE, Post
from domain.profile import SourceSpec
from pipeline.queues import route

VERSION = "1"
"""Written into analyses; raise it when the same text may be judged otherwise."""

FUTURE = timedelta(days=2)
"""A publication time later than this after the fetch is a mistake of the page."""

PASSED = frozenset({About.PROVINCE, About.MENTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the gate says of one text."""

    about: About
    hits: tuple[PlaceHit, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """The place of a thread, article or source, for texts that name none."""

    about: About
    units: tuple[UnitId, ...] = ()


class Gate(Protocol):
    """Judges what a text is about."""

    def __call__(
        self, post: Post, *, inherited: Inherited | None, source_about: str
    ) -> Place:
        """Return the place of a post."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The functions that the cascade is made of, chosen by the wiring.

    `normalise` is told whether the text is social (chat spelling) or edited press.

    `language` gives an ISO code or ``; `segment` takes texts and gives words joined
    by `_`. `words` names labels in Vietnamese. `sample_rate` is the share of stopped
    posts that goes to review, so that the gate's recall is known; `review_share` that
    of posts about the province with no harm flagged, so that the models' recall is.
    """

    normalise: Callable[[str, bool], str]
    language: Callable[[str], str]
    gate: Gate
    segment: Callable[[Sequence[str]], Sequence[str]]
    entities: Callable[[str], tuple[Span, ...]]
    personal_data: Callable[[str], tuple[Span, ...]]
    fingerprint: Callable[[str], tuple[int, ...]]
    classifier: Classifier
    words: Mapping[str, str]
    sample_rate: float = 0.02
    review_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A post behind the gate, with what later stages need."""

    post: Post
    place: Place
    normalised: str
    language: str
    trace: str
    fingerprint: tuple[int, ...] = ()
    sampled: bool = False

    @property
    def passed(self) -> bool:
        return self.place.about in PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLink:
    """Where a post belongs among near-copies."""

    story: StoryId | None = None
    near_duplicate_of: PostId | None = None


def validate(post: Post) -> Post:
    """Return the post fit for the cascade. Raises `QuarantineError`."""
    if not post.id or post.revision < 1:
        raise QuarantineError("A post needs an id and a revision.", reason="no_id")
    if not post.title.strip() and not post.text.strip():
        raise QuarantineError("There is no title and no text.", reason="empty")
    published = post.published
    if published is not None and published > post.fetched + FUTURE:
        published = None
    return replace(
        post,
        title=post.title[:MAX_TITLE],
        lead=post.lead[:MAX_LEAD],
        text=post.text[:MAX_TEXT],
        published=published,
    )


def screen(
    post: Post,
    tools: Tools,
    *,
    inherited: Inherited | None = None,
    source: SourceSpec | None = None,
    trace: str = "",
) -> Screened:
    """Run the cheap stages that every post goes through."""
    about = source.about if source else ""
    place = tools.gate(post, inherited=inherited, source_about=about)
    if post.kind is PostKind.REPORT or (source is not None and source.kind == "intake"):
        place = _brought(place)
    passed = place.about in PASSED
    social = post.kind is not PostKind.ARTICLE
    text = post.whole_text
    return Screened(
        post=post,
        place=place,
        normalised=tools.normalise(text, social) if passed else "",
        language=tools.language(text),
        trace=trace,
        fingerprint=tools.fingerprint(text) if passed else (),
        sampled=not passed and drawn(post.id, tools.sample_rate),
    )


def _brought(place: Place) -> Place:
    """Let pass what was sent to the office or added by it, whatever it names."""
    if place.about is About.PROVINCE:
        return place
    why = f"Gửi đến cơ quan hoặc do cán bộ thêm. {place.why}"
    return replace(place, about=About.PROVINCE, why=why)


def drawn(post_id: PostId, rate: float) -> bool:
    """Draw a share of posts by their id: a replay draws the same ones."""
    number = int.from_bytes(hashlib.sha256(post_id.encode()).digest()[:4], "big")
    return number < rate * 2**32


def analyse(
    screened: Sequence[Screened],
    tools: Tools,
    *,
    sources: Mapping[str, SourceSpec],
    stories: Mapping[PostId, StoryLink],
    now: datetime,
    sequence: int,
) -> list[Analysis]:
    """Run the dear stages, in bulk, for those that passed the gate."""
    passed = [item for item in screened if item.passed]
    judgements = judge(passed, tools, sources)
    return [
        finish(
            item,
            judgements.get(item.post.id, Judgement()),
            tools,
            source=sources.get(item.post.source),
            story=stories.get(item.post.id, StoryLink()),
            stamp=(now, sequence),
        )
        for item in screened
    ]


def judge(
    items: Sequence[Screened], tools: Tools, sources: Mapping[str, SourceSpec]
) -> dict[PostId, Judgement]:
    """Segment and classify in bulk; only Vietnamese text is judged."""
    known = [item for item in items if item.language in {"vi", ""}]
    segmented = tools.segment([item.normalised for item in known])
    subjects = [
        subject_of(item, sources, words)
        for item, words in zip(known, segmented, strict=True)
    ]
    judged = tools.classifier.judge(subjects)
    return {item.post.id: said for item, said in zip(known, judged, strict=True)}


def subject_of(
    item: Screened, sources: Mapping[str, SourceSpec], segmented: str = ""
) -> Subject:
    """Return the post as a classifier is handed it."""
    return Subject(
        text=item.post.whole_text,
        kind=item.post.kind,
        normalised=item.normalised,
        segmented=segmented,
        licensed_press=is_press(item.post, sources.get(item.post.source)),
    )


def is_press(post: Post, source: SourceSpec | None) -> bool:
    """Whether the post is an article of licensed press."""
    return (
        post.kind is PostKind.ARTICLE and source is not None and source.licensed_press
    )


def _drawn_for_review(item: Screened, judgement: Judgement, share: float) -> bool:
    """Draw among what the models judged and found harmless.

    By the id with a word before it: the gate's sample is drawn by the bare id, and two
    samples must not pick the same kind of ids.
    """
    if item.place.about is not About.PROVINCE or not judgement.labels:
        return False
    if any(score.flagged and score.name in set(Harm) for score in judgement.labels):
        return False
    return drawn(PostId(f"review {item.post.id}"), share)


def finish(
    item: Screened,
    judgement: Judgement,
    tools: Tools,
    *,
    source: SourceSpec | None,
    story: StoryLink,
    stamp: tuple[datetime, int],
) -> Analysis:
    """Put the analysis together: queues, reasons, entities, personal data."""
    text = item.post.whole_text
    drawn_too = item.passed and _drawn_for_review(item, judgement, tools.review_share)
    routing = route(
        judgement,
        about=item.place.about,
        kind=item.post.kind,
        licensed_press=is_press(item.post, source),
        words=tools.words,
    )
    return Analysis(
        post=item.post,
        about=item.place.about,
        analysed_at=stamp[0],
        sequence=stamp[1],
        language=item.language,
        gate_why=item.place.why,
        places=item.place.hits,
        judgement=judgement,
        # Without a reason: none is claimed. That it was drawn is in `sampled`.
        queues=(*((Queue.HARMFUL,) if drawn_too else ()), *routing.queues),
        why=routing.why,
        personal_data=tools.personal_data(text) if item.passed else (),
        entities=tools.entities(text) if item.passed else (),
        fingerprint=item.fingerprint,
        story=story.story,
        near_duplicate_of=story.near_duplicate_of,
        sampled=item.sampled or drawn_too,
        pipeline=VERSION,
        trace=item.trace,
    )
