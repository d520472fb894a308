"""What databases keep of a visit beside its times: JSON."""

import json
from datetime import datetime

from crawlers.frontier.port import SourceRun
from domain.ids import SourceId

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
