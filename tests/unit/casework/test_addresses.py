"""Addresses of databases: read, or refused without repeating them."""

import sys
import traceback

import pytest

from casework.adapters.dialect import address_of, in_memory, open_engine
from casework.adapters.sqlalchemy import SqlCaseworkStore
from domain.errors import ConfigurationError

SECRET = "bi-mat-7"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://minhtin:x@host:{SECRET}/db",
        f"mysql://minhtin:{SECRET}@host/db",
        f"postgresqlpsycopg:minhtin:{SECRET}",
        f"postgresql+psycopg://minhtin:x@{SECRET}@host/db",
        "",
    ],
)
def test_what_is_wrong_is_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        SqlCaseworkStore(url)
    said = "".join(traceback.format_exception(error.value))
    assert SECRET not in said
    assert "postgresql+psycopg://" in error.value.hint


@pytest.mark.parametrize(
    "start", ["postgresql+psycopg", "postgresql", "postgres", "postgresql+psycopg2"]
)
def test_every_way_to_write_postgresql_means_the_one_driver(start: str) -> None:
    engine = open_engine(f"{start}://an:b%40c@host:5433/office?sslmode=require")
    assert engine.dialect.driver == "psycopg"
    assert engine.url.password == "b@c"
    assert engine.url.query["sslmode"] == "require"
    assert "b@c" not in repr(engine)
    engine.dispose()


def test_memory_is_told_from_files_and_servers() -> None:
    assert in_memory("sqlite://")
    assert in_memory("sqlite:///:memory:")
    assert not in_memory("sqlite:////tmp/x.sqlite")
    assert not in_memory("postgresql+psycopg://host/db")
    assert address_of("sqlite:////tmp/x.sqlite").database == "/tmp/x.sqlite"  # noqa: S108 - nothing is made there


def test_a_missing_driver_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError) as error:
        SqlCaseworkStore("postgresql+psycopg://host/db")
    assert "minhtin[postgres]" in error.value.hint
