"""A search engine that is another one than set is said; one that is away is awaited."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("elasticsearch", reason="the elastic extra is not installed")
pytest.importorskip("opensearchpy", reason="the elastic extra is not installed")

from domain.errors import NotLetInError, RetryLaterError
from searchindex.adapters.elastic_client import connect
from searchindex.adapters.elastic_options import ElasticOptions
from support_engines import certificates


class Node(BaseHTTPRequestHandler):
    """Answers as either engine; says nothing on the terminal."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if self.headers.get("User-Agent", "").startswith("elasticsearch"):
            self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


class Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        """A client that hangs up is what is tested."""


@pytest.fixture
def node(tmp_path):
    """Yield an HTTPS port and who signed its certificate."""
    made = certificates.make(tmp_path)
    server = Quiet(("", 0), Node)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.keystore)
    server.socket = context.wrap_socket(
        # In the handler's thread: a client that says nothing must not hold up all.
        server.socket,
        server_side=True,
        do_handshake_on_connect=False,
    )
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield server.server_address[1], made.ca
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture(params=["elasticsearch", "opensearch"])
def ask(request):
    """Return what asks an address for something."""

    def asked(url, ca=""):
        client = connect(
            ElasticOptions(urls=(url,), engine=request.param, ca_file=str(ca))
        )
        try:
            return client.send("GET", "/")
        finally:
            client.close()

    return asked


def test_the_right_authority_is_trusted(node, ask):
    port, ca = node
    assert ask(f"https://127.0.0.1:{port}", ca) == {}


def test_an_unknown_authority_is_a_matter_of_settings(node, ask, tmp_path):
    port, _ = node
    (tmp_path / "other").mkdir()
    other = certificates.make(tmp_path / "other").ca
    for ca in ("", other):
        with pytest.raises(NotLetInError, match="search_ca_file"):
            ask(f"https://127.0.0.1:{port}", ca)


def test_a_name_that_the_certificate_lacks_is_a_matter_of_settings(node, ask):
    port, ca = node
    with pytest.raises(NotLetInError, match="a name that the server's certificate"):
        ask(f"https://127.0.0.2:{port}", ca)


def test_a_file_that_is_no_certificate_is_named(node, ask, tmp_path):
    port, _ = node
    broken = tmp_path / "broken.pem"
    broken.write_text("không phải chứng chỉ")
    with pytest.raises(NotLetInError, match="search_ca_file"):
        ask(f"https://127.0.0.1:{port}", broken)


def test_a_server_that_is_away_is_awaited(node, ask):
    _, ca = node
    with pytest.raises(RetryLaterError):
        ask("https://127.0.0.1:1", ca)
