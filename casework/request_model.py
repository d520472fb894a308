"""Values of people's requests about their data, and of objections to a flag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.model import Account
from domain.ids import PostId
from domain.labels import Verdict


class RequestKind(StrEnum):
    """What a letter asks for."""

    ERASE = "erase"
    RESTRICT = "restrict"
    CORRECT = "correct"
    OBJECTION = "objection"
    """An author or outlet contests that a post was flagged or judged as it was."""


class RequestStep(StrEnum):
    """How far a request has come; it only goes on."""

    RECEIVED = "received"
    FOUND = "found"
    ASSESSED = "assessed"
    ACTED = "acted"
    ANSWERED = "answered"


class Outcome(StrEnum):
    """What was decided on a request."""

    ERASED = "erased"
    RESTRICTED = "restricted"
    CORRECTED = "corrected"
    REFUSED = "refused"
    NOTHING_KEPT = "nothing_kept"
    UPHELD = "upheld"
    REJECTED = "rejected"


OUTCOMES: Mapping[RequestKind, frozenset[Outcome]] = {
    RequestKind.ERASE: frozenset(
        {Outcome.ERASED, Outcome.RESTRICTED, Outcome.REFUSED, Outcome.NOTHING_KEPT}
    ),
    RequestKind.RESTRICT: frozenset(
        {Outcome.RESTRICTED, Outcome.ERASED, Outcome.REFUSED, Outcome.NOTHING_KEPT}
    ),
    RequestKind.CORRECT: frozenset(
        {Outcome.CORRECTED, Outcome.ERASED, Outcome.REFUSED, Outcome.NOTHING_KEPT}
    ),
    RequestKind.OBJECTION: frozenset({Outcome.UPHELD, Outcome.REJECTED}),
}

CLEARING = frozenset(
    {
        Verdict.NO_ISSUE,
        Verdict.LEGITIMATE_CRITICISM,
        Verdict.OUT_OF_SCOPE,
        Verdict.INSUFFICIENT,
    }
)
"""Verdicts that an objection which is upheld may put in the former one's place."""

RECEIVED = "request_received"
"""The trigger of the law's rows that a request about data begins."""

DONE_RULE = "data-subject-done"
"""The duty that carrying out meets; all others that begin so are met by a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A letter as an officer enters it. `wanted` is what it asks, in few words."""

    kind: RequestKind
    who: str
    contact: str
    wanted: str
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A term of the law that runs on a request; `met` when it was kept to."""

    rule: str
    due: datetime
    met: datetime | None

    def missed(self, now: datetime) -> bool:
        return (self.met or now) > self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    post_id: PostId
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRequest:
    """A request; `revision` counts changes. Texts about the person may be stripped.

    `ordered` is when erasure was ordered, which a job then carries out. `papers` are
    digests of its certificates, `kept_back` counts posts that a hold kept from it.
    """

    number: str
    kind: RequestKind
    step: RequestStep
    who: str
    contact: str
    wanted: str
    received: datetime
    by: Account
    revision: int
    duties: Sequence[Duty] = ()
    posts: Sequence[FoundPost] = ()
    outcome: Outcome | None = None
    reason: str = ""
    done: str = ""
    answer: str = ""
    papers: Sequence[str] = ()
    kept_back: int = 0
    ordered: datetime | None = None
    replied: datetime | None = None
    acted: datetime | None = None
    answered: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """When the next duty that is not met is due."""
        return min((one.due for one in self.duties if one.met is None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTrace:
    """A step as the audit has it."""

    at: datetime
    who: str
    act: str


@dataclass(frozen=True, slots=True)
class OrderedErasure:
    """Posts that a job has to erase for a request."""

    number: str
    posts: Sequence[PostId]
