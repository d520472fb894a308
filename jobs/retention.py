"""Retention: what the profile's days say is over goes, with a certificate.

The archive is read, not the index, since what the place gate stopped is in no index.
Memory is bounded: posts are looked at in rounds, and each round reads the topic anew.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.errors import NotFoundError, RetryLaterError
from domain.ids import Digest, PostId
from eventlog.port import LogTopic
from jobs.archive import Held, Place, analysis_of, candidates, gather, records
from jobs.captures import pending
from jobs.erasure import ACTOR, Eraser
from jobs.retention_plan import Keeping, Plan
from jobs.retention_rules import CASE_VERDICTS, Policy, Rule
from jobs.schedule import Daily, Job, Schedule
from pipeline.replay import read_all
from searchindex.port import SearchIndex

ROUND = 5000
"""Posts looked at per reading of the archive: about 5 MB. Fewer reads it more often."""

TRIMMED = {
    LogTopic.POSTS: "log_payload",
    LogTopic.BACKFILL: "log_payload",
    LogTopic.REJECTED: "rejected",
}
"""Topics that live by time, and the key of their days."""

FORGET = timedelta(days=30)
"""How long the index keeps what a deletion leaves. Shorter than a consumer may lag, or
a topic be read again, would bring text back for the time until its tombstone is read
too; longer keeps emptied months on the disk."""

_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(slots=True)
class Expired:
    """The posts of one round whose time is over, and those that stay all the same."""

    posts: dict[PostId, Held] = field(default_factory=dict)
    rules: dict[PostId, Rule] = field(default_factory=dict)
    kept: dict[PostId, Keeping] = field(default_factory=dict)


class RetentionJob(Job):
    """Deletes what is over: posts, captures, log payloads. Runs at night."""

    name = "retention"

    def __init__(
        self,
        eraser: Eraser,
        days: Mapping[str, int],
        zone: str,
        hour: int = 2,
        *,
        index: SearchIndex | None = None,
    ) -> None:
        self.schedule = Schedule(when=Daily(zone, hour, 30), lease_seconds=3 * 3600)
        self._eraser = eraser
        self._days = days
        self._policy = Policy(days)
        self._index = index

    def run(self, now: datetime) -> str:
        posts = captures = 0
        kept: list[Keeping] = []
        for expired in self._rounds(now):
            kept += expired.kept.values()
            for certificate in self._eraser.erase(
                expired.posts,
                reason="retention",
                rules=expired.rules,
                policy=self._days,
            ):
                posts += len(certificate.posts)
                captures += certificate.captures
        done = {
            "posts": posts,
            "captures": captures,
            "on_hold": kept.count(Keeping.HOLD),
            "in_case": kept.count(Keeping.CASE),
            "trimmed": self._trim(now),
            "swept": self._sweep(now),
        }
        forgotten = self._forget(now)
        self._eraser.casework.record(ACTOR, "retention.run", self.name, done)
        return (
            f"deleted {posts} posts and {captures} captures of theirs, "
            f"{done['on_hold']} on hold, {done['in_case']} in cases, "
            f"{done['swept']} old captures, {done['trimmed']} log records{forgotten}"
        )

    def plan(self, now: datetime) -> Plan:
        """Say what `run` would delete of posts, and delete nothing."""
        rules: dict[PostId, Rule] = {}
        kept: dict[PostId, Keeping] = {}
        named: set[Digest] = set()
        for expired in self._rounds(now):
            rules |= expired.rules
            kept |= expired.kept
            named |= {d for held in expired.posts.values() for d in held.evidence}
        loose = self._eraser.loose(named, rules.keys())
        evidence = (named - loose) & self._eraser.cited(rules.keys())
        return Plan(
            rules=Counter(rules.values()),
            kept=Counter(kept.values()),
            captures=len(loose),
            captures_cited=len(evidence),
            captures_shared=len(named - loose - evidence),
            swept=len(set(self._old_captures(now)) - loose),
            trimmed={t: self._old_records(now, t, key) for t, key in TRIMMED.items()},
        )

    def _old_records(self, now: datetime, topic: LogTopic, key: str) -> int:
        """Count records past their days; those that a group has yet to read stay."""
        days = self._days.get(key, 0)
        cutoff = now - timedelta(days=days)
        every = read_all(self._eraser.log, topic) if days else ()
        return sum(1 for record in every if record.timestamp < cutoff)

    def _rounds(self, now: datetime) -> Iterator[Expired]:
        place: Place | None = Place()
        while place is not None:
            found = candidates(
                self._eraser.log,
                lambda facts: self._policy.earliest(facts) <= now,
                place,
                ROUND,
            )
            yield self._expired(gather(self._eraser.log, found.posts), now)
            place = found.more

    def _expired(self, gathered: Mapping[PostId, Held], now: datetime) -> Expired:
        expired = Expired()
        hold = self._eraser.held_back()
        cases = self._eraser.casework.posts_in_cases()
        reviews = self._eraser.casework.reviewed(list(gathered))
        for post, held in gathered.items():
            facts = held.newest
            if facts is None:
                continue
            kept = self._policy.kept(facts, reviews.get(post))
            if kept.until > now:
                continue
            if post in hold:
                expired.kept[post] = Keeping.HOLD
            elif post in cases:
                expired.kept[post] = Keeping.CASE
            else:
                expired.posts[post] = held
                expired.rules[post] = kept.rule
        return expired

    def _trim(self, now: datetime) -> int:
        """Drop payloads by age; compaction is what removes the texts of the dead."""
        log = self._eraser.log
        dropped = 0
        for topic, key in TRIMMED.items():
            if days := self._days.get(key, 0):
                dropped += log.trim(topic, now - timedelta(days=days))
        for topic in (LogTopic.ANALYSES, LogTopic.REVIEWS):
            dropped += log.compact(topic)
        return dropped

    def _forget(self, now: datetime) -> str:
        """Give back the room of posts that the index has long deleted."""
        if self._index is None:
            return ""
        try:
            dropped = self._index.drop_deleted(now - FORGET)
        except RetryLaterError as error:
            # All that was due is deleted; tomorrow's run makes good for the room.
            return f"; the index keeps what deletions left: {error.message}"
        return f", {dropped} remains in the index"

    def _sweep(self, now: datetime) -> int:
        """Delete captures older than a raw page is kept, outside of cases and holds."""
        return self._eraser.evidence.delete(self._old_captures(now))

    def _old_captures(self, now: datetime) -> list[Digest]:
        """Return the captures that go by their own age.

        Those that no analysis names (pages of lists, posts that never came through) go
        by the time they were stored. They are listed to the end before any is deleted:
        stores need not bear deletions while they are listed.
        """
        days = self._days.get("evidence_raw_page", 0)
        if not days:
            return []
        over = self._over(now - timedelta(days=days))
        return [d for d in self._eraser.evidence.digests() if over(d)]

    def _over(self, cutoff: datetime) -> Callable[[Digest], bool]:
        keep, old = self._named(cutoff)
        cited = self._eraser.cited(())

        def over(digest: Digest) -> bool:
            short = _short(digest)
            if digest in cited or short in keep:
                return False
            return short in old or self._stored_before(digest, cutoff)

        return over

    def _named(self, cutoff: datetime) -> tuple[set[int], set[int]]:
        """Return the captures that analyses name: to be kept, and only by old ones."""
        protected = self._in_cases() | self._eraser.held_back()
        keep: set[int] = set()
        old: set[int] = set()
        for record in records(self._eraser.log):
            analysis = analysis_of(record)
            if analysis is None or analysis.post.evidence is None:
                continue
            post = analysis.post
            fresh = post.fetched >= cutoff or post.id in protected
            (keep if fresh else old).add(_short(analysis.post.evidence))
        # A page that is again as it once was has an old capture and a new revision.
        waiting = (post.evidence for post in pending(self._eraser.log))
        keep.update(_short(digest) for digest in waiting if digest is not None)
        return keep, old

    def _in_cases(self) -> set[PostId]:
        """Return posts of cases, and those whose verdict may come to one."""
        return self._eraser.casework.posts_in_cases() | {
            one.decision.post_id
            for one in self._eraser.casework.decisions_since(_EVER)
            if one.decision.verdict in CASE_VERDICTS
            and not one.undone
            and one.undoes is None
        }

    def _stored_before(self, digest: Digest, cutoff: datetime) -> bool:
        try:
            return self._eraser.evidence.stored_at(digest) < cutoff
        except NotFoundError:
            return False


def _short(digest: Digest) -> int:
    """Return 64 of the digest's bits: a million take 60 MB instead of 150 as text."""
    return int(digest.rpartition(":")[2][:16], 16)
