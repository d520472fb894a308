"""What a list says of a page, kept as JSON until the page is fetched."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from extraction.fields import FeedItem

_TIMES = ("published", "modified")


def hint_of(item: FeedItem | None) -> str:
    """Return the entry without its address; "" where it says nothing."""
    if item is None:
        return ""
    facts = {k: v for k, v in asdict(item).items() if v and k != "url"}
    return (
        json.dumps(
            facts, ensure_ascii=False, default=datetime.isoformat, sort_keys=True
        )
        if facts
        else ""
    )


def item_of(hint: str, url: str) -> FeedItem | None:
    """Read the entry again."""
    if not hint:
        return None
    facts: dict[str, Any] = json.loads(hint)
    for name in _TIMES:
        if name in facts:
            facts[name] = datetime.fromisoformat(facts[name])
    return FeedItem(url=url, **facts)
