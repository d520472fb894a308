"""Closed sets of names. A change to any of them is an ADR.

`false` is a verdict and so a person's word; no label of a model may be called so.
"""

from enum import StrEnum


class PostKind(StrEnum):
    """What a post is, where it was published."""

    ARTICLE = "article"
    POST = "post"
    COMMENT = "comment"
    REPORT = "report"


class About(StrEnum):
    """Result of the place gate."""

    PROVINCE = "province"
    MENTION = "mention"
    HISTORY = "history"
    OTHER = "other"
    NONE = "none"


class Harm(StrEnum):
    """Types of harm; there is none for opinion about authorities, and none may come."""

    SCAM = "scam"
    IMPERSONATION = "impersonation"
    HATE = "hate"
    ABUSE = "abuse"
    GAMBLING_CREDIT = "gambling_credit"
    PANIC = "panic"
    HEALTH_DANGER = "health_danger"
    PERSONAL_DATA = "personal_data"
    INCITEMENT = "incitement"


class Label(StrEnum):
    """Yes-or-no labels that are not harm."""

    COMPLAINT = "complaint"
    CHECKABLE_CLAIM = "checkable_claim"
    ANSWER_OWED = "answer_owed"


class Topic(StrEnum):
    """The eight topics of the national fake-news centre."""

    POLICY_LAW = "policy_law"
    ECONOMY = "economy"
    HEALTH = "health"
    DISASTER_EPIDEMIC = "disaster_epidemic"
    SECURITY_ORDER = "security_order"
    FAKE_ACCOUNT = "fake_account"
    SCAM_LINK = "scam_link"
    OTHER = "other"


class Stance(StrEnum):
    """Of an article towards the province's situation and management."""

    POSITIVE = "pos"
    NEUTRAL = "neu"
    NEGATIVE = "neg"


class Queue(StrEnum):
    """The four queues; a post may be in several."""

    HARMFUL = "harmful"
    CLAIMS = "claims"
    ANSWERS = "answers"
    PRESS = "press"


class Verdict(StrEnum):
    """What a person decides about one revision of a post."""

    FALSE = "false"
    MISLEADING = "misleading"
    TRUE = "true"
    HARMFUL = "harmful"
    INSUFFICIENT = "insufficient"
    LEGITIMATE_CRITICISM = "legitimate_criticism"
    ANSWER_NEEDED = "answer_needed"
    NO_ISSUE = "no_issue"
    OUT_OF_SCOPE = "out_of_scope"

    @property
    def needs_evidence(self) -> bool:
        """Whether the verdict may only be given with evidence attached."""
        return self in {Verdict.FALSE, Verdict.MISLEADING, Verdict.TRUE}


class Role(StrEnum):
    """What an account may do; see `casework.permissions`."""

    ANALYST = "analyst"
    SENIOR = "senior"
    PRESS = "press"
    DRAFTER = "drafter"
    LEADER = "leader"
    GRASSROOTS = "grassroots"
    ADMIN = "admin"
    AUDITOR = "auditor"


class GoneReason(StrEnum):
    """Why a post no longer stands where it stood, or stands there again."""

    DELETED = "deleted"
    MOVED = "moved"
    RESTORED = "restored"
