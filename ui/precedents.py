"""The nearest reviewed posts: how like posts were judged, beside the reasons of a flag.

They are found by what posts say alone. Who wrote a post, and names of people and places
in it, play no part; a verdict found here moves no score. What is held in memory only
proposes: casework and the index are asked about each proposal at the moment it is
shown, so a verdict undone or a post erased is gone from the list at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from casework.service import Casework
from domain.clock import Clock
from domain.ids import PostId
from domain.review import ReviewState
from nlp.fingerprint import similarity
from searchindex.document import Document
from searchindex.likeness import Alike, Neighbours, Wording
from searchindex.port import SearchIndex
from ui import passages, view_models
from ui.reading import Reading
from ui.worklist import is_settled

MOST_POSTS = 5_000
"""Reviewed posts that are looked among, the last judged ones. More makes the first
answer after a start slow and holds about 10 kB each; fewer forgets older practice."""

PORTION = 500
"""Documents read at once: more holds the texts of all of them in memory."""

OVERLAP = timedelta(minutes=1)
"""How far decisions are read anew, for clocks of several machines differ."""

RENEWED = timedelta(hours=12)
"""When all is read anew. Longer keeps numbers of erased posts in memory."""

SHOWN = 3
TRIED = 24
"""Proposals that are checked to have `SHOWN` left, for a wave of copies judged alike
takes one line. More reads more documents for nothing."""

LEAST = 0.18
"""Likeness of a precedent. Lower shows posts that share but a turn of phrase, as an
advert and a warning of it; higher leaves most posts without any."""

DEGREES = ((0.8, "same"), (0.3, "very"), (0.0, "fairly"))
"""Likeness in words, from which share on."""

NEAR_COPY = 0.6
"""Similarity of fingerprints from which the line calls two texts copies."""

MOST_SHARED = 3
"""Stretches of words in common that are named: a line of the column."""

LONGEST_SHARED = 60
"""Characters of such a stretch; near-copies share whole sentences."""

NAMES = frozenset({"PER", "LOC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """A reviewed post that says like things, with the verdict that stands on it.

    `degree` is the likeness in words, `shared` are words of the shown post that both
    have in common.
    """

    id: str
    source: str
    published: str
    first: str
    verdict: str
    detail: str
    decided: str
    degree: str
    share: str
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecedentsView:
    """Precedents, most alike first; `among` is of how many reviewed posts."""

    precedents: tuple[Precedent, ...]
    among: int


class Precedents:
    """Keeps the reviewed posts' traits in memory, up to date with casework."""

    def __init__(self, index: SearchIndex, casework: Casework, clock: Clock) -> None:
        self._index = index
        self._casework = casework
        self._clock = clock
        self._held = Neighbours()
        self._lock = Lock()
        self._built: datetime | None = None
        self._seen = clock.now()
        self._taken: set[int] = set()

    def of(self, document: Document, reading: Reading) -> PrecedentsView:
        """Return the precedents of a post, for whoever reads."""
        wording = wording_of(document)
        with self._lock:
            self._follow()
            found = self._held.nearest(wording, least=LEAST)
            among = len(self._held)
        found = [alike for alike in found if alike.post_id != document.post.id]
        kept = self._confirmed(document, found[:TRIED])
        return PrecedentsView(
            precedents=tuple(
                _precedent(document, wording, each, reading) for each in kept[:SHOWN]
            ),
            among=among,
        )

    def _follow(self) -> None:
        """Bring what is held up to what was decided since the last look."""
        now = self._clock.now()
        if self._built is None or now - self._built > RENEWED:
            self._held = Neighbours()
            self._take(self._casework.standing(MOST_POSTS))
            self._built = now
        else:
            made = self._casework.decisions_since(self._seen - OVERLAP)
            fresh = [d.decision.post_id for d in made if d.id not in self._taken]
            self._take(self._casework.latest(list(dict.fromkeys(fresh))).values())
            self._taken = {d.id for d in made}
        self._seen = now

    def _take(self, states: Iterable[ReviewState]) -> None:
        known = {state.post_id: state for state in states}
        ids, reader = list(known), self._index.reader()
        for start in range(0, len(ids), PORTION):
            some = ids[start : start + PORTION]
            documents = reader.get(some)
            for post_id in some:
                document = documents.get(post_id)
                if document is not None and is_settled(document, known[post_id]):
                    self._held.put(post_id, wording_of(document))
                else:
                    self._held.drop(post_id)

    def _confirmed(
        self, shown: Document, found: Sequence[Alike]
    ) -> list[tuple[Alike, Document, ReviewState]]:
        """Keep what has a verdict now; copies that were judged alike count once."""
        ids = [alike.post_id for alike in found]
        documents = self._index.reader().get(ids)
        states = self._casework.latest([shown.post.id, *ids])
        kept: dict[object, tuple[Alike, Document, ReviewState]] = {}
        for alike in found:
            document, state = documents.get(alike.post_id), states.get(alike.post_id)
            if document is None or state is None or not is_settled(document, state):
                continue
            if not is_same_work(shown, document, states):
                story = _story_of(document, state) or document.post.id
                key = story, state.verdict, state.harm, state.agency
                kept.setdefault(key, (alike, document, state))
        return list(kept.values())


def wording_of(document: Document) -> Wording:
    """Return the words of a post that may count: no names, no places, no numbers."""
    analysis = document.analysis
    hidden = [(span.start, span.end) for span in analysis.personal_data]
    hidden += [(hit.start, hit.end) for hit in analysis.places]
    hidden += [(e.start, e.end) for e in analysis.entities if e.kind in NAMES]
    return Wording.of(document.post.whole_text, hidden)


def is_same_work(
    shown: Document, other: Document, states: Mapping[PostId, ReviewState]
) -> bool:
    """Tell whether the other is a copy that was judged while the shown post waited.

    Whoever judges a post is not to be told what a colleague says of its copies in the
    same round. A verdict on a copy that stood before the post came is a precedent.
    """
    state = states[other.post.id]
    if state.at < shown.post.fetched:
        return False
    stories = [_story_of(d, states.get(d.post.id)) for d in (shown, other)]
    if stories[0] is not None and stories[0] == stories[1]:
        return True
    prints = shown.analysis.fingerprint, other.analysis.fingerprint
    return similarity(*prints) >= NEAR_COPY


def _story_of(document: Document, state: ReviewState | None) -> str | None:
    return state.story if state and state.story else document.story_shown


def _precedent(
    shown: Document,
    wording: Wording,
    found: tuple[Alike, Document, ReviewState],
    reading: Reading,
) -> Precedent:
    alike, document, state = found
    degree = next(name for least, name in DEGREES if alike.share >= least)
    return Precedent(
        id=alike.post_id,
        source=reading.source_name(document),
        published=reading.day(document.post.when),
        first=view_models.first_words(document, reading),
        verdict=reading.label("verdicts", state.verdict or ""),
        detail=view_models.detail_of(state.harm, state.agency, reading),
        decided=reading.day(state.at),
        degree=reading.words(f"degree.{degree}"),
        share=f"{round(alike.share * 100)}%",
        shared=shared_words(shown.post.whole_text, wording, alike.shared),
    )


def shared_words(
    text: str, wording: Wording, shared: frozenset[int]
) -> tuple[str, ...]:
    """Return the longest stretches of a text that are made of shared words."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted((s, e) for t, s, e in wording.placed() if t in shared):
        if runs and not any(c.isalnum() for c in text[runs[-1][1] : start]):
            runs[-1] = runs[-1][0], max(end, runs[-1][1])
        else:
            runs.append((start, end))
    found: list[str] = []
    for start, end in sorted(runs, key=lambda run: run[0] - run[1]):
        stretch = passages.excerpt(text[start:end], LONGEST_SHARED)
        if not any(stretch.lower() in longer.lower() for longer in found):
            found.append(stretch)
    return tuple(found[:MOST_SHARED])
