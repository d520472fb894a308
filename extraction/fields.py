"""What extraction hands out: the fields of a page, a feed entry, a forum thread."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFields:
    r"""An article as its page shows it; empty where the page says nothing.

    Text is NFC with `\n` between paragraphs. Times are aware UTC. `found_by` holds
    (field, rung) pairs; `modified` is never earlier than `published`. `next_page` is
    the address on which a split article goes on; `walled` tells that the page calls
    itself one for subscribers.
    """

    title: str = ""
    lead: str = ""
    body: str = ""
    author: str = ""
    section: str = ""
    outlet: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    canonical_url: str = ""
    next_page: str = ""
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    found_by: tuple[tuple[str, str], ...] = ()
    walled: bool = False

    @property
    def is_article(self) -> bool:
        """Whether there is enough to call the page an article."""
        return bool(self.title and (self.body or self.lead))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One entry of a feed, its URL absolute and its texts unescaped.

    `modified` is when its list says that the page changed last.
    """

    url: str
    title: str = ""
    summary: str = ""
    published: datetime | None = None
    author: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPost:
    """One message of a forum thread; `handle` is the clear name, not to be kept."""

    number: str
    handle: str
    text: str
    published: datetime | None = None
    quotes: str = ""
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    likes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    """A thread in a forum's list: last activity and counts, None where not shown."""

    url: str
    active: datetime | None = None
    replies: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumPage:
    """One page of a forum's list, in page order; `next_url` is empty on the last."""

    rows: tuple[ThreadRow, ...]
    next_url: str = ""

    @property
    def links(self) -> tuple[str, ...]:
        """The threads' addresses."""
        return tuple(row.url for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """One page of a thread; `next_url` is empty on the last one."""

    number: str
    title: str
    posts: tuple[ThreadPost, ...]
    next_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """Links of a list page, in page order, and the following page if there is one."""

    links: tuple[str, ...]
    next_url: str = ""
