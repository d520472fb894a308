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
    "listing": "/tin-tuc",
    "forum": "/forums/dien-bien.7/",
    "faults": "/rss/tin-moi.rss",
}


@contextmanager
def replay_sites(articles: int) -> Iterator[dict[str, Any]]:
    """Serve the sites; yields them by name, each with `base` and its articles."""
    spec = importlib.util.spec_from_file_location("replay", SHARED / "replay/replay.py")
    assert spec
    assert spec.loader
    replay = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(replay)
    sites = {site.name: site for site in replay.build(articles)}
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
