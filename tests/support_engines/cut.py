"""A wire that can be cut: a TCP proxy on loopback."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

from support_engines.node import free_port

CHUNK = 65536
CONNECT_SECONDS = 5.0


class Proxy:
    """Passes bytes on to a port of loopback until told otherwise.

    `target` may be set after the start, for an engine that must be told the proxy's
    port before it has one of its own.
    """

    def __init__(self, target: int = 0, port: int | None = None) -> None:
        self.target = target
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._flowing = threading.Event()
        self._delay = 0.0
        self._held: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.heal()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        with self._lock:
            listener, self._listener = self._listener, None
            held, self._held = self._held, set()
        for one in (listener, *held):
            if one is not None:
                _hang_up(one)

    def stall(self) -> None:
        """Take connections and bytes, and pass nothing on."""
        self._flowing.clear()
        self._listen()

    def delay(self, seconds: float) -> None:
        """Pass each portion of bytes on so much later."""
        self._delay = seconds

    def heal(self) -> None:
        """Work as a wire does; what was stalled is passed on."""
        self._delay = 0.0
        self._flowing.set()
        self._listen()

    def close(self) -> None:
        """End for good."""
        self.cut()
        self._flowing.set()

    def _listen(self) -> None:
        with self._lock:
            if self._listener is not None:
                return
            listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
            self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # The wire was cut.
            while True:
                near, _ = listener.accept()
                threading.Thread(
                    target=self._join, args=(listener, near), daemon=True
                ).start()

    def _join(self, listener: socket.socket, near: socket.socket) -> None:
        if not self._hold(listener, near):
            return
        try:
            far = socket.create_connection(
                ("127.0.0.1", self.target), timeout=CONNECT_SECONDS
            )
        except OSError:
            self._drop(near)
            return
        far.settimeout(None)
        if not self._hold(listener, far):
            return
        for source, sink in ((near, far), (far, near)):
            threading.Thread(
                target=self._pump, args=(source, sink), daemon=True
            ).start()

    def _hold(self, listener: socket.socket, one: socket.socket) -> bool:
        """Keep a connection for the next cut; end it when that has been meanwhile."""
        with self._lock:
            if self._listener is listener:
                self._held.add(one)
                return True
        _hang_up(one)
        return False

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flowing.wait()
                if self._delay:
                    time.sleep(self._delay)
                sink.sendall(data)
        self._drop(source, sink)

    def _drop(self, *ends: socket.socket) -> None:
        with self._lock:
            self._held.difference_update(ends)
        for one in ends:
            _hang_up(one)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _hang_up(one: socket.socket) -> None:
    # Shut down first: closing alone does not wake a thread that waits on it.
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
