"""Reviews as training data: who decided what, when, on which text, shown what.

Joins casework's decisions with the analyses of the log. What was erased has neither and
drops out by itself, also when an erasure is only half done.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from casework.model import Decided
from casework.opinions import Turn
from casework.permissions import Act, may
from classifier.rows import Row
from domain.analysis import Analysis
from domain.ids import PostId
from domain.labels import Harm, Label, PostKind, Verdict
from eventlog.port import EventLog
from jobs.archive import analysis_of, records
from jobs.learning.answers import answers, contradict
from jobs.retention_rules import ERASED
from pipeline.keys import analysis_key, post_of_key

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Decisions(Protocol):
    """What is asked of casework."""

    def decisions_since(self, when: datetime) -> Sequence[Decided]:
        """Return all decisions and undos since then, oldest first."""
        ...


class LeftOut(StrEnum):
    """Why a decided post teaches nothing."""

    NO_TEXT = "no_text"
    """Erased, or no longer in the log as it was when reviewed."""
    SILENT = "silent"
    """The verdict says nothing of any label."""
    EXCLUDED = "excluded"
    """Decided by accounts alone whose verdicts were not to teach."""
    CONTRADICTED = "contradicted"
    """Two reviewers disagree and no supervisor has spoken."""
    PROVISIONAL = "provisional"
    """The verdict waits for a second reviewer, or for one who settles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One reviewer's standing verdict; `by` is the id of an account, not a name."""

    by: str
    at: datetime
    queue: str
    verdict: Verdict
    harm: Harm | None
    head: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One post as reviewed, and what its reviewers' words answer.

    `model` and `shown` are the model and the scores that the reader saw; empty where
    the post was judged again after the decision.
    """

    post_id: PostId
    revision: int
    title: str
    text: str
    kind: PostKind
    words: tuple[Word, ...]
    said: Mapping[str, bool]
    model: str = ""
    shown: Mapping[str, float] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """When the last of its words was spoken."""
        return max(word.at for word in self.words)

    @property
    def row(self) -> Row:
        """The row that training takes; it speaks of what was answered alone."""
        said = self.said
        return Row(
            id=self.post_id,
            title=self.title,
            text=self.text,
            kind=self.kind,
            harm=tuple(harm for harm in Harm if said.get(harm.value)),
            complaint=said.get(Label.COMPLAINT.value, False),
            claim=said.get(Label.CHECKABLE_CLAIM.value, False),
            owed=said.get(Label.ANSWER_OWED.value, False),
            register="reviewed",
            note=self.words[-1].verdict.value,
            speaks=tuple(said),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that can be learnt from, oldest decision first, and what was left out."""

    reviewed: Sequence[Reviewed]
    left_out: Mapping[LeftOut, int]


def gather_reviews(
    log: EventLog, casework: Decisions, *, without: Collection[str] = ()
) -> Gathered:
    """Join decisions with the texts that they were made on.

    Verdicts of the accounts `without` (ids) neither teach nor measure. Memory holds the
    text of every reviewed post, once.
    """
    everything = casework.decisions_since(_EVER)
    decided = [one for one in everything if not one.provisional]
    words = standing_words([one for one in decided if one.by.id not in without])
    texts = _texts(log, {post: revision for post, (revision, _) in words.items()})
    left_out: Counter[LeftOut] = Counter()
    if without and (gone := len(standing_words(decided)) - len(words)):
        left_out[LeftOut.EXCLUDED] = gone
    if waiting := standing_words(everything).keys() - standing_words(decided).keys():
        left_out[LeftOut.PROVISIONAL] = len(waiting)
    found = []
    for post, (_, spoken) in words.items():
        analysis = texts.get(post)
        made = LeftOut.NO_TEXT if analysis is None else reviewed(analysis, spoken)
        if isinstance(made, Reviewed):
            found.append(made)
        else:
            left_out[made] += 1
    return Gathered(
        reviewed=sorted(found, key=lambda one: (one.at, one.post_id)),
        left_out=left_out,
    )


def standing_words(
    decided: Iterable[Decided],
) -> Mapping[PostId, tuple[int, Sequence[Word]]]:
    """Return each post's last reviewed revision and what stands of it, oldest first.

    A reviewer's later word on that revision replaces the earlier one.
    """
    by_post: dict[PostId, list[Decided]] = defaultdict(list)
    for one in decided:
        if one.undoes is None and not one.undone:
            by_post[one.decision.post_id].append(one)
    words = {}
    for post, all_of_it in by_post.items():
        revision = max(one.decision.revision for one in all_of_it)
        last = {
            one.by.id: one for one in all_of_it if one.decision.revision == revision
        }
        spoken = sorted(last.values(), key=lambda one: one.id)
        words[post] = (revision, [_word(one) for one in spoken])
    return words


def _word(one: Decided) -> Word:
    return Word(
        by=one.by.id,
        at=one.at,
        queue=one.decision.queue,
        verdict=one.decision.verdict,
        harm=one.decision.harm,
        head=one.turn is Turn.SETTLING or may(one.by.role, Act.SETTLE),
    )


def reviewed(analysis: Analysis, words: Sequence[Word]) -> Reviewed | LeftOut:
    """Put text and words together, or say why nothing can be learnt."""
    flags = {score.name for score in analysis.judgement.labels if score.flagged}
    pairs = [
        (word, said)
        for word in words
        if (
            said := answers(
                word.verdict, word.harm, kind=analysis.post.kind, flagged=flags
            )
        )
    ]
    if not pairs:
        return LeftOut.SILENT
    if _disputed([said for _, said in pairs]):
        heads = [pair for pair in pairs if pair[0].head]
        if not heads:
            return LeftOut.CONTRADICTED
        pairs = [max(heads, key=lambda pair: pair[0].at)]
    spoken = tuple(word for word, _ in pairs)
    # Judged again after the decision: what the reader was shown is no longer known.
    seen = analysis.analysed_at <= min(word.at for word in spoken)
    return Reviewed(
        post_id=analysis.post.id,
        revision=analysis.post.revision,
        title=analysis.post.title,
        text=analysis.post.text,
        kind=analysis.post.kind,
        words=spoken,
        said={name: value for _, said in pairs for name, value in said.items()},
        model=analysis.judgement.model if seen else "",
        shown=dict(_scores(analysis)) if seen else {},
    )


def _scores(analysis: Analysis) -> Iterator[tuple[str, float]]:
    for score in analysis.judgement.labels:
        yield score.name, round(score.probability, 4)


def _disputed(said: Sequence[Mapping[str, bool]]) -> bool:
    return any(
        contradict(one, other)
        for place, one in enumerate(said)
        for other in said[place + 1 :]
    )


def _texts(log: EventLog, revisions: Mapping[PostId, int]) -> dict[PostId, Analysis]:
    """Return the last analysis of each post's reviewed revision, erased ones left out.

    An erasure marks one revision first and buries the rest later: the mark alone makes
    the whole post unreadable.
    """
    texts: dict[PostId, Analysis] = {}
    marked: set[str] = set()
    for record in records(log):
        post = post_of_key(record.key)
        if post not in revisions:
            continue
        analysis = analysis_of(record)
        marked.discard(record.key)
        if analysis is not None and analysis.pipeline == ERASED:
            marked.add(record.key)
        if record.key == analysis_key(post, revisions[post]):
            if analysis is None:
                texts.pop(post, None)
            else:
                texts[post] = analysis
    erased = {post_of_key(key) for key in marked}
    return {post: found for post, found in texts.items() if post not in erased}
