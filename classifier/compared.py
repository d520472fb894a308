"""What a comparison of two models says: values, rules and the page.

Apart from measuring, so that who only shows a comparison does not load a classifier.
"""

from dataclasses import dataclass
from enum import StrEnum

from classifier.metrics import Figure

SLACK = 0.01
"""How much a figure may fall: between two trainings it moves by some tenths of a point
for nothing. Wider, and a worse model passes; none, and hardly any candidate does."""


class Rule(StrEnum):
    """When a figure refuses a candidate."""

    NEVER_MORE = "never_more"
    """Honest posts flagged: not one more, whatever else is won."""
    NOT_ABOVE = "not_above"
    """Smaller is better; may rise by `SLACK`."""
    NOT_BELOW = "not_below"
    """Larger is better; may fall by `SLACK`, and not under the release line."""
    TOLD = "told"
    """Shown, never a reason to refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One figure of both models. `part` says what it was measured on."""

    part: str
    name: str
    texts: int
    rule: Rule
    live: Figure
    candidate: Figure
    floor: float = 0.0

    @property
    def worse(self) -> bool:
        """Whether this figure alone refuses the candidate."""
        slack = max(SLACK, 1 / self.texts) if self.texts else SLACK
        gain = self.candidate.value - self.live.value
        match self.rule:
            case Rule.NEVER_MORE:
                return gain > _NOTHING
            case Rule.NOT_ABOVE:
                return gain > slack + _NOTHING
            case Rule.NOT_BELOW:
                # A line that the live model itself misses asks for no more than that.
                least = min(self.floor, self.live.value)
                fell = gain < -slack - _NOTHING
                return fell or self.candidate.value < least - _NOTHING
            case Rule.TOLD:
                return False

    def sentence(self) -> str:
        """Say the figure of both in words."""
        name = f"{self.part}, {self.name.replace('_', ' ')}"
        return f"{name}: {shown(self, self.candidate)}, live {shown(self, self.live)}"


_NOTHING = 1e-9


def shown(of: Compared, figure: Figure) -> str:
    """Write a figure as its name asks for: a cost plainly, all else in per cent."""
    return f"{figure.value:.3f}" if of.name == "cost" else f"{figure.value:.1%}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both models on everything, guard first."""

    live: str
    candidate: str
    figures: tuple[Compared, ...]

    @property
    def worse(self) -> tuple[Compared, ...]:
        """The figures that refuse the candidate, in the order they are looked at."""
        return tuple(figure for figure in self.figures if figure.worse)


def comparison_markdown(made: Comparison) -> str:
    """Write the comparison as a page."""
    verdict = (
        "The candidate may be promoted: no figure is worse."
        if not made.worse
        else "**Refused.** Worse: "
        + "; ".join(figure.sentence() for figure in made.worse)
        + "."
    )
    rows = "".join(_line(figure) for figure in made.figures)
    return f"""\
# Candidate {made.candidate} beside {made.live}

{verdict}

| measured on | figure | texts | live | candidate | rule | |
|---|---|---|---|---|---|---|
{rows}
In brackets: 95 % bootstrap intervals. `never_more` refuses for a single honest post;
the others may lose {SLACK:.0%} or one text, whichever is more.
"""


def _line(figure: Compared) -> str:
    cells = [
        f"{shown(figure, of)} ({of.low:.3f} to {of.high:.3f})"
        for of in (figure.live, figure.candidate)
    ]
    return (
        f"| {figure.part} | {figure.name.replace('_', ' ')} | {figure.texts} "
        f"| {' | '.join(cells)} | `{figure.rule}` "
        f"| {'worse' if figure.worse else ''} |\n"
    )
