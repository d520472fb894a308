"""Which verdicts two people must give, and what their two words come to; pure.

A verdict that needs a second one is provisional until a colleague has judged the post
without knowing of it. Where the two agree it stands; else a third person, who sees
both, settles it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from hashlib import blake2b

from casework.rows import DecisionRow
from domain.errors import ConfigurationError
from domain.labels import Harm, Verdict

SEVERE = frozenset(
    {Harm.INCITEMENT, Harm.PANIC, Harm.HEALTH_DANGER, Harm.PERSONAL_DATA}
)
"""Harm that others act upon at once. Larger doubles the work of more posts, smaller
lets one person's slip set the police or a hospital going."""


class Turn(IntEnum):
    """Whose word a decision was: the two blind ones, or the one that settles."""

    FIRST = 1
    SECOND = 2
    SETTLING = 3


class SecondStatus(StrEnum):
    """Where a second review stands; `withdrawn`: no second word is asked for now."""

    WAITING = "waiting"
    AGREED = "agreed"
    DISAGREED = "disagreed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


OPEN = (SecondStatus.WAITING.value, SecondStatus.DISAGREED.value)
"""While it stands so, the verdict is provisional."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReviewPolicy:
    """`share` of the posts is drawn, whatever is said of them; `severe` harm always.

    A larger share costs reviewers' time, a smaller one leaves agreement unknown.
    """

    share: float = 0.0
    severe: frozenset[Harm] = frozenset()

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ConfigurationError(
                f"second_review_share is {self.share}.", hint="Use 0 to 1."
            )

    def draws(self, post_id: str, revision: int) -> bool:
        """Tell whether that revision of a post is drawn; always the same."""
        name = f"second review\0{post_id}\0{revision}".encode()
        return (
            int.from_bytes(blake2b(name, digest_size=8).digest()) < self.share * 2**64
        )

    def is_severe(self, row: DecisionRow) -> bool:
        """Tell whether a verdict needs a second one by what it says."""
        harmful = row.verdict == Verdict.HARMFUL
        return harmful and row.harm in {harm.value for harm in self.severe}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The words that count, and what they come to."""

    status: SecondStatus
    first: DecisionRow | None = None
    second: DecisionRow | None = None
    settling: DecisionRow | None = None


def weigh(
    standing: Sequence[DecisionRow], needed: Callable[[DecisionRow], bool]
) -> Weighed:
    """Weigh the decisions of one revision that were not undone, oldest first.

    A person's later word replaces the earlier one in its place. `needed` tells of the
    first word whether it needs a second.
    """
    blind = [row for row in standing if row.turn != Turn.SETTLING]
    settling = [row for row in standing if row.turn == Turn.SETTLING]
    words = list({row.account: row for row in blind}.values())
    first, second = (*words[:2], None, None)[:2]
    return Weighed(
        status=_status(first, second, needed=needed, settled=bool(settling)),
        first=first,
        second=second,
        settling=settling[-1] if settling else None,
    )


def _status(
    first: DecisionRow | None,
    second: DecisionRow | None,
    *,
    needed: Callable[[DecisionRow], bool],
    settled: bool,
) -> SecondStatus:
    if settled:
        return SecondStatus.SETTLED
    if first is None or (second is None and not needed(first)):
        return SecondStatus.WITHDRAWN
    if second is None:
        return SecondStatus.WAITING
    return SecondStatus.AGREED if agree(first, second) else SecondStatus.DISAGREED


def agree(one: DecisionRow, other: DecisionRow) -> bool:
    """Tell whether two words lead to the same: verdict, type of harm, agency."""
    return (one.verdict, one.harm, one.agency) == (
        other.verdict,
        other.harm,
        other.agency,
    )
