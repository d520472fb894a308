"""How long a post is kept, and under which rule. Pure.

The days are the profile's `[retention]`; 0 or a missing key means no automatic end. A
post is kept as long as the longest rule that applies to it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from domain.analysis import Analysis
from domain.ids import Digest
from domain.labels import About, Label, PostKind, Queue, Verdict
from domain.review import ReviewState

ERASED = "erased"
"""`Analysis.pipeline` of the marker that `jobs.erasure` writes first."""

FOR_EVER = datetime.max.replace(tzinfo=UTC)


class Rule(StrEnum):
    """Keys of the profile's `[retention]` that are about posts."""

    GATE_DROPPED = "gate_dropped"
    GATE_SAMPLE = "gate_sample"
    UNFLAGGED_PERSONAL = "unflagged_personal"
    FLAGGED_UNREVIEWED = "flagged_unreviewed"
    REVIEWED_HARMLESS = "reviewed_harmless"
    PRESS = "press"
    PRESS_FLAGGED = "press_flagged"
    CASE_CLOSED = "case_closed"
    BEGUN = "begun"
    """No key of a profile: a deletion that was begun is brought to its end."""


_BY_VERDICT: Mapping[Verdict, Rule] = {
    Verdict.NO_ISSUE: Rule.REVIEWED_HARMLESS,
    Verdict.LEGITIMATE_CRITICISM: Rule.REVIEWED_HARMLESS,
    Verdict.OUT_OF_SCOPE: Rule.REVIEWED_HARMLESS,
    Verdict.TRUE: Rule.REVIEWED_HARMLESS,
    Verdict.INSUFFICIENT: Rule.FLAGGED_UNREVIEWED,
    Verdict.FALSE: Rule.CASE_CLOSED,
    Verdict.MISLEADING: Rule.CASE_CLOSED,
    Verdict.HARMFUL: Rule.CASE_CLOSED,
    Verdict.ANSWER_NEEDED: Rule.CASE_CLOSED,
}

CASE_VERDICTS = frozenset(v for v, r in _BY_VERDICT.items() if r is Rule.CASE_CLOSED)
"""Verdicts that others act upon: the post and its captures belong to a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """What the rules look at, without the text; one state of one post."""

    version: tuple[int, int]
    fetched: datetime
    article: bool
    passed: bool
    sampled: bool
    flagged: bool
    answer_owed: bool
    erased: bool = False
    evidence: Digest | None = None

    @classmethod
    def of(cls, analysis: Analysis) -> "PostFacts":
        """Take the facts out of an analysis."""
        judged = analysis.judgement
        return cls(
            version=analysis.version,
            fetched=analysis.post.fetched,
            article=analysis.post.kind is PostKind.ARTICLE,
            passed=analysis.about in {About.PROVINCE, About.MENTION},
            sampled=analysis.sampled,
            flagged=_queued(analysis) or any(s.flagged for s in judged.labels),
            answer_owed=judged.flagged(Label.ANSWER_OWED),
            erased=analysis.pipeline == ERASED,
            evidence=analysis.post.evidence,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """Until when, and by which rule."""

    rule: Rule
    until: datetime


@dataclass(frozen=True, slots=True)
class Policy:
    """The days per rule, as the profile states them."""

    days: Mapping[str, int]

    def until(self, rule: Rule, since: datetime) -> datetime:
        """Return the end of a rule that counts from then."""
        days = self.days.get(rule, 0)
        return since + timedelta(days=days) if days > 0 else FOR_EVER

    def kept(self, facts: PostFacts, review: ReviewState | None) -> Kept:
        """Return how long a post is kept.

        Unreviewed, it counts from the last capture; reviewed, from the decision. A
        revision newer than the decision adds the unreviewed rule again, and so does a
        verdict that waits for a second person's: it may still become another.
        """
        if facts.erased:
            return Kept(Rule.BEGUN, facts.fetched)
        reviewed = review is not None and review.verdict is not None
        kept = []
        if review is not None and review.verdict is not None:
            rule = _BY_VERDICT[review.verdict]
            kept.append(Kept(rule, self.until(rule, review.at)))
        reopened = review is not None and review.revision < facts.version[0]
        waits = review is not None and review.provisional
        if not reviewed or reopened or waits or facts.article:
            rule = unreviewed_rule(facts)
            kept.append(Kept(rule, self.until(rule, facts.fetched)))
        return max(kept, key=lambda one: one.until)

    def earliest(self, facts: PostFacts) -> datetime:
        """Return a time before which no review could let the post go."""
        if facts.erased:
            return facts.fetched
        rules = {unreviewed_rule(facts)}
        if not facts.article:
            rules |= {Rule.REVIEWED_HARMLESS}
        return min(self.until(rule, facts.fetched) for rule in rules)


def _queued(analysis: Analysis) -> bool:
    """Whether a reason put it into a queue; having been drawn at random is none."""
    drawn = {Queue.HARMFUL} if analysis.sampled else set()
    return bool(set(analysis.queues) - drawn)


def unreviewed_rule(facts: PostFacts) -> Rule:
    """Return the rule of a post that nobody decided on."""
    if not facts.passed:
        return Rule.GATE_SAMPLE if facts.sampled else Rule.GATE_DROPPED
    if facts.article:
        return Rule.PRESS_FLAGGED if facts.answer_owed else Rule.PRESS
    return Rule.FLAGGED_UNREVIEWED if facts.flagged else Rule.UNFLAGGED_PERSONAL
