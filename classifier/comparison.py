"""Holds a candidate against the live model, and says which figure is worse.

Measured on the frozen test part and guard, on a gold set of the office where there is
one, and on the newest reviews, which the candidate was not trained on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from classifier.compared import Compared, Comparison, Rule
from classifier.costs import FALSE_FLAG, FALSE_FLAG_HONEST, MISSED
from classifier.evaluation import Report, evaluate_command, judge_rows
from classifier.guard_suites import ALIKE, HONEST, Pool, release_line, suite_name
from classifier.heads import HARMS
from classifier.metrics import Booleans, Doubles, Figure, rate, samples
from classifier.port import Classifier
from classifier.rows import Row

Progress = Callable[[str, float], None]


def compare(
    live: Classifier,
    candidate: Classifier,
    *,
    gold: Sequence[Row] = (),
    recent: Sequence[Row] = (),
    progress: Progress = lambda _what, _share: None,
) -> Comparison:
    """Measure both. `recent` are reviewed posts that the candidate has not seen."""
    reports = []
    for place, model in enumerate((live, candidate)):
        progress(f"measuring {model.version}", place / 2)
        reports.append(evaluate_command(model))
    figures = [*_frozen(*reports), *_aims(*reports)]
    if gold:
        figures += _harm("gold", gold, live, candidate)
    if recent:
        figures += _harm("recent reviews", recent, live, candidate, selected=True)
        figures.append(_cost(recent, live, candidate))
    progress("compared", 1.0)
    order = list(Rule)
    return Comparison(
        live=live.version,
        candidate=candidate.version,
        figures=tuple(sorted(figures, key=lambda figure: order.index(figure.rule))),
    )


def _frozen(live: Report, candidate: Report) -> Iterator[Compared]:
    """The criticism guard and its look-alikes."""
    yield Compared(
        part="guard criticism",
        name="honest_flagged",
        texts=live.guard.texts,
        rule=Rule.NEVER_MORE,
        live=live.guard.false_flags,
        candidate=candidate.guard.false_flags,
    )
    for pool in Pool:
        line = release_line(pool)
        for file, name, rule in (
            (HONEST, "honest_flagged", Rule.NEVER_MORE),
            (ALIKE, "harm_found", Rule.NOT_BELOW),
        ):
            suite = suite_name(file, pool)
            yield Compared(
                part=f"guard {suite}",
                name=name,
                texts=live.suites[suite].texts,
                rule=rule,
                live=live.suites[suite].flagged,
                candidate=candidate.suites[suite].flagged,
                floor=line.recall,
            )


def _aims(live: Report, candidate: Report) -> Iterator[Compared]:
    """The frozen test part."""
    for name, rule, pick in _OF_TEST:
        yield Compared(
            part="test",
            name=name,
            texts=live.texts,
            rule=rule,
            live=pick(live),
            candidate=pick(candidate),
        )


def _point(value: float) -> Figure:
    return Figure(value=value, low=value, high=value)


_OF_TEST: tuple[tuple[str, Rule, Callable[[Report], Figure]], ...] = (
    ("honest_flagged", Rule.NEVER_MORE, lambda r: r.honest_false_flags),
    ("harmless_flagged", Rule.NOT_ABOVE, lambda r: r.harmless_false_flags),
    ("harm_found", Rule.NOT_BELOW, lambda r: r.harmful_recall),
    ("harm_macro_f1", Rule.NOT_BELOW, lambda r: _point(r.macro_f1_harm)),
    ("complaint_f1", Rule.NOT_BELOW, lambda r: r.labels["complaint"].f1),
    ("group_swap_gap", Rule.NOT_ABOVE, lambda r: _point(r.swaps.max_gap)),
)


def _harm(
    part: str,
    rows: Sequence[Row],
    live: Classifier,
    candidate: Classifier,
    *,
    selected: bool = False,
) -> Iterator[Compared]:
    """Flags on posts that somebody called honest, harmless or harmful.

    `selected`: the posts came before a reviewer because the live model flagged them, so
    what it found is no measure and is only told; what it costs is judged instead.
    """
    asked = [row for row in rows if row.speaks_of_harm]
    flags = [flagged(model, asked) for model in (live, candidate)]
    kinds: Mapping[str, tuple[Rule, list[bool]]] = {
        "honest_flagged": (Rule.NEVER_MORE, [row.honest for row in asked]),
        "harmless_flagged": (
            Rule.TOLD if selected else Rule.NOT_ABOVE,
            [not row.harm for row in asked],
        ),
        "harm_found": (
            Rule.TOLD if selected else Rule.NOT_BELOW,
            [bool(row.harm) for row in asked],
        ),
    }
    for name, (rule, holds) in kinds.items():
        chosen = np.asarray(holds, bool)
        if chosen.any():
            yield Compared(
                part=part,
                name=name,
                texts=int(chosen.sum()),
                rule=rule,
                live=rate(flags[0][chosen]),
                candidate=rate(flags[1][chosen]),
            )


def _cost(rows: Sequence[Row], live: Classifier, candidate: Classifier) -> Compared:
    asked = [row for row in rows if row.speaks_of_harm]
    missed = np.asarray([MISSED if row.harm else 0.0 for row in asked])
    wrong = np.asarray([_wrong(row) for row in asked])
    costs = [
        _mean(np.where(flagged(model, asked), wrong, missed))
        for model in (live, candidate)
    ]
    return Compared(
        part="recent reviews",
        name="cost",
        texts=len(asked),
        rule=Rule.NOT_ABOVE,
        live=costs[0],
        candidate=costs[1],
    )


def _wrong(row: Row) -> float:
    if row.harm:
        return 0.0
    return FALSE_FLAG_HONEST if row.complaint else FALSE_FLAG


def _mean(values: Doubles) -> Figure:
    if not len(values):
        return _point(0.0)
    means = values[samples(len(values), 7)].mean(axis=1)
    low, high = np.quantile(means[1:], [0.025, 0.975])
    return Figure(value=float(means[0]), low=float(low), high=float(high))


def flagged(model: Classifier, rows: Sequence[Row]) -> Booleans:
    """Tell which texts are flagged with any harm."""
    return np.asarray(
        [
            any(score.flagged and score.name in HARMS for score in judgement.labels)
            for judgement in judge_rows(model, rows)
        ],
        bool,
    )
