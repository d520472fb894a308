"""A PostgreSQL server of its own on loopback, that a test may kill and start again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from support_engines.postgres import PostgresNode as Server

__all__ = ["Server", "private_server"]


@contextmanager
def private_server() -> Iterator[Server]:
    """Give a running server; it and its folder are gone afterwards."""
    with (
        TemporaryDirectory(prefix="minhtin-postgres-") as folder,
        Server(Path(folder)) as server,
    ):
        yield server
