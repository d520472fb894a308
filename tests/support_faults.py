"""An HTTP proxy in front of a real engine that breaks what a test wants broken."""

import contextlib
import http.client
import json
import ssl
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class FaultProxy:
    """Passes requests on, over TLS where it is given a keystore.

    `faults` are called with the coming bulk requests; `signed_in` holds the headers
    that requests signed in with.

    A fault is a function of (handler, ask): `ask()` carries the request, or the body
    given instead, out on the engine and returns (status, body). The fault returns what
    to answer, or None after it has answered, or not answered, by itself.
    """

    def __init__(self, url, keystore=None):
        self._to = urlsplit(url).netloc
        self.faults = deque()
        self.bulks = []
        self.signed_in = set()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self):
                proxy.handle(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass  # noqa: N815 - names that http.server calls

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        scheme = "http"
        if keystore is not None:
            scheme = "https"
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(keystore)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def handle(self, handler):
        size = int(handler.headers.get("content-length") or 0)
        self.signed_in.add(handler.headers["authorization"])
        handler.body = body = handler.rfile.read(size)

        def ask(instead=None):
            return self._ask(handler, body if instead is None else instead)

        bulk = urlsplit(handler.path).path.endswith("/_bulk")
        if bulk:
            self.bulks.append(body.count(b"\n") // 2)
        fault = self.faults.popleft() if bulk and self.faults else None
        answer = fault(handler, ask) if fault else ask()
        if answer is not None:
            self._answer(handler, *answer)

    def _ask(self, handler, body):
        names = ("content-type", "accept", "authorization")
        headers = {n: handler.headers[n] for n in names if handler.headers[n]}
        link = http.client.HTTPConnection(self._to, timeout=30)
        with contextlib.closing(link):
            link.request(handler.command, handler.path, body, headers)
            answer = link.getresponse()
            handler.kind = answer.getheader("content-type")
            handler.product = answer.getheader("x-elastic-product")
            return answer.status, answer.read()

    def _answer(self, handler, status, body):
        handler.send_response(status)
        handler.send_header(
            "content-type", getattr(handler, "kind", "application/json")
        )
        self.name_product(handler)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @staticmethod
    def name_product(handler):
        """Name the product where the engine did: the clients look."""
        if product := getattr(handler, "product", None):
            handler.send_header("x-elastic-product", product)


def refuse(status, kind="es_rejected_execution_exception"):
    """Answer for the engine, which never hears of the request."""

    def fault(handler, ask):
        handler.kind = "application/json"
        error = {"error": {"type": kind, "reason": "made up"}, "status": status}
        return status, json.dumps(error).encode()

    return fault


def refuse_every(nth, status=429):
    """Hand all but every nth item of a request on, and refuse those."""

    def fault(handler, ask):
        lines = handler.body.splitlines()
        pairs = list(zip(lines[::2], lines[1::2], strict=True))
        kept = [pair for at, pair in enumerate(pairs) if at % nth]
        code, body = ask(b"".join(b"%b\n%b\n" % pair for pair in kept))
        answer = json.loads(body)
        for at in range(0, len(pairs), nth):
            error = {"type": "es_rejected_execution_exception", "reason": "made up"}
            answer["items"].insert(at, {"index": {"status": status, "error": error}})
        return code, json.dumps(answer).encode()

    return fault


def cut_before(handler, ask):
    """Close the connection; the engine never hears of the request."""
    handler.close_connection = True
    handler.connection.close()


def cut_after(handler, ask):
    """Let the engine carry it out and close the connection in mid-answer."""
    _, body = ask()
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    FaultProxy.name_product(handler)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    cut_before(handler, ask)
