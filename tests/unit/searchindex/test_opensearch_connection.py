"""Who answers at the address of the search engine."""

import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from domain.errors import ConfigurationError, NotLetInError
from searchindex.adapters.elastic_client import connect
from searchindex.adapters.elastic_options import ElasticOptions


@contextmanager
def server(**headers):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as opened:
        opened.daemon_threads = True
        thread = threading.Thread(target=opened.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{opened.server_port}"
        opened.shutdown()
        thread.join()


def asked(url, engine="opensearch"):
    options = ElasticOptions(urls=(url,), engine=engine)
    with closing(connect(options)) as client:
        return client.send("GET", "/_alias")


def test_elasticsearch_is_refused_with_what_to_set():
    with (
        server(X_elastic_product="Elasticsearch") as url,
        pytest.raises(ConfigurationError, match="is Elasticsearch") as caught,
    ):
        asked(url)
    assert "search_engine to elasticsearch" in caught.value.hint


def test_what_does_not_name_itself_is_taken():
    with server() as url:
        assert asked(url) == {}


@pytest.mark.parametrize("engine", ["elasticsearch", "opensearch"])
def test_https_towards_a_server_without_it_is_named(engine):
    with server() as url, pytest.raises(NotLetInError, match="HTTPS, as search_url"):
        asked(url.replace("http:", "https:"), engine)
