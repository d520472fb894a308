"""Videos and comments of YouTube to posts."""

from dataclasses import replace

from crawlers.deps import CrawlDeps
from crawlers.pseudonym import pseudonym
from domain.ids import PostId
from domain.labels import PostKind
from domain.post import Counts, Post
from domain.profile import SourceSpec
from extraction.youtube import Comment, Video

VIDEO, COMMENT = "youtube:video-", "youtube:comment-"
_PLATFORM = "youtube"
_WATCH = "https://www.youtube.com/watch?v="
_BEFORE_COMMENT = "&lc="


def video_address(video: str) -> str:
    """Return where people see the video."""
    return _WATCH + video


def comment_address(video: str, comment: str) -> str:
    """Return where people see the comment."""
    return f"{_WATCH}{video}{_BEFORE_COMMENT}{comment}"


def parts_of(address: str) -> tuple[str, str]:
    """Return video and comment of a comment's address."""
    video, _, comment = address.removeprefix(_WATCH).partition(_BEFORE_COMMENT)
    return video, comment


def talk_of(video: str) -> str:
    """Return where it is noted how many comments a video had when they were read."""
    return f"youtube:talk:{video}"


def video_post(video: Video, spec: SourceSpec, deps: CrawlDeps) -> Post:
    """Return the video as a post: title and description."""
    post = _post(VIDEO + video.id, video.id, video.channel, spec, deps)
    return replace(
        post,
        url=video_address(video.id),
        title=video.title,
        text=video.description,
        published=video.published,
        counts=video.counts,
    )


def comment_post(
    comment: Comment, video: str, spec: SourceSpec, deps: CrawlDeps
) -> Post:
    """Return the comment, which answers another one or the video."""
    parent = COMMENT + comment.parent if comment.parent else VIDEO + video
    post = _post(COMMENT + comment.id, video, comment.author, spec, deps)
    return replace(
        post,
        kind=PostKind.COMMENT,
        url=comment_address(video, comment.id),
        text=comment.text,
        parent_id=PostId(parent),
        published=comment.published,
        modified=comment.modified,
        counts=Counts(likes=comment.likes),
    )


def _post(own: str, video: str, handle: str, spec: SourceSpec, deps: CrawlDeps) -> Post:
    return Post(
        id=PostId(own),
        revision=1,
        source=spec.id,
        kind=PostKind.POST,
        url="",
        fetched=deps.clock.now(),
        text="",
        thread_id=PostId(f"youtube:thread-{video}"),
        author=pseudonym(deps.pseudonym_key, _PLATFORM, handle),
        # A channel may be a private person's, so only the source is named.
        outlet=spec.name,
        found_by=(("text", "youtube"), ("published", "youtube")),
    )
