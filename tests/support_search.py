"""Indices on real search engines for tests: a prefix of their own, removed after."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from searchindex.adapters.elastic import ElasticSearchIndex
from searchindex.adapters.elastic_client import connect
from searchindex.adapters.elastic_options import ElasticOptions


def options(url: str, engine: str, prefix: str = "", **fields) -> ElasticOptions:
    prefix = prefix or f"t{secrets.token_hex(6)}"
    given = {"urls": (url,), "engine": engine, "prefix": prefix, "replicas": 0}
    return ElasticOptions(**{**given, **fields})


def open_index(of: ElasticOptions, **fields) -> ElasticSearchIndex:
    """Open an index whose near-copy bands are the fingerprint itself."""
    return ElasticSearchIndex(of, bands_of=lambda prints: prints, **fields)


def drop(of: ElasticOptions) -> None:
    """Remove every index of a prefix."""
    client = connect(of)
    held = client.send("GET", f"/{of.prefix}-*/_alias")
    for name in held:
        client.send("DELETE", f"/{name}")
    client.close()


@contextmanager
def installation(url: str, engine: str, **fields) -> Iterator[ElasticOptions]:
    """Options of an installation that is removed from the cluster afterwards."""
    of = options(url, engine, **fields)
    try:
        yield of
    finally:
        drop(of)
