"""Answers of the YouTube Data API v3 to typed pages; pure.

Titles and descriptions come from `videos.list`, since `search.list` escapes them as
HTML. An item that is not as the reference says is left out and counted, so that one
odd comment does not cost the other ninety-nine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from domain.post import MAX_TEXT, Counts
from extraction.charset import tidy

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
"""Of a video, comment, channel or list: it becomes part of addresses and ids."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video's text and counts; `channel` is the channel's id."""

    id: str
    title: str
    description: str
    channel: str
    published: datetime
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; `parent` is the comment that it answers, "" for one on the video.

    `author` is the writer's channel id, else the shown name: to be pseudonymised.
    `answers` is how many replies the API says there are, of which it hands out five.
    """

    id: str
    video: str
    parent: str
    text: str
    author: str
    published: datetime
    modified: datetime | None
    likes: int
    answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A video as a list or a search names it; without a time it cannot be seen."""

    video: str
    published: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPage(Generic[T]):
    """One page of a list. `odd` counts the items that were left out."""

    items: tuple[T, ...]
    next_token: str = ""
    odd: int = 0


class _Answer(Struct, frozen=True):
    items: list[msgspec.Raw] = []
    nextPageToken: str = ""  # noqa: N815 - the API's name


class _Fault(Struct, frozen=True):
    reason: str = ""


class _Error(Struct, frozen=True):
    message: str = ""
    status: str = ""
    errors: list[_Fault] = []
    details: list[_Fault] = []


class _Refusal(Struct, frozen=True):
    error: _Error


def refusals_of(body: bytes) -> tuple[str, ...]:
    """Return the API's names for what was wrong (`quotaExceeded` …), else nothing."""
    try:
        error = msgspec.json.decode(body, type=_Refusal, strict=False).error
    except msgspec.DecodeError:
        return ()
    faults = (fault.reason for fault in (*error.errors, *error.details))
    return tuple(dict.fromkeys(name for name in (*faults, error.status) if name))


def uploads_of(body: bytes) -> ApiPage[str]:
    """Read `channels.list`: the id of each channel's list of uploads."""

    class Related(Struct, frozen=True):
        uploads: Id

    class Details(Struct, frozen=True):
        relatedPlaylists: Related  # noqa: N815 - the API's name

    class Item(Struct, frozen=True):
        contentDetails: Details  # noqa: N815 - the API's name

    return _page(body, Item, lambda item: item.contentDetails.relatedPlaylists.uploads)


def playlist_of(body: bytes) -> ApiPage[Listed]:
    """Read `playlistItems.list`; a video without a time is private or deleted."""

    class Details(Struct, frozen=True):
        videoId: Id  # noqa: N815 - the API's name
        videoPublishedAt: datetime | None = None  # noqa: N815 - the API's name

    class Item(Struct, frozen=True):
        contentDetails: Details  # noqa: N815 - the API's name

    def read(item: Item) -> Listed:
        details = item.contentDetails
        published = details.videoPublishedAt
        return Listed(
            video=details.videoId, published=_utc(published) if published else None
        )

    return _page(body, Item, read)


def search_of(body: bytes) -> ApiPage[Listed]:
    """Read `search.list` for videos."""

    class Found(Struct, frozen=True):
        videoId: Id  # noqa: N815 - the API's name

    class Snippet(Struct, frozen=True):
        publishedAt: datetime  # noqa: N815 - the API's name

    class Item(Struct, frozen=True):
        id: Found
        snippet: Snippet

    def read(item: Item) -> Listed:
        published = _utc(item.snippet.publishedAt)
        return Listed(video=item.id.videoId, published=published)

    return _page(body, Item, read)


class _VideoText(Struct, frozen=True):
    title: str
    publishedAt: datetime  # noqa: N815 - the API's name
    channelId: Id  # noqa: N815 - the API's name
    description: str = ""


class _Statistics(Struct, frozen=True):
    viewCount: int | None = None  # noqa: N815 - the API's name
    likeCount: int | None = None  # noqa: N815 - the API's name
    commentCount: int | None = None  # noqa: N815 - the API's name


class _Video(Struct, frozen=True):
    id: Id
    snippet: _VideoText
    statistics: _Statistics = _Statistics()


def videos_of(body: bytes) -> ApiPage[Video]:
    """Read `videos.list` with snippet and statistics."""
    return _page(body, _Video, _video)


def _video(item: _Video) -> Video:
    snippet, figures = item.snippet, item.statistics
    return Video(
        id=item.id,
        title=_text(snippet.title),
        description=_text(snippet.description),
        channel=snippet.channelId,
        published=_utc(snippet.publishedAt),
        counts=Counts(
            views=figures.viewCount,
            likes=figures.likeCount,
            comments=figures.commentCount,
        ),
    )


class _Author(Struct, frozen=True):
    value: str = ""


class _CommentText(Struct, frozen=True):
    publishedAt: datetime  # noqa: N815 - the API's name
    textDisplay: str = ""  # noqa: N815 - the API's name
    textOriginal: str = ""  # noqa: N815 - the API's name
    authorDisplayName: str = ""  # noqa: N815 - the API's name
    authorChannelId: _Author = _Author()  # noqa: N815 - the API's name
    updatedAt: datetime | None = None  # noqa: N815 - the API's name
    likeCount: int = 0  # noqa: N815 - the API's name
    parentId: str = ""  # noqa: N815 - the API's name
    videoId: str = ""  # noqa: N815 - the API's name


class _Comment(Struct, frozen=True):
    id: Id
    snippet: _CommentText


class _ThreadText(Struct, frozen=True):
    topLevelComment: _Comment  # noqa: N815 - the API's name
    totalReplyCount: int = 0  # noqa: N815 - the API's name


class _Replies(Struct, frozen=True):
    comments: list[_Comment] = []


class _Thread(Struct, frozen=True):
    snippet: _ThreadText
    replies: _Replies = _Replies()


def threads_of(body: bytes, video: str) -> ApiPage[tuple[Comment, ...]]:
    """Read `commentThreads.list`: each thread's first comment, then some replies."""

    def read(item: _Thread) -> tuple[Comment, ...]:
        top = item.snippet.topLevelComment
        answers = item.snippet.totalReplyCount
        first = _comment(top, video, "", answers)
        rest = (_comment(reply, video, top.id) for reply in item.replies.comments)
        return first, *rest

    return _page(body, _Thread, read)


def comments_of(body: bytes, video: str = "", parent: str = "") -> ApiPage[Comment]:
    """Read `comments.list`; an answer to ids says itself what is answered where."""
    return _page(body, _Comment, lambda item: _comment(item, video, parent))


def _comment(item: _Comment, video: str, parent: str, answers: int = 0) -> Comment:
    snippet = item.snippet
    modified = snippet.updatedAt
    edited = modified is not None and modified != snippet.publishedAt
    return Comment(
        id=item.id,
        video=video or snippet.videoId,
        parent=parent or snippet.parentId,
        text=_text(snippet.textOriginal or snippet.textDisplay),
        author=snippet.authorChannelId.value or snippet.authorDisplayName,
        published=_utc(snippet.publishedAt),
        modified=_utc(modified) if modified and edited else None,
        likes=snippet.likeCount,
        answers=answers,
    )


def _page(body: bytes, kind: Any, read: Any) -> ApiPage[Any]:  # noqa: ANN401 - a struct type and its reader
    answer = msgspec.json.decode(body, type=_Answer)
    found: list[Any] = []
    for raw in answer.items:
        try:
            found.append(read(msgspec.json.decode(raw, type=kind, strict=False)))
        except msgspec.DecodeError:
            continue
    odd = len(answer.items) - len(found)
    return ApiPage(items=tuple(found), next_token=answer.nextPageToken, odd=odd)


def batches(ids: Iterable[str], size: int = 50) -> list[list[str]]:
    """Return the ids, each once, in parts of what one call may name."""
    every = list(dict.fromkeys(ids))
    return [every[at : at + size] for at in range(0, len(every), size)]


def _text(text: str) -> str:
    return tidy(text).strip()[:MAX_TEXT]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
