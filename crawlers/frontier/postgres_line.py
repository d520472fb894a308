"""One connection to PostgreSQL that comes back after the server did."""

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, LiteralString, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from crawlers.frontier.erasures import storable
from domain.errors import (
    ConfigurationError,
    MinhTinError,
    NotLetInError,
    QuarantineError,
    RetryLaterError,
    StoreFullError,
)

try:
    import psycopg
    from psycopg.abc import Buffer
    from psycopg.types.string import StrDumperUnknown
except ModuleNotFoundError as missing:
    raise ConfigurationError(
        "The driver for PostgreSQL is not installed.",
        hint="pip install 'minhtin[postgres]'",
    ) from missing

T = TypeVar("T")
Query = LiteralString
Db = psycopg.Connection[tuple[Any, ...]]

CONNECT_SECONDS = 5
"""For one attempt. Longer holds up all visits of a crawler, which share one thread."""

PATIENCE_SECONDS = 5.0
"""How long a call outlasts an outage by itself: a server that is restarted is back by
then. Longer keeps the crawler from hearing that it is to stop."""

PAUSE_SECONDS = 0.1

_SESSION = {
    "TimeZone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_LINE = {
    "application_name": "minhtin-frontier",
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "client_encoding": "utf8",
}


class _Words(StrDumperUnknown):
    """Text in any column, list or condition, as the server can hold it."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(storable(obj))


class Line:
    """Runs work on the connection, again when it broke; shared by threads in turn.

    `work` must bear being run twice, for a connection may break after the server did
    what it was told and before it said so.
    """

    def __init__(self, url: str) -> None:
        self._parameters = parameters(url)
        self._db: Db | None = None
        self._lock = Lock()
        self._patience = PATIENCE_SECONDS

    def ask(self, query: Query, *values: object) -> Sequence[tuple[Any, ...]]:
        """Run one statement; return its rows, if it gives any."""

        def one(db: Db) -> Sequence[tuple[Any, ...]]:
            found = db.execute(query, values)
            return found.fetchall() if found.description else ()

        return self.do(one)

    def do(self, work: Callable[[Db], T]) -> T:
        """Run work, waiting for a server that is away for a moment."""
        with self._lock:
            deadline = time.monotonic() + self._patience
            while True:
                try:
                    done = work(self._open())
                except psycopg.Error as error:
                    self._forget_broken()
                    problem = _our_error(error)
                    if not _passing(problem) or time.monotonic() >= deadline:
                        # Who asks next in the same outage hears of it at once.
                        self._patience = 0.0
                        raise problem from error
                else:
                    self._patience = PATIENCE_SECONDS
                    return done
                time.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _open(self) -> Db:
        if self._db is None:
            self._db = psycopg.connect(**self._parameters, autocommit=True)
            self._db.adapters.register_dumper(str, _Words)
        return self._db

    def _forget_broken(self) -> None:
        if self._db is not None and (self._db.broken or self._db.closed):
            self._db = None


def parameters(url: str) -> dict[str, Any]:
    """Return what to connect with; the address's own parameters win over ours.

    Raises `ConfigurationError` that does not repeat the address: it holds a password.
    """
    try:
        # Casework reads the same setting with the same parser.
        address = make_url(url.replace("postgres://", "postgresql://", 1))
        if address.get_backend_name() != "postgresql":
            raise _unreadable()
        # A password with an @ in it would be tried, and shown, as a part of the host.
        if "@" in (address.host or ""):
            raise _unreadable()
        address = address.set(drivername="postgresql+psycopg")
        given = address.get_dialect()().create_connect_args(address)[1]
    except (ArgumentError, ValueError):
        raise _unreadable() from None
    ours = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    options = f"{ours} {given.get('options') or ''}".strip()
    return {**_LINE, **given, "options": options}


def _unreadable() -> ConfigurationError:
    return ConfigurationError(
        "The address of the frontier's database cannot be read.",
        hint="postgresql+psycopg://user:password@host/database; write @ in a password "
        "as %40 and / as %2F.",
    )


def _passing(problem: MinhTinError) -> bool:
    return isinstance(problem, RetryLaterError) and not isinstance(
        problem, StoreFullError
    )


_NOT_LET_IN = (
    "authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "fatal:  role",
    "fatal:  database",
    "permission denied",
)
_NOT_TRUSTED = (
    "does not support ssl",
    "root certificate file",
    "certificate verify failed",
    "server certificate for",
)
_HINT = "Look at user, password and database in database_url, and at pg_hba.conf."


def _our_error(error: psycopg.Error) -> MinhTinError:
    """Turn an error into ours by its SQLSTATE; refused connections have only words."""
    state = error.sqlstate or ""
    said = str(error).partition("\n")[0]
    if state == "53100":
        return StoreFullError(f"The frontier cannot be written: {said}.")
    if state[:2] == "22" or state == "54000" or isinstance(error, psycopg.DataError):
        return QuarantineError(f"The frontier cannot hold this: {said}.", reason=state)
    if state[:2] in {"28", "3D", "3F", "42"}:
        return NotLetInError(f"The frontier's database refuses: {said}.")
    refused = None if state else _by_words(error)
    if refused is not None:
        return refused
    # The driver's own words name what it was given, so they stay in the traceback.
    why = said if state else "its database cannot be reached, or went away"
    return RetryLaterError(f"The frontier is not to be had: {why}.", retry_after=2)


def _by_words(error: psycopg.Error) -> NotLetInError | None:
    """Return what a connection that was refused means; None for an outage."""
    words = str(error).casefold()
    if any(one in words for one in _NOT_LET_IN):
        return NotLetInError(
            "The frontier's database does not let this program in.", hint=_HINT
        )
    if any(one in words for one in _NOT_TRUSTED):
        return NotLetInError(
            "The frontier's database is not trusted, or does not speak TLS as set.",
            hint="Look at sslmode and sslrootcert in database_url, and at the server's "
            "certificate.",
        )
    if isinstance(error, psycopg.ProgrammingError):
        return NotLetInError(
            "The frontier's database address holds an option that is none.",
            hint="Look at what follows the question mark in database_url.",
        )
    return None
