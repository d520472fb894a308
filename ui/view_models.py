"""What the desk and the pages show of a post. Pure: documents in, plain values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from casework.model import Decided, Sight, Viewing
from domain.analysis import Analysis, LabelScore, WeightedTerm
from domain.labels import GoneReason, Harm, Queue
from domain.review import ReviewState
from searchindex.document import Document
from ui import masking, passages, revisions
from ui.difference import counts, difference
from ui.passages import Mark, Paragraph, Piece
from ui.reading import Reading
from ui.reasons import sentence
from ui.revisions import Edit, Event
from ui.wording import Wording

FIRST_WORDS = 110
"""Characters of a post in a list: one line of the desk's left column."""

MOST_WORDS = 6
"""Words that explain a flag. More are read by nobody, and all are in the text."""

LEAST_SHARE = 0.15
"""Of the heaviest term's weight; lighter terms are left out. Zero underlines all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a queue; `folded` are further copies in this queue."""

    id: str
    revision: int
    time: str
    age: float
    source: str
    words: str
    label: str
    chance: str
    copies: int = 1
    story: str = ""
    folded: tuple["Row", ...] = ()
    viewing: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    term: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One label with its figures, and the words that moved it."""

    name: str
    label: str
    chance: str
    threshold: str
    share: float
    flagged: bool
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A decision or undo as the history shows it."""

    id: int
    who: str
    when: str
    verdict: str
    detail: str
    reason: str
    evidence: tuple[tuple[str, str], ...]
    undo: bool
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """Everything of a post that the desk shows."""

    id: str
    revision: int
    kind: str
    source: str
    url: str
    published: str
    fetched: str
    since: str
    status: str
    gone: str
    paragraphs: tuple[Paragraph, ...]
    masked: int
    pictures: int
    places: tuple[tuple[str, str], ...]
    queues: tuple[str, ...]
    sentence: str
    note: str
    flags: tuple[Flag, ...]
    figures: tuple[Flag, ...]
    about: str
    topic: str
    stance: str
    story: str
    version: int
    evidence: str
    model: str
    standing: str
    waiting: str
    opinions: tuple[Act, ...]
    acts: tuple[Act, ...]
    timeline: tuple[Event, ...]
    edits: tuple[Edit, ...]
    viewing: str
    cases: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another post of the same story, with its differences from the shown one.

    `hidden`: it differs in masked personal data only.
    """

    id: str
    revision: int
    source: str
    when: str
    earlier: bool
    same: bool
    hidden: bool
    decided: bool
    pieces: tuple[Piece, ...]


def masks_of(analysis: Analysis, words: Wording) -> tuple[Mark, ...]:
    """Return what of the text is hidden, with the kind of data in words."""
    return masking.masks(analysis.personal_data, words)


def _flag_marks(analysis: Analysis, reading: Reading) -> tuple[Mark, ...]:
    return tuple(
        Mark(
            start=start,
            end=end,
            kind="harm" if score.name in set(Harm) else "signal",
            label=reading.signal(score.name),
        )
        for score in analysis.judgement.labels
        if score.flagged
        for term in telling(score)
        if term.weight > 0
        for start, end in term.spans
    )


def telling(score: LabelScore) -> list[WeightedTerm]:
    """Return the few terms that explain a score, heaviest first.

    Light ones («về», «dưới») underline half a text and tell nobody anything.
    """
    heaviest = sorted(score.why, key=lambda t: -abs(t.weight))[:MOST_WORDS]
    most = abs(heaviest[0].weight) if heaviest else 0.0
    return [term for term in heaviest if abs(term.weight) >= most * LEAST_SHARE]


def safe_url(url: str) -> str:
    """Return a web address, or nothing where following it could do something else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def row(
    document: Document,
    reading: Reading,
    *,
    queue: Queue | None,
    copies: int = 1,
    folded: Sequence[Row] = (),
    viewing: Viewing | None = None,
    to_settle: bool = False,
) -> Row:
    """Build a line of a queue or of search results."""
    post, analysis = document.post, document.analysis
    top = _top_score(analysis, queue)
    return Row(
        id=post.id,
        revision=post.revision,
        time=reading.short(post.when),
        age=max(0.0, (reading.now - post.when).total_seconds()),
        source=reading.source_name(document),
        words=first_words(document, reading),
        label=_row_label(analysis, top, queue, reading),
        chance=reading.words.chance(top.probability) if top else "",
        copies=max(copies, 1 + len(folded)),
        story=document.story_shown or "",
        folded=tuple(folded),
        viewing=viewing.account.display if viewing else "",
        marks=_row_marks(document, reading.words, to_settle=to_settle),
    )


def _row_label(
    analysis: Analysis, top: LabelScore | None, queue: Queue | None, reading: Reading
) -> str:
    if top is not None:
        return reading.signal(top.name)
    if analysis.sampled and queue is Queue.HARMFUL:
        return reading.words("mark.drawn")
    return reading.label("kinds", analysis.post.kind)


def first_words(document: Document, reading: Reading) -> str:
    """Return the first words of a post, personal data masked."""
    post = document.post
    cut = passages.pieces(
        post.whole_text, (), masks_of(document.analysis, reading.words)
    )
    return passages.excerpt(passages.plain(cut), FIRST_WORDS)


def _row_marks(
    document: Document, words: Wording, *, to_settle: bool
) -> tuple[str, ...]:
    marks = [words("mark.to_settle")] if to_settle else []
    if document.status == "reopened":
        marks.append(words("mark.reopened"))
    if document.gone is not None:
        marks.append(words("mark.gone"))
    return tuple(marks)


def _top_score(analysis: Analysis, queue: Queue | None) -> LabelScore | None:
    names = {
        Queue.HARMFUL: {h.value for h in Harm},
        Queue.CLAIMS: {"checkable_claim"},
        Queue.ANSWERS: {"complaint"},
        Queue.PRESS: {"answer_owed"},
    }
    wanted = names.get(queue) if queue else None
    scores = [
        s
        for s in analysis.judgement.labels
        if s.flagged and (wanted is None or s.name in wanted)
    ]
    return max(scores, key=lambda s: s.probability, default=None)


def flag(score: LabelScore, reading: Reading, hidden: frozenset[str]) -> Flag:
    """Explain one score; words that are masked in the text are left out."""
    kept = [term for term in telling(score) if term.term not in hidden]
    return Flag(
        name=score.name,
        label=reading.signal(score.name),
        chance=reading.words.chance(score.probability),
        threshold=reading.words.percent(score.threshold),
        share=round(score.probability, 4),
        flagged=score.flagged,
        words=tuple(Word(term=t.term, weight=round(t.weight, 3)) for t in kept),
    )


def _hidden_terms(analysis: Analysis) -> frozenset[str]:
    spans = analysis.personal_data
    return frozenset(
        term.term
        for score in analysis.judgement.labels
        for term in score.why
        if any(s.start < e and b < s.end for b, e in term.spans for s in spans)
    )


def act(decided: Decided, reading: Reading) -> Act:
    """Show one decision or undo."""
    decision = decided.decision
    return Act(
        id=decided.id,
        who=decided.by.display,
        when=reading.moment(decided.at),
        verdict=reading.label("verdicts", decision.verdict),
        detail=detail_of(decision.harm, decision.agency, reading),
        reason=decision.reason,
        evidence=tuple((e.title, safe_url(e.url)) for e in decision.evidence),
        undo=decided.undoes is not None,
        undone=decided.undone,
    )


def detail_of(harm: str | None, agency: str | None, reading: Reading) -> str:
    """Name the type of harm or the agency of a verdict."""
    if harm:
        return reading.label("harms", harm)
    names: dict[str, str] = {a.id: a.name for a in reading.profile.agencies}
    return names.get(agency, agency) if agency else ""


def standing(document: Document, state: ReviewState | None, reading: Reading) -> str:
    """Say what stands on the post at this moment, after casework's word."""
    review = state or document.review
    if review is None or review.verdict is None:
        return ""
    said = reading.label("verdicts", review.verdict)
    detail = detail_of(review.harm, review.agency, reading)
    text = f"{said} ({detail})" if detail else said
    if review.revision < document.post.revision:
        return reading.words("standing.older", verdict=text, revision=review.revision)
    return reading.words("standing.now", verdict=text)


def post_view(
    document: Document,
    reading: Reading,
    *,
    sight: Sight | None = None,
    viewing: Viewing | None = None,
    unmasked: bool = False,
    cases: tuple[Mapping[str, str], ...] = (),
) -> PostView:
    """Build all that the desk shows of a post."""
    post, analysis = document.post, document.analysis
    hidden = _hidden_terms(analysis)
    scores = sorted(analysis.judgement.labels, key=lambda s: -s.probability)
    figures = tuple(flag(score, reading, hidden) for score in scores)
    flags = tuple(f for f in figures if f.flagged)
    parts = (("title", post.title), ("lead", post.lead), ("text", post.text))
    masks = () if unmasked else masks_of(analysis, reading.words)
    judged = analysis.judgement
    known = sight or Sight(state=None, version=0, history=())
    state = known.state
    return PostView(
        id=post.id,
        revision=post.revision,
        kind=reading.label("kinds", post.kind),
        source=reading.source_name(document),
        url=safe_url(post.url),
        published=reading.moment(post.published),
        fetched=reading.moment(post.fetched),
        since=reading.since(post.when),
        status=document.status,
        gone=_gone(document, reading),
        paragraphs=passages.paragraphs(
            [p for p in parts if p[1]], _flag_marks(analysis, reading), masks
        ),
        masked=0 if unmasked else len(masks),
        pictures=len(post.media),
        places=_places(analysis, reading),
        queues=tuple(analysis.queues),
        sentence=sentence(
            analysis, (w.term for f in flags for w in f.words if w.weight > 0), reading
        ),
        note=reading.words.told(judged.note),
        flags=flags,
        figures=figures,
        about=reading.label("about", analysis.about),
        topic=reading.label("topics", judged.topic),
        stance=reading.label("stances", judged.stance) if judged.stance else "",
        story=state.story if state and state.story else document.story_shown or "",
        version=known.version,
        evidence=post.evidence or "",
        model=" · ".join(n for n in (judged.model, analysis.pipeline) if n),
        standing=standing(document, state, reading),
        waiting=reading.words("second.waiting") if known.waiting else "",
        opinions=tuple(act(one, reading) for one in known.opinions),
        acts=tuple(act(decided, reading) for decided in known.history),
        timeline=revisions.timeline(document, reading.words, reading.moment),
        edits=revisions.edits(document, reading.words, reading.moment),
        viewing=viewing.account.display if viewing else "",
        cases=cases,
    )


def _gone(document: Document, reading: Reading) -> str:
    if document.gone is None:
        return ""
    moved = document.gone.reason is GoneReason.MOVED
    key = "gone.moved" if moved else "gone.sentence"
    return reading.words(key, when=reading.moment(document.gone.at))


def _places(analysis: Analysis, reading: Reading) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for hit in analysis.places:
        found.setdefault(
            reading.unit_name(hit.unit) or hit.name, reading.words.told(hit.why)
        )
    return tuple(found.items())


def copy_of(
    head: Document, other: Document, reading: Reading, *, decided: bool
) -> Copy:
    """Compare another post of the story with the one on the desk."""
    post = other.post
    found = difference(
        masked_text(head, reading.words), masked_text(other, reading.words)
    )
    same = post.whole_text == head.post.whole_text
    alike = not any(counts(found))
    return Copy(
        id=post.id,
        revision=post.revision,
        source=reading.source_name(other),
        when=reading.moment(post.when),
        earlier=post.when < head.post.when,
        same=same,
        hidden=alike and not same,
        decided=decided,
        pieces=revisions.labelled(found, reading.words),
    )


def masked_text(document: Document, words: Wording) -> str:
    """Return title and text with personal data masked."""
    post = document.post
    return passages.plain(
        passages.pieces(post.whole_text, (), masks_of(document.analysis, words))
    )
