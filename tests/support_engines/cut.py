"""A wire that can be cut: a TCP proxy on loopback."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

from support_engines.node import free_port

CHUNK = 65536


class Proxy:
    """Passes bytes on to a port of loopback until told otherwise.

    `target` may be set after the start, for an engine that must be told the proxy's
    port before it has one of its own.
    """

    def __init__(self, target: int = 0, port: int | None = None) -> None:
        self.target = target
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._open = threading.Event()
        self._flowing = threading.Event()
        self._heal_delay = 0.0
        self._stopping = False
        self._pairs: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.heal()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        self._open.clear()
        self._hang_up()

    def stall(self) -> None:
        """Take connections and bytes, and pass nothing on."""
        self._open.set()
        self._flowing.clear()

    def delay(self, seconds: float) -> None:
        """Pass each portion of bytes on so much later."""
        self._heal_delay = seconds

    def heal(self) -> None:
        """Work as a wire does; what was stalled is passed on."""
        self._heal_delay = 0.0
        self._open.set()
        self._flowing.set()

    def close(self) -> None:
        """End for good."""
        self._stopping = True
        self._flowing.set()
        self._listener.close()
        self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            held, self._pairs = self._pairs, set()
        for one in held:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while not self._stopping:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        if not self._open.is_set():
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        with self._lock:
            self._pairs |= {near, far}
        for source, sink in ((near, far), (far, near)):
            threading.Thread(
                target=self._pump, args=(source, sink), daemon=True
            ).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flowing.wait()
                if self._heal_delay:
                    time.sleep(self._heal_delay)
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        with self._lock:
            self._pairs -= {source, sink}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
