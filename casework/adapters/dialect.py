"""Which database an address names; what differs between them lies behind this."""

from typing import Any

from sqlalchemy import URL, ColumnElement, Engine, String, collate, make_url
from sqlalchemy.exc import ArgumentError

from casework.adapters.columns import Words
from casework.adapters.sqlite import no_file, open_sqlite
from domain.errors import ConfigurationError

_SHAPE = "postgresql+psycopg://tên:mật-khẩu@máy-chủ/cơ-sở-dữ-liệu"


def open_engine(url: str) -> Engine:
    """Return an engine on which transactions are what the port promises.

    Raises `ConfigurationError` for an address of no known kind, or when the driver is
    not installed.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return open_sqlite(address)
    from casework.adapters.postgresql import open_postgresql  # noqa: PLC0415 - an extra

    try:
        return open_postgresql(address)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "Chưa cài trình điều khiển PostgreSQL.",
            hint="pip install 'minhtin[postgres]'",
        ) from error


def address_of(url: str) -> URL:
    """Read an address. What is wrong with it is not repeated: it may be a password."""
    try:
        address = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        raise _unreadable() from None
    # A password with an @ in it would be tried, and shown, as a part of the host.
    if "@" in (address.host or ""):
        raise _unreadable()
    if address.drivername.partition("+")[0] not in {"sqlite", "postgresql"}:
        raise ConfigurationError(
            "Chỉ dùng được SQLite hoặc PostgreSQL làm cơ sở dữ liệu nghiệp vụ.",
            hint=f"Viết địa chỉ theo mẫu {_SHAPE}.",
        )
    return address


def _unreadable() -> ConfigurationError:
    return ConfigurationError(
        "Không đọc được địa chỉ cơ sở dữ liệu nghiệp vụ.",
        hint=f"Viết theo mẫu {_SHAPE}; mã hoá ký tự đặc biệt (@ là %40, / là %2F).",
    )


def in_memory(url: str) -> bool:
    """Whether the database lives in this process only, on one connection."""
    address = address_of(url)
    return address.get_backend_name() == "sqlite" and no_file(address)


def by_code_point(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """Return what to sort by, so that texts come in one order on every database.

    PostgreSQL sorts by the language its database was made in, SQLite by code points.
    """
    if name == "postgresql" and isinstance(column.type, (String, Words)):
        return collate(column, "C")
    return column
