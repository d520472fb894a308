"""A trial visit to a source for the console, in a process of its own.

The console must not fetch pages itself: it knows no crawler, and Twisted's reactor
runs once per process. So `minhtin sources check --draft` is started, with the source
on its standard input, under the same bounds and manners as any visit.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from threading import Lock
from typing import Any

from domain.errors import QuarantineError, RetryLaterError
from domain.profile import SourceSpec
from ui.context import SourceTrial, TrialPost
from wiring.settings import Settings, child_environment

SECONDS = 120.0
"""For a whole trial: six answers at 15 s each and the start. A shorter one gives up on
slow sites that a visit would read; a longer one keeps somebody waiting for nothing."""

PARTS = ("title", "date", "text", "author")


def source_trial(settings: Settings) -> Callable[[SourceSpec], SourceTrial]:
    """Return a function that visits a source for a few posts and keeps nothing.

    One at a time: whoever comes second is told so (`RetryLaterError`).
    """
    turn = Lock()

    def attempt(spec: SourceSpec) -> SourceTrial:
        if not turn.acquire(blocking=False):
            raise RetryLaterError(
                "Đang có một lần thử khác.", retry_after=10, hint="Thử lại sau ít phút."
            )
        try:
            return _attempt(settings, spec)
        finally:
            turn.release()

    return attempt


def _attempt(settings: Settings, spec: SourceSpec) -> SourceTrial:
    command = ["sources", "check", spec.id, "--draft", "--json"]
    try:
        done = subprocess.run(  # noqa: S603 - our own command; the source goes by stdin
            [sys.executable, "-m", "cli.main", *command],
            input=json.dumps(asdict(spec)),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=child_environment(settings),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RetryLaterError(
            "Lần thử quá lâu nên đã dừng.", hint="Trang nguồn có thể đang chậm."
        ) from error
    rows = [json.loads(line) for line in done.stdout.splitlines() if line]
    check = next((row["check"] for row in rows if "check" in row), None)
    if check is None:
        raise QuarantineError(
            "Không thử được nguồn này.",
            reason="trial",
            hint=done.stderr.strip().rsplit("\n", 1)[-1][:300],
        )
    return _trial(check, [row for row in rows if "check" not in row])


def _trial(check: dict[str, Any], posts: list[dict[str, str]]) -> SourceTrial:
    return SourceTrial(
        sound=check["sound"],
        pages=check["pages"],
        parts={part: check[f"with_{part}"] for part in PARTS},
        errors=check["errors"],
        message=check["message"],
        posts=tuple(
            TrialPost(
                title=row["title"],
                url=row["url"],
                published=_time(row["published"]),
                letters=int(row["letters"]),
            )
            for row in posts
        ),
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
