"""Pictures of captured pages, by a headless Chromium that reaches nothing else.

The stored answer is served on loopback under a name made for this once. The browser's
proxy is the same small server, which refuses everything but that name: whatever a page
or the browser itself asks for ends there. `Content-Security-Policy` puts the page into
a sandbox: no scripts, no forms, no refreshing, nothing loaded; so the picture shows the
text in the order of the page, with its inline styles, without pictures and fonts.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops

from domain.errors import ConfigurationError, QuarantineError, RetryLaterError
from evidence.port import Capture

WIDTH, HEIGHT = 1280, 8000
"""Pixels. A higher page is cut: 8,000 are 12 screens, about 4,000 words; 16,000 took
three times as long and are the most that the browser paints."""

SECONDS = 40.0
"""Longest time a picture may take; starting the browser is 3 s of it."""

MAX_PNG = 20_000_000
"""Bytes of a picture. A page of text has 0.1 to 1 MB."""

_KINDS = ("text/html", "application/xhtml+xml", "text/plain")
_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_MARGIN = 24

ARGUMENTS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def render(capture: Capture, chromium: Path) -> bytes:
    """Return a PNG of the page as it is stored.

    Raises `QuarantineError` for what is no page, or makes too large a picture;
    `RetryLaterError` when the browser does not end in time; `ConfigurationError` when
    it does not work at all.
    """
    kind = _kind(capture)
    if not kind.startswith(_KINDS):
        raise QuarantineError(
            f"There is no picture of {kind or 'an unknown kind of content'}.",
            reason="no_page",
            hint="Pictures are made of HTML pages and plain text.",
        )
    with TemporaryDirectory(prefix="minhtin-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _serving(capture, kind) as address:
            said = _run(chromium, folder, address)
        try:
            png = (folder / "page.png").read_bytes()
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"{chromium} made no picture: {said.strip()[-300:]}",
                hint="Does it start for this account? See docs/evidence.md.",
            ) from error
    return _bounded(png)


def version_of(chromium: Path) -> str:
    """Return the browser's name and version. Raises `ConfigurationError`."""
    try:
        ended = subprocess.run(  # noqa: S603 - the setting's program, no shell
            [chromium, "--version"], capture_output=True, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigurationError(
            f"{chromium} does not start: {error}.", hint="Set chromium to another."
        ) from error
    return " ".join(ended.stdout.decode("utf-8", "replace").split())[:100]


def _kind(capture: Capture) -> str:
    for name, value in capture.response_headers:
        if name.lower() == "content-type":
            return value.strip().lower()
    return "text/html" if capture.body.lstrip()[:1] == b"<" else ""


@contextmanager
def _serving(capture: Capture, kind: str) -> Iterator[str]:
    place = f"/{token_urlsafe(16)}"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != address:
                self.send_error(403)
                return
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Content-Length", str(len(capture.body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(capture.body)

        def do_CONNECT(self) -> None:
            self.send_error(403)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing: addresses of pages belong into no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    address = f"http://127.0.0.1:{server.server_port}{place}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()


def _run(chromium: Path, folder: Path, address: str) -> str:
    """Run the browser to its end, or end it with all that it started."""
    # The kernel's own sandbox cannot be had as root; nothing is run that needs it.
    unguarded = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [
        str(chromium),
        *ARGUMENTS,
        *unguarded,
        f"--proxy-server={address.rpartition('/')[0]}",
        f"--user-data-dir={folder / 'profile'}",
        f"--screenshot={folder / 'page.png'}",
        f"--window-size={WIDTH},{HEIGHT}",
        address,
    ]
    # No secrets of ours in its environment, and no home of ours to write into.
    environment = {"HOME": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        process = subprocess.Popen(  # noqa: S603 - the setting's program, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
    except OSError as error:
        raise ConfigurationError(
            f"{chromium} does not start: {error}.", hint="Set chromium to another."
        ) from error
    try:
        return process.communicate(timeout=SECONDS)[1].decode("utf-8", "replace")
    except subprocess.TimeoutExpired as error:
        raise RetryLaterError(
            f"The browser made no picture within {SECONDS:.0f} seconds."
        ) from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def _bounded(png: bytes) -> bytes:
    """Cut the empty rest below the page off; refuse what is too large."""
    with Image.open(BytesIO(png)) as opened:
        image = opened.convert("RGB")
    corner = image.getpixel((image.width - 1, image.height - 1))
    empty = Image.new("RGB", image.size, corner)
    box = ImageChops.difference(image, empty).getbbox()
    height = min(image.height, box[3] + _MARGIN) if box else 1
    made = BytesIO()
    image.crop((0, 0, image.width, height)).save(made, "PNG", optimize=True)
    if made.tell() > MAX_PNG:
        raise QuarantineError(
            f"The picture has {made.tell():,} bytes, more than {MAX_PNG:,}.",
            reason="too_large",
        )
    return made.getvalue()
