"""Reports to posts, by the same steps as everything else: evidence, log, frontier."""

from collections.abc import Sequence
from datetime import UTC
from hashlib import sha256
from uuid import uuid4

from crawlers.deps import CrawlDeps
from crawlers.fingerprint import content_hash
from crawlers.found import FoundPost
from crawlers.ingest import Ingest
from crawlers.pseudonym import pseudonym
from crawlers.tally import Tally
from domain.events import PostEvent, PostRevised, PostSeen
from domain.ids import Digest, PostId
from domain.labels import PostKind
from domain.post import MAX_TEXT, Post
from evidence.port import Capture
from intake.masking import masked
from intake.report import CAPTURED, Accepted, Fate, Report

PLACE = "Nơi xảy ra: "
_FILES = "files"
"""What the frontier holds of a report as it holds `etag` of a page."""


class ReportDesk:
    """Takes reports in; see `intake.report.Take`. Safe to share between threads.

    `revises` says what a report means that is known with another text: an edit (rows of
    a file that was corrected), else a mistake of the sender, which changes nothing.
    """

    def __init__(self, deps: CrawlDeps, *, revises: bool = False) -> None:
        self._deps = deps
        self._revises = revises

    def __call__(self, reports: Sequence[Report]) -> Sequence[Accepted]:
        if not reports:
            return []
        events: dict[PostId, PostEvent] = {}
        started = self._deps.clock.now()
        tally = Tally(source=reports[0].channel, started=started)
        ingest = Ingest(self._deps, tally, lambda event: _note(events, event))
        fates = []
        try:
            for report in reports:
                post = post_of(report, self._deps)
                fates.append(self._fate(report, post))
                if fates[-1] is not Fate.CHANGED:
                    ingest.take(self._found(report, post))
        finally:
            ingest.close()
        return [
            Accepted(post_id=r.post_id, fate=fate, evidence=_evidence(events, r))
            for r, fate in zip(reports, fates, strict=True)
        ]

    def _fate(self, report: Report, post: Post) -> Fate:
        known = self._deps.frontier.seen(post.id)
        if known is None:
            return Fate.NEW
        same = known.content_hash == content_hash(post)
        if same and (self._revises or self._has_files(report)):
            return Fate.KNOWN
        return Fate.REVISED if self._revises else Fate.CHANGED

    def _has_files(self, report: Report) -> bool:
        """Tell whether the known report came with the same files, so far as is known.

        Of one that came before this was noted, any files are.
        """
        held = self._deps.frontier.validators(report.address)
        return held.get(_FILES, _files(report)) == _files(report)

    def _found(self, report: Report, post: Post) -> FoundPost:
        capture = Capture(
            url=report.address.replace("intake:", CAPTURED, 1),
            fetched=report.received,
            status=200,
            request_headers=(),
            response_headers=(("Content-Type", report.original_type),),
            body=report.original,
        )
        return FoundPost(
            post=post,
            trace=uuid4().hex,
            requested=report.address,
            capture=capture,
            # Lists have no files, and say nothing of those that another door took.
            validators={} if self._revises else {_FILES: _files(report)},
        )


def post_of(report: Report, deps: CrawlDeps) -> Post:
    """Return what of the report may be in the log."""
    who = "\n".join(report.contacts)
    text = masked(report.text, report.contacts) if _private(report) else report.text
    title = masked(report.title, report.contacts) if _private(report) else report.title
    place = masked(report.place, report.contacts)
    lines = [text, PLACE + place if place else ""]
    return Post(
        id=report.post_id,
        revision=1,
        source=report.channel,
        kind=report.kind,
        url=report.address,
        fetched=report.received,
        title=title,
        text="\n".join(filter(None, lines))[:MAX_TEXT],
        author=pseudonym(deps.pseudonym_key, report.channel, who),
        outlet=report.outlet,
        published=report.happened.astimezone(UTC) if report.happened else None,
        links=(report.link,) if report.link else (),
        media=tuple(f"sha256:{a.sha256}" for a in report.attachments if a.is_picture),
        found_by=(("text", "intake"),),
    )


def _private(report: Report) -> bool:
    return report.kind is PostKind.REPORT


def _files(report: Report) -> str:
    """Return what is the same where the same files came, in whatever order."""
    hashes = sorted({file.sha256 for file in report.attachments})
    return sha256("".join(hashes).encode()).hexdigest()


def _note(events: dict[PostId, PostEvent], event: PostEvent) -> None:
    if isinstance(event, PostSeen | PostRevised):
        events[event.post.id] = event


def _evidence(events: dict[PostId, PostEvent], report: Report) -> Digest | None:
    event = events.get(report.post_id)
    return event.post.evidence if isinstance(event, PostSeen | PostRevised) else None
