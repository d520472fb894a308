"""The runbook names every alarm that there is, with the bounds that the rules have."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs import health, source_health
from jobs.health_facts import Facts, Failure, HealthRow, JobFacts, SourceFacts, State
from jobs.probe import GROUPS
from jobs.source_habit import QUIET_MOST, Usual
from jobs.source_past import VisitSum

RUNBOOK = Path(__file__).parents[3] / "docs" / "operate.md"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
GONE = Failure("gone")


def table() -> list[str]:
    text = RUNBOOK.read_text(encoding="utf-8")
    start = text.index("| alarm | when |")
    return text[start : text.index("\n\n", start)].splitlines()[2:]


def sick_sources() -> dict[str, SourceFacts]:
    """Return a source in each condition that is an alarm, by the condition."""
    before = VisitSum(
        visits=99, pages=100, with_title=100, with_text=100, letters=200_000
    )
    whole = VisitSum(visits=9, pages=10, with_title=10, with_text=10, letters=20_000)
    found: dict[str, dict[str, Any]] = {
        "dead": {"last_success": NOW - timedelta(9), "streak": 90},
        "failing": {"last_success": NOW - timedelta(hours=10), "streak": 9},
        "late": {"last_success": NOW - timedelta(1), "due": NOW - timedelta(hours=9)},
        "refused": {"day": VisitSum(visits=3, refused=10)},
        "unlisted": {"day": VisitSum(visits=3, unlisted=3)},
        "misread": {"recent": replace(whole, with_title=0)},
        "errors": {"day": VisitSum(visits=3, errors={"timeout": 20})},
        "collapsed": {"today": 1, "usual": Usual(median=40, mad=2, days=9)},
        "quiet": {"quiet": timedelta(20)},
        "walled": {"recent": replace(whole, walled=9)},
        "cut": {"recent": replace(whole, letters=1_000)},
    }
    hour = timedelta(hours=1)
    return {
        condition: SourceFacts(
            id=condition, name="A", interval=hour, before=before, **facts
        )
        for condition, facts in found.items()
    }


def test_each_condition_of_a_source_arises_and_is_in_the_table() -> None:
    quiet = {source_health.Condition.NEVER, source_health.Condition.GOOD}
    assert set(sick_sources()) == set(source_health.Condition) - quiet
    for condition, facts in sick_sources().items():
        found = source_health.report(facts, NOW)
        assert (found.first.condition, found.sick) == (condition, True)
        assert row_of("source.<id>", f": `{condition}`")


def alarms() -> list[HealthRow]:
    """Return every alarm that the rules can raise."""
    overdue = JobFacts(name="stories", ok=True, message="", at=NOW, overdue=True)
    failed = JobFacts(name="outbox", ok=False, message="", at=NOW)
    gone = Facts(
        now=NOW,
        **dict.fromkeys(
            (
                *("lag", "documents", "casework", "evidence", "free_bytes"),
                *("model", "sources", "jobs", "outbox", "rejected"),
            ),
            GONE,
        ),
    )
    poor = Facts(
        now=NOW,
        lag=dict.fromkeys(GROUPS, 10**6),
        outbox=10**6,
        rejected=10**6,
        free_bytes=0,
        sources=list(sick_sources().values()),
        jobs=[overdue, failed],
    )
    rows = [*health.check(gone), *health.check(poor)]
    return [row for row in rows if row.state in {State.WARN, State.BAD}]


@pytest.mark.parametrize("row", alarms(), ids=lambda row: f"{row.name} {row.state}")
def test_the_table_has_the_alarm(row: HealthRow) -> None:
    name = re.sub(r"^source\..*", "source.<id>", row.name)
    name = re.sub(r"^job\..*", "job.<name>", name)
    assert [line for line in table() if line.startswith(f"| `{name}`")], row.name


def test_alarms_are_looked_for_where_they_arise() -> None:
    assert {row.name.split(".")[0] for row in alarms()} == {
        *("log", "lag", "index", "casework", "evidence", "outbox", "rejected"),
        *("disk", "model", "sources", "source", "job"),
    }


def row_of(name: str, part: str = "") -> str:
    (line,) = [row for row in table() if row.startswith(f"| `{name}`") and part in row]
    return line


def test_its_bounds_are_those_of_the_rules() -> None:
    gib = 1024**3
    bounds = {
        "lag.worker": (health.BEHIND_WARN, health.BEHIND_BAD),
        "outbox": (health.OUTBOX_WARN, health.OUTBOX_BAD),
        "rejected": (health.REJECTED_WARN, health.REJECTED_BAD),
        "disk": (health.FREE_WARN // gib, health.FREE_BAD // gib),
    }
    for name, (warn, bad) in bounds.items():
        assert f"{warn:,} " in row_of(name), name
        assert f"{bad:,} " in row_of(name), name


def percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def test_the_bounds_of_sources_are_those_of_the_rules() -> None:
    rules = source_health
    least = int(rules.LEAST_LATE.total_seconds() // 3600)
    late, bad = rules.LATE_WARN, rules.LATE_BAD
    rare, fall = percent(rules.RARE), round(100 * rules.PARSED_FALL)
    usual, lost = percent(rules.PARSED_USUAL), percent(rules.PARSED_LEAST)
    hours = f"{bad} (at least {4 * least} hours)"
    bounds: dict[str, tuple[object, ...]] = {
        "dead": (f"{rules.DEAD.days} days",),
        "failing": (f"{late} intervals (at least {least} hours)", hours),
        "late": (f"{late - 1} intervals (at least {least} hours)", hours),
        "refused": (percent(rules.REFUSED_MOST), rare),
        "unlisted": (rules.UNLISTED_LEAST, percent(rules.UNLISTED_MOST), rare),
        "misread": (usual, lost, f"{fall} points"),
        "errors": (rules.ERRORS_LEAST, percent(rules.ERRORS_MOST)),
        "collapsed": (percent(rules.COLLAPSED), f"{rules.BASELINE_LEAST} posts"),
        "quiet": (f"{QUIET_MOST.days} days",),
        "walled": (percent(rules.WALLED_MOST), rare),
        "cut": (percent(rules.CUT_SHARE), f"{rules.LETTERS_LEAST} letters"),
    }
    assert set(bounds) == set(sick_sources())
    for condition, numbers in bounds.items():
        for number in numbers:
            assert str(number) in row_of("source.<id>", f": `{condition}`"), condition


def test_the_place_for_sizes_is_there() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    assert text.count("<!-- sizing -->") == 1
    assert text.index("<!-- sizing -->") < text.index("<!-- sizing: end -->")
