"""A picture of a stored page in a real Chromium, which reaches nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from contracts.evidence_store import CAPTURE
from domain.errors import NotFoundError
from e2e.browser import CHROMIUM
from evidence.adapters.file import FileEvidence
from evidence.picture import picture_from_warc
from wiring.bootstrap import take_picture
from wiring.settings import load_settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium"),
]
PAGE = """<!doctype html><meta charset="utf-8">
<meta http-equiv="refresh" content="0;url={trap}/refresh">
<link rel="stylesheet" href="{trap}/style.css">
<body style="margin:0;background:#fff">
<div style="height:600px;background:#c00">Đỏ</div>
<img src="{trap}/image.png"><iframe src="{trap}/frame"></iframe>
<iframe src="file:///etc/passwd"></iframe>
<script src="{trap}/script.js"></script>
<script>
  document.querySelector('div').style.background = '#00c';
  fetch('{trap}/fetch'); new Image().src = '{trap}/beacon';
  new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}}]}});
</script>"""


@contextmanager
def trap() -> Iterator[tuple[int, list[str]]]:
    """A server that should never be asked for anything."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()


def test_the_stored_page_is_shown_and_nothing_is_asked_for(tmp_path: Path) -> None:
    settings = load_settings({"MINHTIN_CHROMIUM": str(CHROMIUM)}, tmp_path)
    store = FileEvidence(settings.evidence_folder)
    with trap() as (port, asked):
        place = f"http://127.0.0.1:{port}"
        digest = store.put(
            replace(
                CAPTURE,
                url=f"{place}/page",
                response_headers=(("Content-Type", "text/html; charset=utf-8"),),
                body=PAGE.format(trap=place, port=port).encode(),
            )
        )
        take_picture(settings, store, digest)
        assert asked == []
    picture = picture_from_warc(store.attached(digest))
    assert "Chrom" in picture.maker
    with Image.open(BytesIO(picture.png)) as image:
        assert image.width == 1280
        assert 600 < image.height < 1200
        # Red as it was stored; a script would have painted it blue.
        assert image.convert("RGB").getpixel((640, 300)) == (204, 0, 0)
    assert store.verify(digest).sound
    take_picture(settings, store, digest)
    assert picture_from_warc(store.attached(digest)) == picture
    assert store.delete([digest]) == 1
    with pytest.raises(NotFoundError):
        store.attached(digest)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
