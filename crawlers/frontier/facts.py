"""What databases keep as JSON: a visit beside its times, and reaction counts."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from crawlers.frontier.port import SourceRun
from domain.ids import SourceId
from domain.post import Counts

_FACTS = (
    "requests",
    "new",
    "revised",
    "unchanged",
    "gone",
    "pages",
    "with_title",
    "with_date",
    "with_text",
    "with_author",
    "letters",
    "walled",
    "refused",
    "not_modified",
    "received",
    "listed",
    "pause_minutes",
    "polled",
    "message",
)


def facts_of(run: SourceRun) -> str:
    """Return the run without source and times as JSON."""
    facts = {name: getattr(run, name) for name in _FACTS}
    facts["errors"] = dict(run.errors) if run.errors is not None else None
    return json.dumps(facts)


def run_of(
    source: str, started: datetime, finished: datetime | None, facts: str
) -> SourceRun:
    """Put a run together again."""
    return SourceRun(
        source=SourceId(source),
        started=started,
        finished=finished,
        **json.loads(facts),
    )


def counts_text(counts: Counts) -> str:
    """Return reaction counts as JSON; "" for none."""
    held = {k: v for k, v in asdict(counts).items() if v is not None}
    return json.dumps(held) if held else ""


def counts_of(text: str) -> Counts:
    """Read them again."""
    return Counts(**json.loads(text)) if text else Counts()


def budget_key(budget: str) -> str:
    """Return where a budget lies: beside the validators, so that moves take it along.

    No page's address begins so.
    """
    return f"budget:{budget}"


def spent_after(
    held: Mapping[str, str], day: str, units: int, most: int
) -> dict[str, str] | None:
    """Return what a budget holds once the units are taken; None without enough."""
    used = int(held.get("used", "0")) if held.get("day") == day else 0
    if used + units > most:
        return None
    return {"day": day, "used": str(used + units)}
