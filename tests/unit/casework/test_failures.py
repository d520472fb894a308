"""Each error of a database becomes the one that says what to do."""

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from structlog.testing import capture_logs

from casework.adapters.failures import translated
from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.port import eq
from casework.rows import DecisionRow
from domain.errors import (
    ConfigurationError,
    ConflictError,
    MinhTinError,
    NotLetInError,
    QuarantineError,
    RetryLaterError,
    StoreFullError,
)


def became(error: Exception) -> MinhTinError:
    with pytest.raises(MinhTinError) as caught, translated():
        raise error
    assert caught.value.__cause__ is error
    return caught.value


def of_state(state: str) -> MinhTinError:
    own = psycopg.errors.lookup(state)("said in any language")
    kinds = {psycopg.IntegrityError: IntegrityError, psycopg.DataError: DataError}
    kind = next((ours for its, ours in kinds.items() if isinstance(own, its)), None)
    return became((kind or DBAPIError)("SELECT 1", {}, own))


@pytest.mark.parametrize(
    ("states", "kind"),
    [
        (["08006", "25006", "25P03", "40001", "40P01", "55P03"], RetryLaterError),
        (["57014", "57P01", "57P02", "57P03", "53200", "58030"], RetryLaterError),
        (["53300"], RetryLaterError),
        (["53100"], StoreFullError),
        (["23505", "23503", "23502"], ConflictError),
        (["22003", "22021", "22P05", "54000"], QuarantineError),
        (["28P01", "28000", "3D000", "3F000", "42501"], NotLetInError),
        (["42P01", "42703", "42601", "0A000", "XX001"], ConfigurationError),
    ],
)
def test_codes_of_postgresql(states: list[str], kind: type[MinhTinError]) -> None:
    assert {type(of_state(state)) for state in states} == {kind}


HOST = 'connection to server at "db.example.vn" (192.0.2.5), port 5432 failed: '


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ('FATAL:  password authentication failed for user "an"', NotLetInError),
        ('FATAL:  role "an" does not exist', NotLetInError),
        ('FATAL:  role "an" is not permitted to log in', NotLetInError),
        ('FATAL:  database "office" does not exist', NotLetInError),
        ("fe_sendauth: no password supplied", NotLetInError),
        ("server does not support SSL, but SSL was required", NotLetInError),
        ('root certificate file "/x.pem" does not exist', NotLetInError),
        ("SSL error: certificate verify failed", NotLetInError),
        ('invalid port number: "99999"', NotLetInError),
        ('FATAL:  no pg_hba.conf entry for host "192.0.2.9"', NotLetInError),
        ("FATAL:  sorry, too many clients already", RetryLaterError),
        ("FATAL:  the database system is starting up", RetryLaterError),
        ("FATAL:  the database system is shutting down", RetryLaterError),
        ("Connection refused", RetryLaterError),
        ("server closed the connection unexpectedly", RetryLaterError),
        ("FATAL:  sự cố bằng ngôn ngữ khác", RetryLaterError),
    ],
)
def test_words_of_a_refused_connection(words: str, kind: type[MinhTinError]) -> None:
    error = OperationalError(None, None, psycopg.OperationalError(HOST + words))
    assert type(became(error)) is kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("database or disk is full", StoreFullError),
        ("no such table: accounts", ConfigurationError),
        ("database is locked", RetryLaterError),
        ("disk I/O error", RetryLaterError),
    ],
)
def test_words_of_sqlite(words: str, kind: type[MinhTinError]) -> None:
    error = OperationalError("SELECT 1", {}, sqlite3.OperationalError(words))
    assert type(became(error)) is kind


def test_a_number_beyond_all_bounds_is_refused() -> None:
    store = SqlCaseworkStore("sqlite://")
    with pytest.raises(QuarantineError), store.read() as rows:
        rows.find(DecisionRow, eq("id", 2**70))
    store.close()


def test_what_is_not_of_the_database_passes_through() -> None:
    with pytest.raises(KeyError), translated():
        raise KeyError("x")


def test_an_option_that_the_driver_does_not_know_is_no_damaged_file() -> None:
    with pytest.raises(ConfigurationError, match="database_url"):
        SqlCaseworkStore("postgresql+psycopg://an:x@127.0.0.1/db?nosuch=1")


def test_what_is_waited_for_is_said_in_the_log_alone() -> None:
    refused = psycopg.OperationalError(HOST + "Connection refused\nIs it there?")
    with capture_logs() as said:
        problem = became(OperationalError(None, None, refused))
    assert "db.example.vn" not in str(problem)
    (row,) = said
    assert row["event"] == "casework_awaited"
    assert row["why"] == HOST + "Connection refused"
