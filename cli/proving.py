"""What the `evidence` commands work with: captures by digest, post or address."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from cli.crawling import open_frontier
from domain.errors import NotFoundError, QuarantineError
from domain.ids import Digest, PostId
from evidence.catalogue import CaptureFacts, facts_of
from evidence.port import EvidenceStore, Stored
from extraction.urls import canonical_url
from jobs.captures import captures_of
from wiring import bootstrap
from wiring.settings import Settings

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)


NOBODY = PostId("")


@dataclass(frozen=True, slots=True)
class Found:
    """A capture, and the post and revision that it was asked for by (else empty)."""

    digest: Digest
    post: PostId = NOBODY
    revision: int = 0


def find(settings: Settings, targets: Sequence[str]) -> list[Found]:
    """Return the captures that digests, post ids and addresses lead to, in order.

    Raises `NotFoundError` for a target that leads to none.
    """
    posts = {text: posts_at(settings, text) for text in targets if not _digest(text)}
    wanted = {post for found in posts.values() for post in found}
    by_post: Mapping[PostId, Mapping[int, Digest]] = {}
    if wanted:
        with closing(bootstrap.build_log(settings)) as log:
            by_post = captures_of(log, wanted)
    found: list[Found] = []
    for text in targets:
        digest = _digest(text)
        here = (
            [Found(digest)]
            if digest
            else [
                Found(one, post, revision)
                for post in posts[text]
                for revision, one in by_post.get(post, {}).items()
            ]
        )
        if not here:
            raise NotFoundError(
                f"There is no capture for {text!r}.",
                hint="Give a digest, a post's id or a page's address, as in "
                "`minhtin search … --json`.",
            )
        found += here
    return found


def listed(
    store: EvidenceStore,
    *,
    since: datetime | None,
    part: str,
    damaged: Callable[[str], None],
) -> Iterator[CaptureFacts]:
    """Yield what is kept, fetched since then, with `part` in the address."""
    for digest in store.digests():
        try:
            facts = facts_of(store, digest)
        except NotFoundError:
            continue  # Deleted meanwhile.
        except QuarantineError as error:
            damaged(error.message)
            continue
        if (since is None or facts.fetched >= since) and part in facts.url:
            yield facts


def checked(
    store: EvidenceStore,
    digests: Iterable[Digest],
    missing: Callable[[Digest], None] = lambda _: None,
) -> Iterator[Stored]:
    """Verify one after the other; what is not there (any more) goes to `missing`."""
    for digest in digests:
        try:
            yield store.verify(digest)
        except NotFoundError:
            missing(digest)


def as_row(facts: CaptureFacts) -> dict[str, object]:
    """Return a capture as `--json` prints it."""
    picture = facts.picture
    return {
        "digest": facts.digest,
        "url": facts.url,
        "fetched": facts.fetched.isoformat(),
        "status": facts.status,
        "content_type": facts.content_type,
        "address": facts.address,
        "length": facts.length,
        "payload_sha256": facts.payload_sha256,
        "size": facts.size,
        "file_sha256": facts.file_sha256,
        "stored_at": facts.stored_at.isoformat(),
        "software": facts.software,
        "picture": None
        if picture is None
        else {
            "taken": picture.taken.isoformat(),
            "maker": picture.maker,
            "sha256": picture.digest,
            "length": len(picture.png),
        },
    }


def _digest(text: str) -> Digest | None:
    found = _DIGEST.fullmatch(text.strip())
    return Digest(f"sha256:{found[1].lower()}") if found else None


def posts_at(settings: Settings, text: str) -> list[PostId]:
    """Return the posts that an id or an address may mean."""
    if not re.match(r"https?://", text, re.IGNORECASE):
        return [PostId(text)]
    address = canonical_url(text)
    with closing(open_frontier(settings)) as frontier:
        known = frontier.resolve(address) or frontier.resolve(text)
    return list(dict.fromkeys([*([known] if known else []), PostId(f"url:{address}")]))
