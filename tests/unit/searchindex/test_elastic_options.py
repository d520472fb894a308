"""Options that make no sense are refused before anything is sent."""

import pytest

from domain.errors import ConfigurationError
from searchindex.adapters.elastic_client import connect
from searchindex.adapters.elastic_errors import ours, refusal
from searchindex.adapters.elastic_options import ElasticOptions

URLS = ("https://h1:9200", "https://h2:9200")


@pytest.mark.parametrize(
    "fields",
    [
        {"engine": "solr"},
        {"urls": ()},
        {"urls": ("h1:9200",)},
        {"urls": ("ftp://h1:1",)},
        {"urls": ("http://h1",)},
        {"urls": ("http://h1:abc",)},
        {"urls": ("http://h1:99999",)},
        {"urls": ("http://[h1:9200",)},
        {"api_key": "khoá"},
        {"prefix": ""},
        {"prefix": "Tỉnh"},
        {"prefix": "-x"},
        {"prefix": "a*"},
        {"username": "a", "password": "b", "api_key": "c"},
        {"shards": 0},
        {"replicas": -1},
        {"timeout_seconds": 0},
        {"timeout_seconds": float("nan")},
        {"timeout_seconds": float("inf")},
    ],
)
def test_nonsense_is_refused_with_a_hint(fields):
    with pytest.raises(ConfigurationError) as caught:
        ElasticOptions(**{"urls": URLS, **fields})
    assert caught.value.hint


def test_secrets_are_not_shown():
    options = ElasticOptions(urls=URLS, username="an", password="mật")
    assert "mật" not in repr(options)
    assert "khoa" not in repr(ElasticOptions(urls=URLS, api_key="khoa"))


@pytest.mark.parametrize("engine", ["elasticsearch", "opensearch"])
def test_a_missing_certificate_is_named(engine):
    options = ElasticOptions(urls=URLS, engine=engine, ca_file="nosuch.pem")
    with pytest.raises(ConfigurationError, match="nosuch"):
        connect(options)


def test_an_expired_key_is_said_as_the_engine_says_it():
    answer = {
        "error": {
            "type": "security_exception",
            "reason": "unable to authenticate",
            "caused_by": {"type": "expired", "reason": "api key is expired"},
        }
    }
    error = ours(refusal(401, answer))
    assert isinstance(error, ConfigurationError)
    assert "api key is expired" in str(error)
    assert "search_api_key" in (error.hint or "")
