"""What PostgreSQL refuses or loses, said as casework says it."""

import socket
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.port import eq
from casework.rows import AccountRow, DecisionRow, OutboxEntry, StateRow
from contracts.casework import NOW, account, sent
from domain.errors import (
    ConfigurationError,
    ConflictError,
    MinhTinError,
    NotLetInError,
    QuarantineError,
    RetryLaterError,
    StoreFullError,
)
from support_postgres.places import ask, database, on

SECRET = "khong-duoc-lo-ra"


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with database(postgres_url) as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[SqlCaseworkStore]:
    store = SqlCaseworkStore(url)
    yield store
    store.close()


@contextmanager
def person(url: str, words: str = "") -> Iterator[str]:
    """Give the address for a new role."""
    name = f"r_{uuid4().hex[:12]}"
    ask(url, f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}' {words}")
    try:
        address = make_url(url).set(username=name, password=SECRET)
        yield address.render_as_string(hide_password=False)
    finally:
        ask(url, f"DROP OWNED BY {name}")
        ask(url, f"DROP ROLE {name}")


def refused(url: str) -> MinhTinError:
    """Open, and return the error that this gives; no password may be in it."""
    with pytest.raises(MinhTinError) as caught:
        SqlCaseworkStore(url)
    said = "".join(traceback.format_exception(caught.value))
    assert SECRET not in said
    assert SECRET not in caught.value.hint
    return caught.value


def test_a_wrong_password_is_named(url: str) -> None:
    wrong = make_url(url).set(password=SECRET).render_as_string(hide_password=False)
    error = refused(wrong)
    assert isinstance(error, ConfigurationError)
    assert "database_url" in error.hint


def test_a_missing_role_is_named(url: str) -> None:
    wrong = make_url(url).set(username="nobody", password=SECRET)
    error = refused(wrong.render_as_string(hide_password=False))
    assert isinstance(error, ConfigurationError)


def test_a_missing_database_is_named(url: str) -> None:
    error = refused(on(url, "no_such_database"))
    assert isinstance(error, ConfigurationError)
    assert "createdb" in error.hint


def test_a_role_that_may_not_make_tables_is_named(url: str) -> None:
    with person(url) as address:
        error = refused(address)
    assert isinstance(error, ConfigurationError)
    assert "quyền" in error.message


def test_too_many_connections_pass(url: str) -> None:
    SqlCaseworkStore(url).close()
    with person(url, "CONNECTION LIMIT 0") as address:
        error = refused(address)
    assert isinstance(error, RetryLaterError)
    assert "max_connections" in error.hint


def test_a_refused_connection_passes(url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = make_url(url).set(port=taken.getsockname()[1], password=SECRET)
        error = refused(away.render_as_string(hide_password=False))
    assert isinstance(error, RetryLaterError)


def test_a_server_that_says_nothing_is_given_up(url: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        mute = make_url(url).set(port=port, password=SECRET)
        began = time.monotonic()
        error = refused(
            f"{mute.render_as_string(hide_password=False)}?connect_timeout=2"
        )
    assert isinstance(error, RetryLaterError)
    assert time.monotonic() - began < 10


def terminate(url: str) -> None:
    ask(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'minhtin-casework' "
        "AND datname = current_database()",
    )


def test_connections_that_died_unused_are_replaced_unseen(
    store: SqlCaseworkStore, url: str
) -> None:
    for _ in range(3):
        with store.write() as rows:
            rows.add(sent())
        terminate(url)
    with store.read() as rows:
        assert rows.count(OutboxEntry) == 3


def test_a_transaction_that_is_shut_down_is_undone(
    store: SqlCaseworkStore, url: str
) -> None:
    with pytest.raises(RetryLaterError), store.write() as rows:
        rows.add(sent())
        terminate(url)
        rows.add(sent())
    with store.write() as rows:
        assert rows.count(OutboxEntry) == 0


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", StoreFullError),
        ("40P01", RetryLaterError),
        ("40001", RetryLaterError),
        ("57P01", RetryLaterError),
        ("23505", ConflictError),
        ("42501", NotLetInError),
        ("XX001", ConfigurationError),
    ],
)
def test_what_the_server_says_is_understood(
    store: SqlCaseworkStore, url: str, state: str, kind: type[MinhTinError]
) -> None:
    ask(
        url,
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$",
    )
    ask(
        url,
        "CREATE TRIGGER fail BEFORE INSERT ON outbox "
        "FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    with pytest.raises(MinhTinError) as error, store.write() as rows:
        rows.add(account())
        rows.add(sent())
    assert type(error.value) is kind
    with store.read() as rows:
        assert rows.count(AccountRow) == 0


def test_a_number_that_does_not_fit_is_refused(store: SqlCaseworkStore) -> None:
    row = DecisionRow(
        at=NOW, account="id-an", post_id="p", revision=2**40, verdict="no_issue",
        harm=None, agency=None, reason="", evidence="[]", queue="", undoes=None,
    )  # fmt: skip
    with store.write() as rows:
        rows.add(account())
    with pytest.raises(QuarantineError), store.write() as rows:
        rows.add(row)
    with pytest.raises(QuarantineError), store.read() as rows:
        rows.find(DecisionRow, eq("id", 2**40))


def test_an_id_that_no_index_holds_is_refused(store: SqlCaseworkStore) -> None:
    noise = "".join(uuid4().hex for _ in range(1000))
    state = StateRow(
        post_id=noise, revision=1, version=1, at=NOW, account="id-an", verdict=None,
        harm=None, agency=None, reason="", story=None,
    )  # fmt: skip
    with pytest.raises(QuarantineError), store.write() as rows:
        rows.add(account())
        rows.put(state)


def test_writers_wait_then_say_retry(url: str) -> None:
    store = SqlCaseworkStore(f"{url}?options=-c%20lock_timeout%3D200")
    other = SqlCaseworkStore(url)
    with other.write() as rows:
        rows.add(account())
        with pytest.raises(RetryLaterError) as error, store.write():
            pass
        assert error.value.retry_after > 0
        with store.read() as reader:
            assert reader.count(AccountRow) == 0
    with store.write() as rows:
        assert rows.count(AccountRow) == 1
    store.close()
    other.close()


def test_a_statement_that_takes_too_long_is_given_up(url: str) -> None:
    store = SqlCaseworkStore(f"{url}?options=-c%20statement_timeout%3D200")
    ask(url, "ALTER TABLE outbox ADD CONSTRAINT slow CHECK (pg_sleep(5) IS NOT NULL)")
    began = time.monotonic()
    with pytest.raises(RetryLaterError), store.write() as rows:
        rows.add(sent())
    assert time.monotonic() - began < 4
    store.close()


def test_a_server_that_only_reads_passes(url: str) -> None:
    SqlCaseworkStore(url).close()
    store = SqlCaseworkStore(f"{url}?options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(RetryLaterError), store.write() as rows:
        rows.add(sent())
    with store.read() as rows:
        assert rows.count(OutboxEntry) == 0
    store.close()


def test_more_threads_than_connections(store: SqlCaseworkStore) -> None:
    errors: list[Exception] = []

    def read() -> None:
        try:
            for _ in range(5):
                with store.read() as rows:
                    rows.count(AccountRow)
        except MinhTinError as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
