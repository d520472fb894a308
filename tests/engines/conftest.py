"""Where the real engines are; `make engines` starts them.

Others can be named in the environment: MINHTIN_TEST_KAFKA (host:port),
MINHTIN_TEST_ELASTICSEARCH, MINHTIN_TEST_OPENSEARCH, MINHTIN_TEST_POSTGRES (addresses).
"""

import os

import pytest

from support_engines import shared


def _where(name: str, key: str) -> str:
    given = os.environ.get(f"MINHTIN_TEST_{name.upper()}")
    if given:
        return given
    row = shared.read().get(name)
    if row is None or not shared.alive(row):
        pytest.fail(f"{name} does not run; start it with `make engines`")
    return str(row[key])


@pytest.fixture(scope="session")
def kafka_bootstrap() -> str:
    return _where("kafka", "bootstrap")


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    return _where("elasticsearch", "url")


@pytest.fixture(scope="session")
def opensearch_url() -> str:
    return _where("opensearch", "url")


@pytest.fixture(scope="session")
def postgres_url() -> str:
    return _where("postgres", "url")


def pytest_report_header() -> list[str]:
    return [
        f"engine: {name} {row['version']} at {row.get('bootstrap') or row['url']}"
        for name, row in shared.read().items()
        if isinstance(row, dict)
    ]
