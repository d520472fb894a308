"""What databases keep as JSON: a visit beside its times, and reaction counts."""

import json
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
