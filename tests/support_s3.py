"""An S3 emulator (moto) as a process on loopback, and buckets in it.

It speaks the protocol over real HTTP, so the client's own code runs; it is no store
that anybody keeps things in, and checks no signatures.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

from evidence.adapters.s3_options import S3Options
from support_engines.node import free_port

BUCKET = "chung-cu"
PATIENCE = 60.0
PAGE = 10
"""Keys in one answer to a listing; real stores give 1,000."""
_NUMBERS = count()


class Emulator:
    """The emulator's process; what it holds lives as long as it runs."""

    def __init__(self, port: int | None = None, tls: tuple[str, str] = ()) -> None:
        self.port = port or free_port()
        self._tls = tls
        scheme = "https" if tls else "http"
        self.endpoint = f"{scheme}://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = ["-H", "127.0.0.1", "-p", str(self.port)]
        if self._tls:
            arguments += ["-s", "-c", self._tls[0], "-k", self._tls[1]]
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "moto.server", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE)},
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            assert self._process.poll() is None, "the emulator did not start"
            time.sleep(0.05)
        raise AssertionError("the emulator does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Ask the emulator without a signature, which it does not look at."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def make_bucket(self, name: str = BUCKET) -> None:
        assert self.ask("PUT", f"/{name}")[0] == 200

    def options(self, **more: object) -> S3Options:
        """Return options of an installation of its own in the bucket."""
        facts = {
            "bucket": BUCKET,
            "prefix": f"van-phong-{next(_NUMBERS)}",
            "endpoint": self.endpoint,
            "access_key": "khoa",
            "secret_key": "bi-mat",
            "timeout_seconds": 5.0,
            "retries": 2,
        }
        return S3Options(**{**facts, **more})


@contextmanager
def running_emulator() -> Iterator[Emulator]:
    emulator = Emulator()
    emulator.start()
    try:
        emulator.make_bucket()
        yield emulator
    finally:
        emulator.stop()
