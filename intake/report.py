"""A report as a door hands it over, and what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from domain.ids import Digest, PostId, SourceId
from domain.labels import PostKind

CAPTURED = "https://intake.invalid/"
"""How captures of reports are addressed: readers of WARC files take responses from the
web only, and this host can never be one (RFC 2606)."""

_ID_DIGITS = 32
"""Hex digits of an id: 128 bits, so that no two reports of a channel ever meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a report; `name` is only shown, never a path."""

    name: str
    media_type: str
    body: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The hash that anybody can compute from the file itself."""
        return sha256(self.body).hexdigest()

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report or added post.

    `native` names it in its channel, so that the same one is taken in once; `contacts`
    are the reporter's name, telephone and address, of which none reaches the log.
    `original` is kept as evidence, byte for byte. `happened` is when it was seen or
    took place, `received` when it came here.
    """

    channel: SourceId
    native: str
    received: datetime
    text: str
    original: bytes = field(repr=False)
    original_type: str
    title: str = ""
    happened: datetime | None = None
    place: str = ""
    link: str = ""
    outlet: str = ""
    contacts: tuple[str, ...] = field(default=(), repr=False)
    attachments: tuple[Attachment, ...] = ()
    kind: PostKind = PostKind.REPORT

    @property
    def address(self) -> str:
        """Where the report is said to be: of no web, and without its native name."""
        digits = sha256(self.native.encode()).hexdigest()[:_ID_DIGITS]
        return f"intake:{self.channel}/{digits}"

    @property
    def post_id(self) -> PostId:
        return PostId(self.address.removeprefix("intake:").replace("/", ":", 1))


class Fate(StrEnum):
    """What became of a report.

    `known`: it was here before; `changed`: it was, with another text or other files,
    and the new one was not taken in.
    """

    NEW = "new"
    REVISED = "revised"
    KNOWN = "known"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The answer to one report; durable when it is given."""

    post_id: PostId
    fate: Fate
    evidence: Digest | None = None


Take = Callable[[Sequence[Report]], Sequence[Accepted]]
"""Takes reports in: evidence, then log, then what is known. Answers in order.

Raises `RetryLaterError` where a store is out of reach; then nothing was answered for,
and the same reports may be handed over again.
"""
