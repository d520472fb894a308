"""Makes, asks and removes databases and roles."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import NullPool, create_engine, make_url


def on(url: str, database: str) -> str:
    """Return the address of another database of the same server."""
    address = make_url(url).set(database=database)
    return address.render_as_string(hide_password=False)


def ask(url: str, query: str, *values: object) -> list[Any]:
    """Run one statement on a connection of its own; return its rows, if any."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.exec_driver_sql(query, values or None)
        rows = list(found) if found.returns_rows else []
    engine.dispose()
    return rows


@contextmanager
def database(server: str, options: str = "") -> Iterator[str]:
    """Give the address of a new database; it is gone afterwards."""
    name = f"t_{uuid4().hex[:12]}"
    ask(server, f"CREATE DATABASE {name} {options}")
    try:
        yield on(server, name)
    finally:
        ask(server, f"DROP DATABASE {name} WITH (FORCE)")


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for something to become true; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "It did not come true in time."
        threading.Event().wait(0.02)
