"""Our crawl beside a bare Scrapy spider on the same local site, in one run.

The bare spider fetches the feed and every article with the same concurrency and keeps
only the title; ours extracts, stores evidence, writes to the log and remembers.

    python -m benchmarks.crawl [--articles N]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from classifier.corpus_check import CORPUS
from classifier.rows import read_rows
from domain.clock import SystemClock

BARE = """
import sys
import scrapy
from scrapy.crawler import CrawlerProcess
class Bare(scrapy.Spider):
    name = "bare"
    start_urls = [sys.argv[1]]
    def parse(self, response):
        for link in response.xpath("//item/link/text()").getall():
            yield scrapy.Request(link, self.article)
    def article(self, response):
        yield {"title": response.css("h1::text").get()}
process = CrawlerProcess({"LOG_ENABLED": False, "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "TELNETCONSOLE_ENABLED": False})
process.crawl(Bare)
process.start()
"""

OURS = """
import sys
from pathlib import Path
from crawlers.deps import CrawlDeps
from crawlers.frontier.sqlite import SqliteFrontier
from crawlers.run import crawl
from domain.clock import SystemClock
from domain.ids import SourceId
from domain.profile import SourceSpec
from wiring import bootstrap
from wiring.logs import configure_logs
from wiring.settings import load_settings
configure_logs("WARNING")
settings = load_settings({}, home=Path(sys.argv[2]))
deps = CrawlDeps(event_log=bootstrap.build_log(settings),
    evidence=bootstrap.build_evidence(settings),
    frontier=SqliteFrontier(settings.frontier_path), clock=SystemClock(),
    pseudonym_key=b"bench", user_agent="bench (+bench@example.vn)", default_delay=0.0,
    allowed_networks=("127.0.0.0/8",))
spec = SourceSpec(id=SourceId("bench"), name="bench", kind="feed", url=sys.argv[1])
report = crawl([spec], deps)
print(report.runs[0].new)
"""


def site(count: int) -> ThreadingHTTPServer:
    """Serve a feed and `count` articles on a free loopback port."""
    rows = [row for row in read_rows(CORPUS / "train") if row.title][:count]
    when = format_datetime(SystemClock().now())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Keep the terminal for the result."""

        def do_GET(self) -> None:
            body = self._body()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _body(self) -> bytes:
            base = "http://{}:{}".format(*self.server.server_address[:2])
            if self.path == "/rss":
                items = "".join(
                    f"<item><title>Tin {n}</title><link>{base}/bai-{n}.html</link>"
                    f"<pubDate>{when}</pubDate></item>"
                    for n in range(len(rows))
                )
                return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
            if not self.path.startswith("/bai-"):
                return b""
            row = rows[int(self.path[5:-5])]
            text = "".join(f"<p>{row.text}</p>" for _ in range(4))
            return (
                f'<html lang="vi"><head><meta charset="utf-8"><title>{row.title}'
                f"</title></head><body><article><h1>{row.title}</h1>"
                f'<div class="body">{text}</div></article></body></html>'
            ).encode()

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def timed(code: str, *arguments: str) -> tuple[float, float, str]:
    """Run code in a fresh process; return wall seconds, CPU seconds, output."""
    before = os.times()
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    after = os.times()
    cpu = (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )
    return time.perf_counter() - started, cpu, done.stdout.strip()


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=250)
    count = parser.parse_args().articles
    server = site(count)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/rss"
    with tempfile.TemporaryDirectory() as folder:
        ours, ours_cpu, new = timed(OURS, url, str(Path(folder) / "home"))
    bare, bare_cpu, _ = timed(BARE, url)
    server.shutdown()
    print(
        json.dumps(
            {
                "articles": int(new),
                "ours_per_second": round(int(new) / ours, 1),
                "bare_per_second": round(int(new) / bare, 1),
                "ratio": round(bare / ours, 2),
                "ours_cpu_share": round(ours_cpu / ours, 2),
                "bare_cpu_share": round(bare_cpu / bare, 2),
                "ours_cpu_ms_per_article": round(1000 * ours_cpu / int(new), 1),
                "bare_cpu_ms_per_article": round(1000 * bare_cpu / int(new), 1),
                "cpu_ratio": round(ours_cpu / max(bare_cpu, 0.01), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
