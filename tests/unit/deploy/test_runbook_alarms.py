"""The runbook names every alarm that there is, with the bounds that the rules have."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs import health, source_health
from jobs.health_facts import Facts, Failure, HealthRow, JobFacts, SourceFacts, State
from jobs.probe import GROUPS

RUNBOOK = Path(__file__).parents[3] / "docs" / "operate.md"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
GONE = Failure("gone")


def table() -> list[str]:
    text = RUNBOOK.read_text(encoding="utf-8")
    start = text.index("| alarm | when |")
    return text[start : text.index("\n\n", start)].splitlines()[2:]


def alarms() -> list[HealthRow]:
    """Return every alarm that the rules can raise."""
    silent = SourceFacts(
        id="a", name="A", interval=timedelta(hours=1), last_success=NOW - timedelta(9)
    )
    overdue = JobFacts(name="stories", ok=True, message="", at=NOW, overdue=True)
    failed = JobFacts(name="outbox", ok=False, message="", at=NOW)
    gone = Facts(
        now=NOW,
        **dict.fromkeys(
            (
                *("lag", "documents", "casework", "free_bytes"),
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
        sources=[silent],
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
        *("log", "lag", "index", "casework", "outbox", "rejected"),
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
    silent = row_of("source.<id>", "not reached")
    hours = int(source_health.LEAST_LATE.total_seconds() // 3600)
    for number in (source_health.LATE_WARN, hours):
        assert f"{number} " in silent
    for number in (source_health.LATE_BAD, 4 * hours):
        assert f"{number} " in silent or f"{number})" in silent
    assert f"{source_health.PARSED_USUAL:.0%}".replace("%", " %") in row_of(
        "source.<id>", "understood"
    )
    assert source_health.PARSED_LEAST == 0.5
    assert "half" in row_of("source.<id>", "understood")
    assert source_health.COLLAPSED == 0.2
    assert "a fifth" in row_of("source.<id>", "fallen")


def test_the_place_for_sizes_is_there() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    assert text.count("<!-- sizing -->") == 1
    assert text.index("<!-- sizing -->") < text.index("<!-- sizing: end -->")
