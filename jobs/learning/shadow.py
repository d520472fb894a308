"""Counts what a candidate would have changed, and what reviewers said of it.

The tally is one small file beside the candidate, bounded whatever happens: counts, and
the ids of the posts that differ, so that verdicts that come later count too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from domain.analysis import Analysis
from domain.errors import QuarantineError
from domain.ids import PostId
from domain.labels import About, Verdict
from domain.review import ReviewState
from domain.shadow import ShadowDiffers
from eventlog.codec import decode_event
from eventlog.port import EventLog, LogTopic, Record
from jobs.learning.kept import read_record
from jobs.learning.registry import ModelRegistry
from jobs.schedule import Every, Job, Schedule
from pipeline.keys import post_of_key

FILE = "shadow.json"
READ = 500
"""Records per read, as `jobs.archive` reads."""

KEPT = 5_000
"""Ids kept for each direction. More is a larger file to rewrite each time; with fewer,
late verdicts on the oldest differences no longer count. The totals count on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was counted so far. `offsets` say where to go on, by partition."""

    candidate: str
    offsets: Mapping[int, int] = field(default_factory=dict)
    compared: int = 0
    more: int = 0
    fewer: int = 0
    other: int = 0
    more_posts: tuple[PostId, ...] = ()
    fewer_posts: tuple[PostId, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReport:
    """What the candidate would have changed since it runs beside the live model.

    `confirmed` counts posts that a person called harmful, `denied` those called
    harmless.
    """

    candidate: str
    since: datetime | None
    compared: int
    more: int
    more_confirmed: int
    more_denied: int
    fewer: int
    fewer_confirmed: int
    fewer_denied: int
    other: int
    at: datetime | None = None


class Verdicts(Protocol):
    """What is asked of casework."""

    def latest(self, post_ids: Sequence[PostId]) -> Mapping[PostId, ReviewState]:
        """Return the present review state of the posts that have one."""
        ...


def go_on(log: EventLog, tally: Tally, since: datetime, now: datetime) -> Tally:
    """Count what came since the last time.

    A difference is counted once for each post; a deleted post leaves the list of ids.
    """
    counting = _Counting(tally)
    offsets = dict(tally.offsets)
    for partition, end in log.ends(LogTopic.ANALYSES).items():
        offset = offsets.get(partition, 0)
        while offset < end:
            rows = log.read(LogTopic.ANALYSES, partition, offset, READ)
            for row in rows:
                counting.take(row, since)
            offset = rows[-1].offset + 1 if rows else end
        offsets[partition] = offset
    return replace(counting.tally(), offsets=offsets, at=now)


class _Counting:
    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._compared, self._other = tally.compared, tally.other
        self._totals = {"more": tally.more, "fewer": tally.fewer}
        # Dicts keep the order in which ids came, so the oldest go first.
        self._posts = {
            "more": dict.fromkeys(tally.more_posts),
            "fewer": dict.fromkeys(tally.fewer_posts),
        }

    def take(self, record: Record, since: datetime) -> None:
        post = post_of_key(record.key)
        if record.value is None:
            for kept in self._posts.values():
                kept.pop(post, None)
            return
        try:
            event = decode_event(record.value)
        except QuarantineError:
            return
        match event:
            case ShadowDiffers(candidate=self._tally.candidate):
                self._differs(event)
            case Analysis(about=About.PROVINCE) if event.judgement.labels:
                self._compared += event.analysed_at >= since

    def _differs(self, event: ShadowDiffers) -> None:
        name = "more" if event.more else "fewer" if event.fewer else ""
        if not name:
            self._other += 1
            return
        kept = self._posts[name]
        if event.post_id not in kept:
            self._totals[name] += 1
            kept[event.post_id] = None
            if len(kept) > KEPT:
                del kept[next(iter(kept))]

    def tally(self) -> Tally:
        return replace(
            self._tally,
            compared=self._compared,
            other=self._other,
            more=self._totals["more"],
            fewer=self._totals["fewer"],
            more_posts=tuple(self._posts["more"]),
            fewer_posts=tuple(self._posts["fewer"]),
        )


def report(tally: Tally, since: datetime | None, verdicts: Verdicts) -> ShadowReport:
    """Join the tally with what people decided by now."""
    more = _said(verdicts, tally.more_posts)
    fewer = _said(verdicts, tally.fewer_posts)
    return ShadowReport(
        candidate=tally.candidate,
        since=since,
        compared=tally.compared,
        more=tally.more,
        more_confirmed=more[0],
        more_denied=more[1],
        fewer=tally.fewer,
        fewer_confirmed=fewer[0],
        fewer_denied=fewer[1],
        other=tally.other,
        at=tally.at,
    )


def _said(verdicts: Verdicts, posts: Sequence[PostId]) -> tuple[int, int]:
    states = verdicts.latest(list(posts)).values()
    return sum(map(confirms, states)), sum(map(denies, states))


def confirms(state: ReviewState) -> bool:
    """Whether a person called the post harmful."""
    return state.verdict is Verdict.HARMFUL or (
        state.verdict is not None and state.harm is not None
    )


def denies(state: ReviewState) -> bool:
    """Whether a person called the post harmless."""
    return state.verdict in {Verdict.NO_ISSUE, Verdict.LEGITIMATE_CRITICISM}


class ShadowBook:
    """Keeps the candidate's tally: one file, replaced as a whole."""

    def __init__(self, registry: ModelRegistry, log: EventLog) -> None:
        self._registry = registry
        self._log = log

    def read(self) -> Tally | None:
        """Return the candidate's tally as last counted; None without a candidate.

        One that cannot be read is counted anew: the log holds all of it.
        """
        candidate = self._registry.read().candidate
        if not candidate:
            return None
        kept = read_record(self._path(candidate), Tally)
        if kept is None or kept.candidate != candidate:
            return Tally(candidate=candidate)
        return kept

    def count(self, now: datetime) -> Tally | None:
        """Return the tally up to now; it is not kept."""
        since, tally = self._registry.read().since, self.read()
        if tally is None or since is None:
            return None
        return go_on(self._log, tally, since, now)

    def keep(self, now: datetime) -> Tally | None:
        """Go on counting and keep the tally; for one caller at a time."""
        tally = self.count(now)
        if tally is None:
            return None
        path = self._path(tally.candidate)
        new = path.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(tally))
        new.replace(path)
        return tally

    def shown(self, tally: Tally | None, verdicts: Verdicts) -> ShadowReport | None:
        """Return the report on a tally of the present candidate."""
        if tally is None:
            return None
        return report(tally, self._registry.read().since, verdicts)

    def _path(self, candidate: str) -> Path:
        return self._registry.folder(candidate) / FILE


class ShadowJob(Job):
    """Counts every quarter of an hour what the candidate would have changed."""

    name = "shadow"
    schedule = Schedule(when=Every(900))

    def __init__(self, book: ShadowBook) -> None:
        self._book = book

    def run(self, now: datetime) -> str:
        tally = self._book.keep(now)
        if tally is None:
            return "no candidate"
        return f"{tally.compared} compared, {tally.more} more, {tally.fewer} fewer"
