"""A post as the crawlers hand it over."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import Digest, PostId, Pseudonym, SourceId
from domain.labels import PostKind

SCHEMA = 1
"""Version of `Post`; a codec reads every version up to this one."""

MAX_TEXT = 200_000
"""Characters of text kept. Smaller cuts long reports; larger lets one hostile post
fill a batch (64 posts of 200 kB are 13 MB)."""
MAX_TITLE, MAX_LEAD = 2_000, 20_000
"""Characters of title and lead that are judged; real ones are far shorter. Larger lets
in by them what `MAX_TEXT` keeps out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Public reaction counts as the page shows them; None where it shows none."""

    views: int | None = None
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    r"""One revision of one article, post, comment or report.

    `revision` starts at 1 and is counted by the frontier from the content hash.
    `title`, `lead` and `text` are plain Unicode text (NFC) with `\n` between
    paragraphs, never markup. `byline` is the printed author of a press article;
    a private author is only ever in `author`, as a pseudonym. `found_by` says which
    rung of the extraction ladder gave which field. Times are aware UTC.
    """

    id: PostId
    revision: int
    source: SourceId
    kind: PostKind
    url: str
    fetched: datetime
    text: str
    title: str = ""
    lead: str = ""
    aliases: tuple[str, ...] = ()
    thread_id: PostId | None = None
    parent_id: PostId | None = None
    author: Pseudonym | None = None
    byline: str = ""
    outlet: str = ""
    section: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    counts: Counts = Counts()
    evidence: Digest | None = None
    content_hash: str = ""
    found_by: tuple[tuple[str, str], ...] = ()
    schema: int = SCHEMA

    @property
    def when(self) -> datetime:
        """Time to sort by: publication where known, else the fetch."""
        return self.published or self.fetched

    @property
    def whole_text(self) -> str:
        """Title, lead and text, a line each, without empty ones."""
        return "\n".join(part for part in (self.title, self.lead, self.text) if part)
