"""How sources are shown: a line each, and the figures of one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape

from domain.profile import SourceSpec
from jobs.health_facts import Lag, SourceFacts, State
from jobs.source_health import PARTS, SourceReport
from jobs.source_past import VisitSum
from ui import faults, shown
from ui.context import SourceTrial
from ui.reading import Reading
from ui.wording import Wording
from wiring.source_edits import FieldFlaw

MARKS = {State.OK: "●", State.WARN: "▲", State.BAD: "■", State.UNKNOWN: "○"}
"""A shape for each state, so that it is told without colour."""

OFF_MARK = "‖"
OPEN_MARK = "◇"
"""A channel that others send to: it is not visited, so nothing is judged."""

NEEDED = ("title", "date", "text")
"""Parts without which a page is no post."""

_RANK = {State.BAD: 0, State.WARN: 1, State.UNKNOWN: 2, State.OK: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source with what is known of it.

    `report` is None of one that is switched off, and of a channel that is not visited.
    """

    spec: SourceSpec
    report: SourceReport | None

    @property
    def sick(self) -> bool:
        return self.report is not None and self.report.sick

    @property
    def well(self) -> bool:
        return self.report is not None and self.report.first.state is State.OK

    @property
    def rank(self) -> tuple[int, str]:
        """Sorts the sick ones first and those switched off last."""
        if self.report is None:
            return len(_RANK) + (not self.spec.enabled), self.spec.name
        return _RANK[self.report.first.state], self.spec.name


def lines(
    sources: Sequence[SourceSpec], reports: Sequence[SourceReport]
) -> list[SourceLine]:
    """Put sources and reports together, the sick ones first."""
    known = {report.facts.id: report for report in reports}
    found = [
        SourceLine(spec=s, report=known.get(s.id) if s.enabled else None)
        for s in sources
    ]
    return sorted(found, key=lambda line: line.rank)


def finding(found: Sequence[SourceLine], reading: Reading) -> str:
    """Say in a sentence how many of the visited sources need a look, or are well."""
    on = [line for line in found if line.report is not None]
    bad, good = sum(line.sick for line in on), sum(line.well for line in on)
    if bad:
        return reading.words("sources.finding_bad", count=bad, all=len(on))
    if good < len(on):
        new = len(on) - good
        return reading.words("sources.finding_new", good=good, all=len(on), new=new)
    return reading.words("sources.finding_fine", all=len(on))


def kind_of(spec: SourceSpec, reading: Reading) -> str:
    """Name the kind of a source."""
    return reading.words.section("sources").get(f"kind_{spec.kind}", spec.kind)


def state_of(line: SourceLine, reading: Reading) -> tuple[str, str, str]:
    """Return shape, word and reason."""
    if line.report is None and line.spec.enabled:
        return OPEN_MARK, reading.words("sources.open"), ""
    if line.report is None:
        return OFF_MARK, reading.words("sources.off"), line.spec.note
    first = line.report.first
    said = reading.words.told(first.said) if line.sick else ""
    return MARKS[first.state], reading.words(f"condition.{first.condition}"), said


def today_against_usual(facts: SourceFacts, words: Wording) -> str:
    """Write new posts of 24 hours beside what is usual."""
    today = "–" if facts.today is None else words.number(facts.today)
    usual = "–" if facts.usual is None else words.number(facts.usual.median)
    return f"{today} / {usual}"


def lag(found: Lag | None, reading: Reading) -> str:
    """Write the median and the 95th percentile of the lag."""
    if found is None:
        return "–"
    return f"{length(found.p50, reading)} / {length(found.p95, reading)}"


def length(span: timedelta, reading: Reading) -> str:
    """Write a length of time in its largest unit."""
    unit, count = shown.span(max(span.total_seconds(), shown.MINUTE))
    return reading.words(f"span.{unit}", count=reading.words.number(count))


def shares(sums: VisitSum, words: Wording) -> str:
    """Write the shares of pages with title, date, text, author, in per cent."""
    if not sums.tried:
        return "–"
    return " · ".join(words.percent(sums.share(part)) for part in PARTS)


def errors(sums: VisitSum, words: Wording) -> str:
    """Write how many failed, and of which kind most."""
    if not sums.failures:
        return "0"
    worst = max(sums.errors, key=lambda code: sums.errors[code])
    return f"{words.number(sums.failures)}: {faults.said(worst, words)}"


def trial(found: SourceTrial, words: Wording) -> list[str]:
    """Say what a trial visit brought: the verdict, the parts, what failed."""
    pages = words.number(found.pages)
    parts = " · ".join(
        f"{words(f'source.part_{part}')} {words.number(count)}/{pages}"
        for part, count in found.parts.items()
    )
    failed = faults.counted(found.errors, words)
    lines = [_verdict(found, words), parts if found.pages else ""]
    lines.append(words("source.trial_faults", faults=failed) if failed else "")
    return [line for line in (*lines, found.message) if line]


def _verdict(found: SourceTrial, words: Wording) -> str:
    """Tell pages that lack something from others that could not be had at all."""
    pages = words.number(found.pages)
    if found.sound:
        return words("source.trial_good", pages=pages)
    if not found.pages:
        return words("source.trial_none")
    lacking = [p for p in NEEDED if found.parts.get(p, 0) < found.pages]
    if lacking:
        said = ", ".join(words(f"source.part_{part}") for part in lacking)
        return words("source.trial_lacks", pages=pages, parts=said)
    count = words.number(sum(found.errors.values()))
    return words("source.trial_errors", pages=pages, count=count)


def flaws(wrong: Sequence[FieldFlaw], words: Wording) -> list[str]:
    """Name each wrong field as the page does, and say what is wrong with it."""
    return [
        words(
            "source.flaw",
            field=words(f"source.f_{flaw.field}"),
            said=words.told(flaw.said),
        )
        for flaw in wrong
    ]


def next_visit(due: datetime | None, reading: Reading) -> str:
    """Write when the next visit begins: the time, or that it is due."""
    if due is None:
        return "–"
    return reading.words("sources.due") if due <= reading.now else reading.short(due)


def sparkline(days: Sequence[tuple[date, int | None]], reading: Reading) -> str:
    """Draw new posts by day as small columns; a gap is an empty dotted place."""
    most = max((count or 0 for _, count in days), default=0) or 1
    columns = "".join(_column(count, most) for _, count in days)
    none = reading.words("overview.none_day")
    said = "; ".join(
        f"{day:%d/%m}: {none if count is None else count}" for day, count in days
    )
    return (
        f"<span class='mt-spark' role='img' aria-label='{escape(said)}'"
        f" title='{escape(said)}'>{columns}</span>"
    )


def _column(count: int | None, most: int) -> str:
    if count is None:
        return "<i class='gap'></i>"
    return (
        f"<i><b style='height:{max(6, round(100 * count / most))}%'></b></i>"
        if (count)
        else "<i></i>"
    )


def gaps(days: Sequence[tuple[date, int | None]]) -> int:
    return sum(count is None for _, count in days)
