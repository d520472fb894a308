"""A small YouTube Data API v3 on loopback, written from its public reference.

https://developers.google.com/youtube/v3/docs: the six lists that the spider uses, with
their parameters, page tokens, ETags, quota costs and errors.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "AIzaSyD-khong-duoc-lo-ra-0123456789abcde"
COST = {"search": 100}
MOST = {"playlistItems": 50, "search": 50, "commentThreads": 100, "comments": 100}
Answer = tuple[int, dict[str, Any]]


@dataclass
class Video:
    id: str
    title: str
    published: str
    description: str = "Mô tả của video."
    channel: str = "UCtinh0000000000000000"
    views: int = 10
    private: bool = False
    comments: list["Comment"] | None = field(default_factory=list)


@dataclass
class Comment:
    id: str
    text: str
    author: str = "Người Dân A"
    published: str = "2026-11-20T01:00:00Z"
    updated: str = ""
    likes: int = 0
    replies: list["Comment"] = field(default_factory=list)


@dataclass
class Api:
    """What it serves. `faults` answers the next calls of a method, in order.

    `before` is called with each call first, and may hold it up.
    """

    videos: list[Video] = field(default_factory=list)
    channel: str = "UCtinh0000000000000000"
    handle: str = "@daitinh"
    page: int = 50
    quota: int = 10_000
    spent: int = 0
    key: str = KEY
    base: str = ""
    faults: dict[str, list[Answer]] = field(default_factory=dict)
    before: Callable[[str, dict[str, str]], object] = lambda _method, _asked: None
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    def asked(self, method: str) -> list[dict[str, str]]:
        return [asked for name, asked in self.calls if name == method]

    def answer(self, method: str, asked: dict[str, str], key: str) -> Answer:
        self.calls.append((method, asked))
        self.before(method, asked)
        if waiting := self.faults.get(method):
            return waiting.pop(0)
        if key != self.key:
            return fault(400, "badRequest", "API_KEY_INVALID")
        cost = COST.get(method, 1)
        if self.spent + cost > self.quota:
            return fault(403, "quotaExceeded")
        self.spent += cost
        served = getattr(self, f"_{method}", None)
        return served(asked) if served else fault(404, "notFound")

    def _channels(self, asked: dict[str, str]) -> Answer:
        known = self.channel == asked.get("id") or self.handle == asked.get("forHandle")
        related = {"relatedPlaylists": {"uploads": "UU" + self.channel[2:]}}
        item = {"id": self.channel, "contentDetails": related}
        return 200, {"items": [item]} if known else {}

    def _playlistItems(self, asked: dict[str, str]) -> Answer:  # noqa: N802 - the API's name
        if asked.get("playlistId") != "UU" + self.channel[2:]:
            return fault(404, "playlistNotFound")
        items = []
        for video in sorted(self.videos, key=lambda v: v.published, reverse=True):
            details = {"videoId": video.id}
            if not video.private:
                details["videoPublishedAt"] = video.published
            items.append({"contentDetails": details})
        return self._page("playlistItems", items, asked)

    def _search(self, asked: dict[str, str]) -> Answer:
        after, words = asked.get("publishedAfter", ""), asked["q"].lower()
        found = [
            {
                "id": {"kind": "youtube#video", "videoId": video.id},
                "snippet": {
                    "publishedAt": video.published,
                    "title": video.title.replace("&", "&amp;"),
                },
            }
            for video in sorted(self.videos, key=lambda v: v.published, reverse=True)
            if words in video.title.lower() and video.published >= after
        ]
        return self._page("search", found, asked)

    def _videos(self, asked: dict[str, str]) -> Answer:
        ids = asked["id"].split(",")
        if len(ids) > 50:
            return fault(400, "invalidFilters")
        return 200, {"items": [_video(v) for v in self._visible() if v.id in ids]}

    def _visible(self) -> list[Video]:
        return [video for video in self.videos if not video.private]

    def _commentThreads(self, asked: dict[str, str]) -> Answer:  # noqa: N802 - the API's name
        video = next((v for v in self._visible() if v.id == asked["videoId"]), None)
        if video is None:
            return fault(404, "videoNotFound")
        if video.comments is None:
            return fault(403, "commentsDisabled")
        items = [_thread(video.id, comment) for comment in video.comments]
        return self._page("commentThreads", items, asked)

    def _comments(self, asked: dict[str, str]) -> Answer:
        tops = [c for v in self._visible() for c in v.comments or ()]
        if parent := asked.get("parentId"):
            top = next((c for c in tops if c.id == parent), None)
            if top is None:
                return fault(404, "commentNotFound")
            replies = [_comment("", reply, parent) for reply in top.replies]
            return self._page("comments", replies, asked)
        if "maxResults" in asked:
            return fault(400, "operationNotSupported")
        ids = asked["id"].split(",")
        every = [(c, "") for c in tops] + [(r, c.id) for c in tops for r in c.replies]
        found = [_comment("", c, parent) for c, parent in every if c.id in ids]
        return 200, {"items": found}

    def _page(
        self, method: str, items: list[dict[str, Any]], asked: dict[str, str]
    ) -> Answer:
        size = min(self.page, int(asked.get("maxResults", "5")), MOST[method])
        token = asked.get("pageToken", "T0")
        if not token.startswith("T"):
            return fault(400, "invalidPageToken")
        start = int(token[1:])
        answer: dict[str, Any] = {"items": items[start : start + size]}
        if start + size < len(items):
            answer["nextPageToken"] = f"T{start + size}"
        return 200, answer


def fault(status: int, reason: str, detail: str = "") -> Answer:
    error: dict[str, Any] = {
        "code": status,
        "message": f"Refused: {reason}.",
        "errors": [{"message": "Refused.", "domain": "youtube", "reason": reason}],
    }
    if detail:
        error["details"] = [{"@type": "…/ErrorInfo", "reason": detail}]
    return status, {"error": error}


def _video(video: Video) -> dict[str, Any]:
    figures = {"viewCount": str(video.views), "likeCount": "3"}
    if video.comments is not None:
        count = sum(1 + len(c.replies) for c in video.comments)
        figures["commentCount"] = str(count)
    return {
        "kind": "youtube#video",
        "id": video.id,
        "snippet": {
            "publishedAt": video.published,
            "channelId": video.channel,
            "channelTitle": "Kênh của một người",
            "title": video.title,
            "description": video.description,
        },
        "statistics": figures,
    }


def _comment(video: str, comment: Comment, parent: str = "") -> dict[str, Any]:
    snippet: dict[str, Any] = {
        "textDisplay": comment.text,
        "authorDisplayName": comment.author,
        "authorChannelId": {"value": f"UC-{comment.author}"},
        "likeCount": comment.likes,
        "publishedAt": comment.published,
        "updatedAt": comment.updated or comment.published,
    }
    if video:
        snippet["videoId"] = video
    if parent:
        snippet["parentId"] = parent
    return {"kind": "youtube#comment", "id": comment.id, "snippet": snippet}


def _thread(video: str, comment: Comment) -> dict[str, Any]:
    thread: dict[str, Any] = {
        "id": comment.id,
        "snippet": {
            "videoId": video,
            "topLevelComment": _comment(video, comment),
            "totalReplyCount": len(comment.replies),
        },
    }
    if comment.replies:
        some = [_comment(video, reply, comment.id) for reply in comment.replies[:5]]
        thread["replies"] = {"comments": some}
    return thread


@contextmanager
def youtube_api(host: str = "127.0.0.41") -> Iterator[Api]:
    """Serve it over real HTTP."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            api.addresses.append(self.path)
            api.headers.append(dict(self.headers.items()))
            parts = urlsplit(self.path)
            method = parts.path.rpartition("/")[2]
            asked = dict(parse_qsl(parts.query))
            key = self.headers.get("X-goog-api-key", "")
            status, facts = api.answer(method, asked, key)
            tag = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]
            same = status == 200 and self.headers.get("If-None-Match") == f'"{tag}"'
            body = b"" if same else json.dumps({"etag": tag, **facts}).encode()
            self.send_response(304 if same else status)
            for name, value in facts.pop("send", {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("ETag", f'"{tag}"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    api.base = f"http://{host}:{server.server_address[1]}/youtube/v3"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
