"""The kinds of columns that casework's tables have, and what each may hold."""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    String,
    Text,
    TypeDecorator,
)

from casework.audit import storable


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC times, also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("Times are aware.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text as all databases can hold it: without NUL and lone surrogates.

    Both become U+FFFD, also in conditions, so that a row is found by what was asked.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else storable(value)


def id_column() -> Column[int]:
    """An id that grows; never given twice (SQLite would, without being told)."""
    return Column("id", Integer, primary_key=True, autoincrement=True)


def text_column(name: str, *, key: bool = False, unique: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=False, unique=unique or None)


def words_column(name: str) -> Column[str]:
    """A text that may be absent."""
    return Column(name, Words, nullable=True)


def time_column(name: str, *, key: bool = False) -> Column[datetime]:
    return Column(name, UtcTime, primary_key=key, nullable=False)


def number_column(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def yes_column(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def account_column(name: str = "account") -> Column[str]:
    return Column(name, String(32), ForeignKey("accounts.id"), nullable=False)


def case_column() -> Column[int]:
    return Column("case_id", Integer, ForeignKey("cases.id"), nullable=False)


def person_column(name: str) -> Column[str]:
    """An account that may be absent."""
    return Column(name, String(32), ForeignKey("accounts.id"), nullable=True)


def decision_column(name: str) -> Column[int]:
    """A decision that may be absent."""
    return Column(name, Integer, ForeignKey("decisions.id"), nullable=True)
