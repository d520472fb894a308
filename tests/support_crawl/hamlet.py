"""A small outlet and forum of our own on the loopback range, for crawl tests."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

HTML = {"Content-Type": "text/html; charset=utf-8"}
Answer = tuple[int, dict[str, str], bytes]
BODY = "".join(f"<p>Đoạn {n} của bài viết về xã, dài vừa đủ.</p>" for n in range(6))


def article(number: int, text: str = "") -> bytes:
    """Return an article page; its hour is its number."""
    facts = {
        "@type": "NewsArticle",
        "headline": f"Bài số {number}",
        "datePublished": f"2026-03-07T{number:02}:15:00+07:00",
    }
    return (
        f'<script type="application/ld+json">{json.dumps(facts)}</script>'
        f'<div class="detail-content"><p>{text}</p>{BODY}</div>'
        f"<p>Lượt xem: {time.monotonic_ns()}</p>"
    ).encode()


def rss(*paths: str) -> bytes:
    items = "".join(f"<item><link>{path}</link></item>" for path in paths)
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


@dataclass
class Hamlet:
    """What it serves: path → answer, or a function of how often it was asked."""

    pages: dict[str, Answer | Callable[[int], Answer]] = field(default_factory=dict)
    robots: str = "User-agent: *\nDisallow: /cam/\n"
    base: str = ""
    asked: list[tuple[str, float, dict[str, str]]] = field(default_factory=list)

    def add(self, path: str, body: bytes, **headers: str) -> None:
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        self.pages[path] = (200, HTML | named, body)

    def times(self, path: str) -> int:
        return sum(1 for asked, _, _ in self.asked if asked == path)

    def gap(self) -> float:
        moments = [at for _, at, _ in self.asked]
        return min(b - a for a, b in pairwise(moments))

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        self.asked.append((path, time.monotonic(), headers))
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, self.robots.encode()
        found = self.pages.get(path, (404, HTML, b"<h1>404</h1>"))
        status, sent, body = found(self.times(path)) if callable(found) else found
        if "ETag" in sent and headers.get("If-None-Match") == sent["ETag"]:
            return 304, sent, b""
        return status, sent, body


@contextmanager
def hamlet(host: str = "127.0.0.31") -> Iterator[Hamlet]:
    site = Hamlet()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            headers = {k: v for k, v in self.headers.items()}  # noqa: C416 - a message is no dict
            status, sent, body = site.answer(self.path, headers)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **sent}.items():
                self.send_header(name, value)
            self.end_headers()
            if status != 304:
                self.wfile.write(body)

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    site.base = f"http://{host}:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def bomb(megabytes: int) -> bytes:
    """Return gzip that unpacks to that many megabytes of one letter."""
    return gzip.compress(b"<p>" + b"0" * 1_000_000, 9) * megabytes
