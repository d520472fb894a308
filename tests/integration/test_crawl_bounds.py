"""Hostile servers over real HTTP: bounds of bytes, time and addresses."""

import gzip
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import pytest
import zstandard

from support_crawl.hamlet import HTML, Hamlet, article, bomb, hamlet, rss
from support_crawl.jobs import only, run_job, said
from support_crawl.raw import Script, raw_server

INSIDE = "169.254.169.254"
ZEROS = b"<p>" + b"0" * 50_000_000
REFUSED = [
    f"http://{INSIDE}/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.16689662/",
    f"http://[::ffff:{INSIDE}]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[::1]/",
    "http://[::]/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://a:b@127.0.0.31/",
    "http://1.1.1.1:22/",
    "http://1.1.1.1:6379/",
    "ftp://127.0.0.31/",
    "file:///etc/passwd",
    "data:text/html,x",
    "javascript:alert(1)",
    "http://127.0.0.31/" + "x" * 3000,
]


@pytest.fixture
def site() -> Iterator[Hamlet]:
    with hamlet() as made:
        yield made


@pytest.fixture
def job(tmp_path: Any, site: Hamlet) -> dict[str, Any]:
    source = {"id": "bao", "name": "Báo", "kind": "feed", "url": f"{site.base}/rss"}
    return {"home": str(tmp_path), "sources": [source]}


def test_no_redirect_leads_inside(site: Hamlet, job: dict[str, Any]) -> None:
    paths = [f"/di-{number}.html" for number in range(len(REFUSED))]
    for path, target in zip(paths, REFUSED, strict=True):
        site.pages[path] = (302, {"Location": target}, b"")
    site.add("/rss", rss(*paths, "/bai-1.html"))
    site.add("/bai-1.html", article(1))
    lines = run_job(job)
    assert [post["title"] for post in said(lines, "seen")] == ["Bài số 1"]
    assert only(lines, "run")["errors"] == {"address_refused": len(REFUSED)}


def test_a_name_that_changes_its_address_gains_nothing(
    site: Hamlet, job: dict[str, Any]
) -> None:
    port = site.base.rpartition(":")[2]
    site.add("/rss", rss("/bai-1.html"))
    site.add("/bai-1.html", article(1))
    job["sources"][0]["url"] = f"http://bao.test:{port}/rss"
    # Asked for the page's check, for that of its robots.txt, and to connect for it.
    for good in (1, 2):
        job["names"] = {"bao.test": ["127.0.0.31"] * good + [INSIDE]}
        lines = run_job(job)
        assert said(lines, "seen") == []
        assert only(lines, "run")["errors"] == {"address_refused": 1}
        assert site.asked == []
    job["names"] = {"bao.test": ["127.0.0.31"] * 3}
    assert len(said(run_job(job), "seen")) == 1


def _packed(number: int) -> Callable[[bytes], bytes]:
    def packed(body: bytes) -> bytes:
        for _ in range(number):
            body = gzip.compress(body)
        return body

    return packed


def test_packed_bodies_are_bounded(site: Hamlet, job: dict[str, Any]) -> None:
    codings: dict[str, tuple[str, bytes]] = {
        "/gzip": ("gzip", bomb(60)),
        "/deflate": ("deflate", zlib.compress(ZEROS)),
        "/br": ("br", brotli.compress(ZEROS, quality=1)),
        "/zstd": ("zstd", zstandard.compress(ZEROS)),
        "/hai-lop": ("gzip, gzip", gzip.compress(bomb(60))),
        "/ba-lop": ("gzip, gzip, gzip", _packed(3)(article(3))),
    }
    for path, (name, body) in codings.items():
        site.pages[path] = (200, HTML | {"Content-Encoding": name}, body)
    honest = gzip.compress(article(1))
    site.pages["/bai-1"] = (200, HTML | {"Content-Encoding": "gzip"}, honest)
    twice = _packed(2)(article(2))
    site.pages["/bai-2"] = (200, HTML | {"Content-Encoding": "gzip, gzip"}, twice)
    site.add("/rss", rss(*codings, "/bai-1", "/bai-2"))
    lines = run_job(job)
    titles = sorted(post["title"] for post in said(lines, "seen"))
    assert titles == ["Bài số 1", "Bài số 2"]
    assert only(lines, "run")["errors"] == {"too_large": len(codings)}
    assert only(lines, "peak")["megabytes"] < 300


def _many_headers(send: Callable[[bytes], object]) -> None:
    send(b"HTTP/1.1 200 OK\r\n")
    while True:
        send(b"X-A: " + b"b" * 1000 + b"\r\n")


def _endless_line(send: Callable[[bytes], object]) -> None:
    send(b"HTTP/1.1 200 ")
    while True:
        send(b"O" * 10_000)


def _continues(send: Callable[[bytes], object]) -> None:
    while True:
        send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def _silent(_send: Callable[[bytes], object]) -> None:
    threading.Event().wait(8)


@pytest.mark.parametrize(
    ("script", "codes"),
    [
        (_many_headers, {"too_large"}),
        (_continues, {"too_large"}),
        # Whichever bound is met first: of a line, or of what was read at once.
        (_endless_line, {"connection", "too_large"}),
        (_silent, {"timeout"}),
    ],
)
def test_heads_are_bounded(
    site: Hamlet, job: dict[str, Any], script: Script, codes: set[str]
) -> None:
    with raw_server(script) as base:
        site.add("/rss", rss("/di.html", "/bai-1.html"))
        site.pages["/di.html"] = (302, {"Location": f"{base}/x.html"}, b"")
        site.add("/bai-1.html", article(1))
        job["limits"] = {"first_byte_seconds": 1.0, "retries": 0}
        started = time.monotonic()
        lines = run_job(job)
        assert time.monotonic() - started < 20
    assert len(said(lines, "seen")) == 1
    ((code, times),) = only(lines, "run")["errors"].items()
    assert code in codes
    assert times == 1
    assert only(lines, "peak")["megabytes"] < 300


def test_no_cookie_is_kept(site: Hamlet, job: dict[str, Any]) -> None:
    site.add("/rss", rss("/bai-1.html"), Set_Cookie="theo-doi=1; Path=/")
    site.add("/bai-1.html", article(1))
    run_job(job)
    assert site.times("/bai-1.html") == 1
    assert not any("Cookie" in headers for _, _, headers in site.asked)
