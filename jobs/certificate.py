"""The paper that says what was deleted. Pure.

It names posts by the SHA-256 of their ids: whoever knows an id can check that it was
deleted, and whoever reads the audit learns of no post.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from domain.ids import PostId

REMAINS: Mapping[str, str] = {
    "log": "log_payload",
    "rejected": "rejected",
    "copies": "backups",
}
"""Where a deleted post may stand for a while, and the key of the days that end it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One deletion. `rules` counts posts per rule, `policy` gives the days of each.

    `captures_kept` are captures that a kept post or a decision still rests on.
    `remains` says until when a place may still hold the posts; None: no end is set.
    """

    reason: str
    posts: tuple[str, ...]
    rules: Mapping[str, int]
    policy: Mapping[str, int]
    records: int
    decisions: int
    captures: int
    captures_kept: int
    started: datetime
    finished: datetime
    remains: Mapping[str, datetime | None]

    def detail(self) -> dict[str, Any]:
        """Return it as JSON values, with the digest of all the rest."""
        body = {
            "reason": self.reason,
            "posts": sorted(self.posts),
            "rules": dict(self.rules),
            "policy": dict(self.policy),
            "records": self.records,
            "decisions": self.decisions,
            "captures": self.captures,
            "captures_kept": self.captures_kept,
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat(),
            "remains": {
                place: until.isoformat() if until else None
                for place, until in self.remains.items()
            },
        }
        return {**body, "digest": digest_of(body)}


def remains_until(
    days: Mapping[str, int], deleted: datetime
) -> Mapping[str, datetime | None]:
    """Return until when each place may hold what was deleted then, at the latest."""
    return {
        place: deleted + timedelta(days=days[key]) if days.get(key, 0) > 0 else None
        for place, key in REMAINS.items()
    }


def digest_of(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of all fields but `digest`."""
    fields = {key: value for key, value in body.items() if key != "digest"}
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def hashed(posts: Iterable[PostId]) -> tuple[str, ...]:
    """Return the posts' ids as a certificate names them."""
    return tuple(sorted(sha256(post.encode()).hexdigest() for post in posts))
