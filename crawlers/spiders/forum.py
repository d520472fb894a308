"""XenForo forums: every post of every thread that a forum lists."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from scrapy.http import Response

from crawlers.found import Found, FoundCounts, FoundGone, FoundPost
from crawlers.frontier.queue import Lane, WaitingPage
from crawlers.pseudonym import pseudonym
from crawlers.spiders.source import SourceSpider, Yields, content_type
from domain.ids import PostId
from domain.labels import PostKind
from domain.post import Counts, Post
from extraction.fields import ThreadPage, ThreadPost, ThreadRow
from extraction.forum import parse_forum, parse_thread
from extraction.urls import host_of

_NONE = Counts()
_SLACK = timedelta(minutes=2)
"""By how much a forum's clock, or the minute that its list shows, may lie behind ours.
Less misses answers written while a thread was read; more reads threads twice."""


class ForumSpider(SourceSpider):
    """Follows the list's pages and each thread's pages; keeps thread and parent.

    In a watch it reads again only threads in which the list shows new activity.

    A thread's first post is a `post` with the thread's title; the others are
    `comment`s without one, whose parent is the post that they quote, else the first.
    """

    name = "forum"

    def parse(self, response: Response, page: int = 1) -> Yields:
        empty = self.without_content(response)
        if empty is not None:
            if any(isinstance(found, FoundGone) for found in empty):
                self.visit.tally.fail(f"http_{response.status}")
            return
        listing = parse_forum(
            response.body, response.url, content_type=content_type(response)
        )
        if not listing.links:
            self.visit.tally.fail("no_threads")
        most = self.visit.max_posts
        for row in listing.rows[: most or None]:
            yield from self._counts(response, row)
            self._ask_thread(row)
        if listing.next_url and page < self.visit.spec.max_pages and not most:
            yield from self.ask_page(
                listing.next_url, self.parse, priority=50, page=page + 1
            )

    def _ask_thread(self, row: ThreadRow) -> None:
        now = self.visit.deps.clock.now()
        # A list that shows no times leaves nothing but to read each thread again.
        active = row.active + _SLACK if row.active else now
        shown = {"replies": row.replies, "views": row.views}
        self._ask_part(row.url, changed=active, **shown)

    def _ask_part(
        self, url: str, *, changed: datetime | None = None, **hint: object
    ) -> None:
        self.wait(
            WaitingPage(
                url=url,
                site=self.visit.site,
                source=self.visit.spec.id,
                lane=Lane.FRESH,
                due=self.visit.deps.clock.now(),
                hint=json.dumps({k: v for k, v in hint.items() if v is not None}),
                changed=changed,
            )
        )

    def _counts(self, response: Response, row: ThreadRow) -> Iterator[Found]:
        counts = Counts(comments=row.replies, views=row.views)
        if counts != Counts():
            yield FoundCounts(
                url=row.url,
                counts=counts,
                at=self.visit.deps.clock.now(),
                trace=response.meta["trace"],
            )

    def read(self, response: Response, page: WaitingPage) -> Yields:
        hint = json.loads(page.hint) if page.hint else {}
        first = PostId(hint["first"]) if "first" in hint else None
        counts = Counts(comments=hint.get("replies"), views=hint.get("views"))
        return self.parse_page(response, hint.get("page", 1), first, counts)

    def parse_page(
        self,
        response: Response,
        page: int = 1,
        first: PostId | None = None,
        counts: Counts = _NONE,
    ) -> Yields:
        """Read one page of a thread; the list's counts are the first post's."""
        empty = self.without_content(response)
        if empty is not None:
            yield from empty
            return
        fetched = self.visit.deps.clock.now()
        thread = parse_thread(
            response.body,
            response.url,
            content_type=content_type(response),
            fetched=fetched,
        )
        if thread is None or not thread.posts:
            self.visit.tally.fail("no_thread")
            return
        first = first or self._id(thread.posts[0].number)
        for found in self._found_posts(response, thread, first, fetched):
            post = found.post
            if post.id == first:
                likes = post.counts.likes
                post = replace(post, counts=replace(counts, likes=likes))
            yield replace(found, post=post)
        pages = 1 if self.visit.max_posts else self.visit.deps.limits.thread_pages
        if thread.next_url and page < pages:
            self._ask_part(thread.next_url, page=page + 1, first=first)

    def _found_posts(
        self, response: Response, thread: ThreadPage, first: PostId, fetched: datetime
    ) -> Iterator[FoundPost]:
        for entry in thread.posts:
            opens = self._id(entry.number) == first
            url = response.url if opens else f"{response.url}#post-{entry.number}"
            post = self._post(thread, entry, first, url, fetched)
            found = self.found(response, post)
            yield found if opens else _at_own_address(found, url)

    def _post(
        self,
        thread: ThreadPage,
        entry: ThreadPost,
        first: PostId,
        url: str,
        fetched: datetime,
    ) -> Post:
        own = self._id(entry.number)
        parent = self._id(entry.quotes) if entry.quotes else first
        opens = own == first
        return Post(
            id=own,
            revision=1,
            source=self.visit.spec.id,
            kind=PostKind.POST if opens else PostKind.COMMENT,
            url=url,
            fetched=fetched,
            title=thread.title if opens else "",
            text=entry.text,
            thread_id=PostId(f"{self._platform}:thread-{thread.number}"),
            parent_id=None if opens else parent,
            author=pseudonym(
                self.visit.deps.pseudonym_key, self._platform, entry.handle
            ),
            outlet=self.visit.spec.name,
            published=entry.published,
            links=entry.links,
            media=entry.media,
            counts=Counts(likes=entry.likes),
            found_by=(("text", "forum"), ("published", "forum")),
        )

    @property
    def _platform(self) -> str:
        return host_of(self.visit.spec.url)

    def _id(self, number: str) -> PostId:
        return PostId(f"{self._platform}:post-{number}")


def _at_own_address(found: FoundPost, url: str) -> FoundPost:
    """A comment's page is not its own: a page of many must not be its alias."""
    return replace(found, requested=url, validators={})
