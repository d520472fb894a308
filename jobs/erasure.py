"""Deletes posts everywhere, with a certificate. Used by retention and on request.

A deletion first writes a marker over the post's newest analysis (without text, so that
the post leaves the index at once), then erases captures and decisions, and writes the
tombstones last. A kill at any point leaves the marker behind, and the next run of
retention ends what was begun, although the decisions that said when are gone by then.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from domain.analysis import Analysis
from domain.clock import Clock
from domain.ids import Digest, PostId, SourceId
from domain.labels import About, PostKind
from domain.post import Post
from eventlog.codec import encode_event
from eventlog.port import EventLog, LogTopic
from evidence.port import EvidenceStore
from jobs.archive import Held, gather, used_elsewhere
from jobs.captures import pending
from jobs.certificate import Certificate, hashed, remains_until
from jobs.ports import CrawlBook, RetentionBook
from jobs.retention_rules import ERASED, PostFacts
from pipeline.keys import analysis_key

ACTOR = "jobs"

PER_CERTIFICATE = 500
"""Posts deleted at once: fewer makes more audit rows, more makes them hard to read."""

HOLD = "retention.hold."
"""Setting `retention.hold.<post id>`: anything but null or false keeps the post."""

_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases from casework, evidence, frontier and log; the indexer follows the log.

    A post that was erased on request does not come back: the frontier keeps digests of
    its names. One whose time is over may, where its page changes and is named again.
    `days` are the profile's `[retention]`: certificates say by it what remains where.
    """

    log: EventLog
    casework: RetentionBook
    evidence: EvidenceStore
    clock: Clock
    crawled: CrawlBook
    days: Mapping[str, int] = field(default_factory=dict)

    def held_back(self) -> set[PostId]:
        """Return the posts under legal hold."""
        found = self.casework.settings(HOLD)
        return {PostId(s.key.removeprefix(HOLD)) for s in found if s.value}

    def erase(
        self,
        posts: Mapping[PostId, Held],
        *,
        reason: str,
        rules: Mapping[PostId, str],
        policy: Mapping[str, int],
    ) -> list[Certificate]:
        """Delete posts that `jobs.archive.gather` found; a certificate per part.

        A post that came under legal hold meanwhile is left alone.
        """
        certificates = []
        named = {digest for held in posts.values() for digest in held.evidence}
        loose = self.loose(named, posts)
        for part in _parts(posts):
            hold = self.held_back() & posts.keys()
            loose -= {digest for post in hold for digest in posts[post].evidence}
            chosen = {post: posts[post] for post in part if post not in hold}
            if chosen:
                made = self._erase(chosen, loose, reason, rules, policy)
                certificates.append(made)
        return certificates

    def on_request(
        self, posts: Collection[PostId], *, reason: str
    ) -> list[Certificate]:
        """Delete named posts now, whatever their age, except those under hold."""
        free = set(posts) - self.held_back()
        # First of all, so that nothing is collected again meanwhile.
        self.crawled.erase(free)
        self._drop_rejected(free)
        # What was never analysed may still have decisions.
        found = {post: Held() for post in free} | gather(self.log, free)
        return self.erase(
            found, reason=reason, rules=dict.fromkeys(found, reason), policy={}
        )

    def cited(self, besides: Collection[PostId]) -> set[Digest]:
        """Return the captures that decisions on other posts rest on, or cases hold."""
        decided = self.casework.decisions_since(_EVER)
        return self.casework.files_of_cases() | {
            Digest(item.digest)
            for one in decided
            if one.decision.post_id not in besides
            for item in one.decision.evidence
            if item.digest
        }

    def loose(self, named: set[Digest], besides: Collection[PostId]) -> set[Digest]:
        """Return which of the captures nothing but those posts rests on."""
        if not named:
            return set()
        used = used_elsewhere(self.log, named, besides)
        others = (post for post in pending(self.log) if post.id not in besides)
        waiting = {post.evidence for post in others}
        return named - used - waiting - self.cited(besides)

    def _erase(
        self,
        posts: Mapping[PostId, Held],
        loose: set[Digest],
        reason: str,
        rules: Mapping[PostId, str],
        policy: Mapping[str, int],
    ) -> Certificate:
        started = self.clock.now()
        named = {digest for held in posts.values() for digest in held.evidence}
        subjects = hashed(posts)
        self.casework.record(
            ACTOR, "retention.begin", reason, {"posts": list(subjects)}
        )
        self._mark(posts)
        self.crawled.retire(posts.keys())
        decisions = self.casework.forget_posts(ACTOR, list(posts), reason)
        captures = self.evidence.delete(sorted(named & loose))
        records = self._bury(posts)
        counts: dict[str, int] = {}
        for post in posts:
            counts[rules[post]] = counts.get(rules[post], 0) + 1
        finished = self.clock.now()
        certificate = Certificate(
            reason=reason,
            posts=subjects,
            rules=counts,
            policy={rule: policy[rule] for rule in counts if rule in policy},
            records=records,
            decisions=decisions,
            captures=captures,
            captures_kept=len(named - loose),
            started=started,
            finished=finished,
            remains=remains_until(self.days, finished),
        )
        detail = certificate.detail()
        self.casework.record(ACTOR, "retention.certificate", reason, detail)
        return certificate

    def _drop_rejected(self, posts: Collection[PostId]) -> None:
        """Take what was put aside of the posts away from who would put it back."""
        with self.log.writer() as writer:
            for post in sorted(posts):
                writer.append(LogTopic.REJECTED, post, None)

    def _mark(self, posts: Mapping[PostId, Held]) -> None:
        with self.log.writer() as writer:
            for post, held in posts.items():
                facts = held.newest
                if facts is not None:
                    key = analysis_key(post, facts.version[0])
                    marker = encode_event(_marker(post, facts, self.clock.now()))
                    writer.append(LogTopic.ANALYSES, key, marker)

    def _bury(self, posts: Mapping[PostId, Held]) -> int:
        """Write a tombstone for every key of the posts, durably."""
        keys = [key for held in posts.values() for key in sorted(held.keys)]
        with self.log.writer() as writer:
            for key in keys:
                writer.append(LogTopic.ANALYSES, key, None)
        return len(keys)


def _marker(post_id: PostId, facts: PostFacts, now: datetime) -> Analysis:
    revision, sequence = facts.version
    post = Post(
        id=post_id,
        revision=revision,
        source=SourceId(""),
        kind=PostKind.POST,
        url="",
        fetched=facts.fetched,
        text="",
        evidence=facts.evidence,
    )
    return Analysis(
        post=post,
        about=About.NONE,
        analysed_at=now,
        sequence=sequence + 1,
        pipeline=ERASED,
    )


def _parts(posts: Mapping[PostId, Held]) -> Iterator[list[PostId]]:
    rest = iter(sorted(posts))
    while part := list(islice(rest, PER_CERTIFICATE)):
        yield part
