"""What the worker finds out about one revision of a post."""

from dataclasses import dataclass
from datetime import datetime

from domain.events import PostGone
from domain.ids import PostId, StoryId, UnitId
from domain.labels import About, Queue, Stance, Topic
from domain.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters `start` to `end` (exclusive) of `Post.whole_text`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHit:
    """A place named in the text.

    `unit` is None for the province as a whole or a place not bound to one commune;
    `why` says in Vietnamese how the name was resolved.
    """

    name: str
    start: int
    end: int
    unit: UnitId | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedTerm:
    """A term that moved a score: positive towards the label, negative away.

    `spans` are (start, end) places of the term in `Post.whole_text`; may be empty
    where the term is not a stretch of the original text.
    """

    term: str
    weight: float
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScore:
    """One label's calibrated probability, live threshold and reasons.

    `name` is a value of `Harm` or `Label`.
    """

    name: str
    probability: float
    threshold: float
    flagged: bool
    why: tuple[WeightedTerm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the classifier says of one text.

    `note` explains a rule that acted; `strange` says that the text is not like
    anything the model was trained on, so that its word counts for little.
    """

    labels: tuple[LabelScore, ...] = ()
    topic: Topic = Topic.OTHER
    topic_probability: float = 0.0
    stance: Stance | None = None
    stance_probability: float = 0.0
    model: str = ""
    note: str = ""
    strange: bool = False

    def flagged(self, name: str) -> bool:
        """Tell whether the label of that name is flagged."""
        return any(score.flagged for score in self.labels if score.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The archive row of one revision of a post (topic `analyses`, compacted).

    Holds the post itself so that the index can be rebuilt from this topic and
    `reviews` alone. For posts that stopped at the place gate (`about` is `history`,
    `other` or `none`) the later fields keep their defaults; they are not indexed.
    `sampled` marks what was drawn at random for review: of what the gate stopped, or of
    what it let pass and no model called harmful.
    `fingerprint` is the near-copy signature (see `nlp.fingerprint`); `gone` the last
    known removal. `sequence` grows with each analysis of the same revision, so that a
    later one replaces an earlier one wherever they meet: (revision, sequence) orders
    all states of a post.
    """

    post: Post
    about: About
    analysed_at: datetime
    sequence: int = 1
    language: str = ""
    gate_why: str = ""
    places: tuple[PlaceHit, ...] = ()
    judgement: Judgement = Judgement()
    queues: tuple[Queue, ...] = ()
    why: str = ""
    personal_data: tuple[Span, ...] = ()
    entities: tuple[Span, ...] = ()
    fingerprint: tuple[int, ...] = ()
    story: StoryId | None = None
    near_duplicate_of: PostId | None = None
    sampled: bool = False
    gone: PostGone | None = None
    pipeline: str = ""
    trace: str = ""

    @property
    def version(self) -> tuple[int, int]:
        """Orders states of one post; the larger one wins."""
        return self.post.revision, self.sequence

    @property
    def indexed(self) -> bool:
        """Whether the post belongs into the search index.

        It passed the gate, or is of the random sample of what the gate stopped.
        """
        return self.sampled or self.about in {About.PROVINCE, About.MENTION}
