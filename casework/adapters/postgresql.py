"""PostgreSQL: how it is opened, how writers queue up there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import ExceptionContext

from casework.adapters.settled import BUSY_SECONDS, WRITE

DRIVER = "postgresql+psycopg"

CONNECT_SECONDS = 5
"""For one attempt to connect. Longer leaves a person before an empty page while the
server is away, shorter fails over a slow line."""

STATEMENT_SECONDS = 30
"""The longest single statement; waiting for a lock counts. A lost query of a page that
nobody looks at any more must not hold a connection for ever."""

IDLE_SECONDS = 30
"""How long a client may say nothing inside a transaction. A program that is frozen
while it has the writers' lock stops the whole office for that long."""

KEEPALIVE = {"idle": 30, "interval": 5, "count": 3}
"""A line that was cut is noticed after 30 + 3 * 5 seconds, on both ends."""

POOL, MORE = 4, 12
"""Connections kept, and more under load, of each program. PostgreSQL allows 100 in all
unless told otherwise; only the console, with a thread for each person, takes many."""

RECYCLE_SECONDS = 1800

_WRITERS_KEY = 0x6D696E68
"""With the schema, the advisory lock under which writers queue (any fixed number)."""
_QUEUE_UP = f"SELECT pg_advisory_xact_lock({_WRITERS_KEY}, hashtext(current_schema()))"
_READ_ONLY_SERVER = "25006"


def open_postgresql(address: URL) -> Engine:
    """Return an engine that survives restarts of the server between transactions."""
    engine = create_engine(
        address.set(drivername=DRIVER),
        connect_args=_unless_given(address),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL,
        max_overflow=MORE,
        pool_timeout=BUSY_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
        pool_use_lifo=True,
    )
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _leave_a_standby)
    return engine


def _unless_given(address: URL) -> Mapping[str, Any]:
    """Return what connections are opened with; the address's own parameters win."""
    wanted = {
        "application_name": "minhtin-casework",
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": KEEPALIVE["idle"],
        "keepalives_interval": KEEPALIVE["interval"],
        "keepalives_count": KEEPALIVE["count"],
        "tcp_user_timeout": STATEMENT_SECONDS * 1000,
        "client_encoding": "utf8",
    }
    wanted = {k: v for k, v in wanted.items() if k not in address.query}
    session = {
        "TimeZone": "UTC",
        "lock_timeout": int(BUSY_SECONDS * 1000),
        "statement_timeout": STATEMENT_SECONDS * 1000,
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
        "tcp_keepalives_idle": KEEPALIVE["idle"],
        "tcp_keepalives_interval": KEEPALIVE["interval"],
        "tcp_keepalives_count": KEEPALIVE["count"],
    }
    ours = " ".join(f"-c {name}={value}" for name, value in session.items())
    own = address.query.get("options", "")
    return wanted | {"options": f"{ours} {own if isinstance(own, str) else ''}".strip()}


def _begin(connection: Connection) -> None:
    # READ COMMITTED is right for writers: what they read after the lock holds what
    # every writer before them committed, and nobody else writes until they end.
    if connection.get_execution_options().get(WRITE, False):
        connection.exec_driver_sql(_QUEUE_UP)
    else:
        connection.exec_driver_sql(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        )


def _leave_a_standby(context: ExceptionContext) -> None:
    # After a fail-over old connections may lead to what is a standby by now: drop all,
    # so that the next one looks for the server that takes writes.
    code = getattr(context.original_exception, "sqlstate", None)
    connection = context.connection
    writing = connection is not None and connection.get_execution_options().get(WRITE)
    if code == _READ_ONLY_SERVER and writing:
        context.is_disconnect = True
