"""YouTube by its official interface: a channel's uploads or a search, and comments.

No page is scraped and nothing is asked for without the office's own key.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from scrapy import Request
from scrapy.http import Response

from crawlers.found import Found, FoundGone, FoundPost
from crawlers.frontier.port import Seen
from crawlers.spiders.source import Yields
from crawlers.spiders.youtube_calls import YoutubeCalls
from crawlers.spiders.youtube_place import Place, second_of
from crawlers.spiders.youtube_posts import (
    COMMENT,
    VIDEO,
    comment_post,
    parts_of,
    talk_of,
    video_address,
    video_post,
)
from crawlers.visit import Visit
from domain.post import Post
from extraction.youtube import (
    ApiPage,
    Comment,
    Listed,
    Video,
    batches,
    comments_of,
    playlist_of,
    search_of,
    threads_of,
    uploads_of,
    videos_of,
)

_LISTED = "50"
_COMMENTS = "100"
_LOOKED_AT_AGAIN = 500
"""Latest posts of a source that a visit may look at again: ten units. More finds
deletions of older ones and leaves less for what is new."""


class YoutubeSpider(YoutubeCalls):
    """Lists videos, reads those that are new, then their comments.

    `api` of the source holds `channel` (an id or @handle) or `search`, and `comments`
    (`no` leaves them out).
    """

    name = "youtube"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self._listed: set[str] = set()
        self._newest: datetime | None = None
        self._cut_off = False
        self._resumed: Place | None = None
        self._front: Response | None = None

    def first(self) -> Generator[Request]:
        if not self.may_call():
            return
        api = self.visit.spec.api
        channel, words = api.get("channel", ""), api.get("search", "")
        yield from self._look_again()
        if channel:
            name = "forHandle" if channel.startswith("@") else "id"
            asked = {name: channel, "part": "contentDetails"}
            yield from self.call("channels", self._channel, asked)
        elif words:
            yield from self._search(words)
        else:
            self.visit.tally.fail("no_target")

    def _channel(self, response: Response) -> Yields:
        page = uploads_of(response.body)
        if not page.items:
            self.visit.tally.fail("channel_not_found")
        for playlist in page.items[:1]:
            held = self.visit.deps.frontier.validators(self._state("uploads"))
            self._cut_off = held.get("whole") != "yes"
            self._resumed = Place.of(held, playlist)
            yield from self._uploads(Place(target=playlist))

    def _uploads(self, place: Place) -> Generator[Request]:
        then = partial(self._read_uploads, place=place)
        asked = {
            "playlistId": place.target,
            "part": "contentDetails",
            "maxResults": _LISTED,
        }
        yield from self.call("playlistItems", then, asked, token=place.token)

    def _read_uploads(self, response: Response, place: Place) -> Yields:
        page = playlist_of(response.body)
        news = yield from self._take_list(page)
        if place.number == 1:
            self._front = response
        following = self._after(place, page)
        resumed, goes_on = self._resumed, news or self._cut_off
        if not news and resumed and resumed.number > place.number:
            # What lies between was read before the walk was cut off.
            following, self._resumed = resumed, None
        if following and goes_on:
            self.afterwards(partial(self._walk_on, "uploads", following, self._uploads))
        else:
            self.afterwards(self._uploads_read)

    def _uploads_read(self) -> Yields:
        # Newest first: behind a page without anything new lies only what is known,
        # unless a former visit was cut off.
        yield self.kept(self._state("uploads"), {"whole": "yes"})
        if self._front is not None:
            yield self.leading(self._front)

    def _search(self, words: str) -> Generator[Request]:
        frontier = self.visit.deps.frontier
        resumed = Place.of(frontier.validators(self._state("place")), words)
        if resumed is None or self.visit.max_posts:
            resumed = Place(target=words)
        self._newest = resumed.newest
        yield from self._matches(resumed)

    def _matches(self, place: Place) -> Generator[Request]:
        held = self.visit.deps.frontier.validators(self._state("search"))
        asked = {
            "q": place.target,
            "part": "snippet",
            "type": "video",
            "order": "date",
            "maxResults": _LISTED,
            **held,
        }
        then = partial(self._read_search, place=place)
        yield from self.call("search", then, asked, token=place.token)

    def _read_search(self, response: Response, place: Place) -> Yields:
        page = search_of(response.body)
        yield from self._take_list(page)
        following = self._after(place, page)
        if following:
            self.afterwards(partial(self._walk_on, "place", following, self._matches))
        else:
            self.afterwards(self._search_read)

    def _search_read(self) -> Yields:
        if self._newest is not None:
            # From that very second on, for two may share it; a known one is skipped.
            after = {"publishedAfter": second_of(self._newest)}
            yield self.kept(self._state("search"), after)
        yield self.kept(self._state("place"), {})

    def _after(self, place: Place, page: ApiPage[Listed]) -> Place | None:
        """Return the list's next page, if there is one that a visit may read."""
        if not page.next_token or place.number >= self._most_pages():
            return None
        return replace(
            place,
            token=page.next_token,
            number=place.number + 1,
            newest=self._newest,
        )

    def _walk_on(
        self, state: str, place: Place, ask: Callable[[Place], Generator[Request]]
    ) -> Yields:
        """Keep the place, so that quota or a kill does not begin the list anew."""
        yield self.kept(self._state(state), place.held())
        yield from ask(place)

    def token_refused(self) -> Yields:
        for state in ("uploads", "place"):
            yield self.kept(self._state(state), {})

    def _state(self, what: str) -> str:
        return f"youtube:{what}:{self.visit.spec.id}"

    def _most_pages(self) -> int:
        return 1 if self.visit.max_posts else self.visit.spec.max_pages

    def _take_list(
        self, page: ApiPage[Listed]
    ) -> Generator[Request | Found, None, int]:
        """Ask for the videos that are not read yet; return how many there are."""
        self.judge(page)
        times = [item.published for item in page.items if item.published]
        self._newest = max([*times, *filter(None, [self._newest])], default=None)
        ids = (item.video for item in page.items if item.published)
        news = [one for one in ids if one not in self._listed and self._unread(one)]
        news = news[: self.visit.max_posts or None]
        self._listed.update(news)
        for batch in batches(news):
            yield from self._videos(batch)
        return len(news)

    def _unread(self, video: str) -> bool:
        """Tell whether the video is unknown, or its comments were never read."""
        frontier, address = self.visit.deps.frontier, video_address(video)
        if frontier.resolve(address) is None:
            return not frontier.erased([address])
        return self._talks and not frontier.validators(talk_of(video))

    @property
    def _talks(self) -> bool:
        return self.visit.spec.api.get("comments") != "no" and not self.visit.max_posts

    def _videos(self, ids: Sequence[str]) -> Generator[Request]:
        asked = {"id": ",".join(ids), "part": "snippet,statistics"}
        yield from self.call("videos", partial(self._read_videos, ids=ids), asked)

    def _read_videos(self, response: Response, ids: Sequence[str]) -> Yields:
        page = videos_of(response.body)
        self.judge(page)
        for video in page.items:
            post = video_post(video, self.visit.spec, self.visit.deps)
            yield from self._take(response, post)
            yield from self._threads(video)
        found = {video.id for video in page.items}
        addresses = [video_address(one) for one in ids if one not in found]
        yield from self._missing(response, page.odd, addresses)

    def _threads(
        self, video: Video, token: str = "", number: int = 1
    ) -> Generator[Request]:
        """Ask for the comments where there are more or fewer than at the last look."""
        held = self.visit.deps.frontier.validators(talk_of(video.id))
        count = video.counts.comments
        if not self._talks or (held and held["comments"] == str(count)):
            return
        if count == 0:
            self.note(talk_of(video.id), {"comments": "0"})
            return
        then = partial(self._read_threads, video=video, number=number)
        asked = {
            "videoId": video.id,
            "part": "snippet,replies",
            "order": "time",
            "textFormat": "plainText",
            "maxResults": _COMMENTS,
        }
        yield from self.call("commentThreads", then, asked, token=token)

    def _read_threads(self, response: Response, video: Video, number: int) -> Yields:
        page = threads_of(response.body, video.id)
        self.judge(page)
        for thread in page.items:
            for comment in thread:
                yield from self._take_comment(response, comment, video.id)
            if thread[0].answers > len(thread) - 1:
                yield from self._replies(thread[0])
        if page.next_token and number < self.visit.deps.limits.thread_pages:
            yield from self._threads(video, page.next_token, number + 1)
        else:
            count = str(video.counts.comments)
            self.note(talk_of(video.id), {"comments": count})

    def _replies(
        self, top: Comment, token: str = "", number: int = 1
    ) -> Generator[Request]:
        then = partial(self._read_replies, top=top, number=number)
        asked = {
            "parentId": top.id,
            "part": "snippet",
            "textFormat": "plainText",
            "maxResults": _COMMENTS,
        }
        yield from self.call("comments", then, asked, token=token)

    def _read_replies(self, response: Response, top: Comment, number: int) -> Yields:
        page = comments_of(response.body, top.video, top.id)
        self.judge(page)
        for comment in page.items:
            yield from self._take_comment(response, comment, top.video)
        if page.next_token and number < self.visit.deps.limits.thread_pages:
            yield from self._replies(top, page.next_token, number + 1)

    def _look_again(self) -> Generator[Request]:
        """Ask for known videos and comments by their ids: what is not named is gone."""
        if self.visit.max_posts:
            return
        seen = self.visit.deps.frontier.recent(self.visit.spec.id, _LOOKED_AT_AGAIN)
        due = [one for one in seen if self._due(one)]
        videos = [one.post_id for one in due if one.post_id.startswith(VIDEO)]
        for batch in batches(name.removeprefix(VIDEO) for name in videos):
            self._listed.update(batch)
            yield from self._videos(batch)
        talk = [one.url for one in due if one.post_id.startswith(COMMENT)]
        for addresses in batches(talk):
            ids = ",".join(parts_of(address)[1] for address in addresses)
            asked = {"id": ids, "part": "snippet", "textFormat": "plainText"}
            then = partial(self._read_again, addresses=addresses)
            yield from self.call("comments", then, asked)

    def _due(self, seen: Seen) -> bool:
        return self.look_due(seen, seen.url)

    def _read_again(self, response: Response, addresses: Sequence[str]) -> Yields:
        page = comments_of(response.body)
        self.judge(page)
        found = {comment.id: comment for comment in page.items}
        missing = []
        for address in addresses:
            video, name = parts_of(address)
            if name in found:
                yield from self._take_comment(response, found[name], video)
            else:
                missing.append(address)
        yield from self._missing(response, page.odd, missing)

    def _missing(
        self, response: Response, odd: int, addresses: Sequence[str]
    ) -> Yields:
        """Tell what is gone, unless it may be an item that could not be read."""
        for address in addresses if not odd else ():
            if self.visit.deps.frontier.resolve(address) is not None:
                yield self._gone(response, address)

    def refused(
        self, code: str, response: Response, parameters: Mapping[str, str]
    ) -> Yields:
        video = parameters.get("videoId", "")
        if code == "comments_disabled":
            self.note(talk_of(video), {"comments": "None"})
        elif self.visit.deps.frontier.resolve(video_address(video)) is not None:
            yield self._gone(response, video_address(video))

    def _gone(self, response: Response, address: str) -> FoundGone:
        now = self.visit.deps.clock.now()
        return FoundGone(url=address, at=now, trace=response.meta["trace"])

    def _take_comment(self, response: Response, comment: Comment, video: str) -> Yields:
        post = comment_post(comment, video, self.visit.spec, self.visit.deps)
        yield from self._take(response, post)

    def _take(self, response: Response, post: Post) -> Yields:
        yield FoundPost(
            post=post,
            trace=response.meta["trace"],
            requested=post.url,
            capture=self.capture(response),
        )
