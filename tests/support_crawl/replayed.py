"""The replay sites of ../shared inside the test process, with their truth."""

import importlib.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[3] / "shared"
ENTRIES = {
    "feed": "/rss/tin-moi.rss",
    "sitemap": "/",
    "listing": "/tin-tuc",
    "api": "/api/web/articles?page={page}",
    "forum": "/forums/dien-bien.7/",
    "faults": "/rss/tin-moi.rss",
}
API = {
    "items": "data",
    "total": "total",
    "link": "/tin-bai/{slug}-{id}",
    "detail": "/api/web/articles/{id}",
    "title": "title",
    "lead": "sapo",
    "text": "content",
    "published": "publishedAt",
    "author": "author",
}
"""How the replay's JSON interface is described."""


def api_path(article: Any) -> str:
    """Return where `API` puts an article for people."""
    section, _, name = article.path[1:].partition("/")
    del section
    return f"/tin-bai/{name.removesuffix('.html')}"


@contextmanager
def replay_sites(articles: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Serve the sites; yields them by name, each with `base` and its articles."""
    spec = importlib.util.spec_from_file_location("replay", SHARED / "replay/replay.py")
    assert spec
    assert spec.loader
    replay = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(replay)
    sites = {site.name: site for site in replay.build(articles, seed)}
    servers, port = [], 0
    for site in sites.values():
        server = ThreadingHTTPServer((site.host, port), replay.handler(site))
        server.daemon_threads = True
        port = server.server_address[1]
        site.base = f"http://{site.host}:{port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    try:
        yield sites
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
