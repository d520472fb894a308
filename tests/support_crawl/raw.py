"""A server that sends bytes as they are, for answers that no honest server gives."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_NO_RULES = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
Script = Callable[[Callable[[bytes], object]], None]


@contextmanager
def raw_server(script: Script, host: str = "127.0.0.32") -> Iterator[str]:
    """Answer a request by `script(send)`, one for rules by none; yields the base."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                if self.request.recv(65_536).startswith(b"GET /robots.txt"):
                    self.request.sendall(_NO_RULES)
                else:
                    script(self.request.sendall)

    server = socketserver.ThreadingTCPServer((host, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
