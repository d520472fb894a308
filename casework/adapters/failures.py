"""The database's errors turned into ours, by what the caller must do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import structlog
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,  # noqa: A004 - SQLAlchemy's, of its pool
)

from domain.errors import (
    ConfigurationError,
    ConflictError,
    MinhTinError,
    NotLetInError,
    QuarantineError,
    RetryLaterError,
    StoreFullError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise errors of `domain.errors` instead of SQLAlchemy's."""
    try:
        yield
    except TimeoutError as error:
        raise busy() from error
    except OverflowError as error:
        raise _unfit() from error  # SQLite's driver, of a number beyond 64 bits
    except DBAPIError as error:
        raise _ours(error) from error


def _ours(error: DBAPIError) -> MinhTinError:
    if isinstance(error, IntegrityError):
        return _conflict()
    if isinstance(error, DataError):
        return _unfit()
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _by_state(state)
    if isinstance(error, (OperationalError, InterfaceError)):
        return _by_words(str(error.orig or error))
    # PostgreSQL answers with a code; without one its driver refused what was set.
    if type(error.orig).__module__.startswith("psycopg"):
        return _bad_address()
    return _unreadable()


def _by_state(state: str) -> MinhTinError:
    """Look a PostgreSQL code up, first whole, then by its class.

    What is not listed goes by the default: wait and try again.
    """
    return (_STATES.get(state) or _CLASSES.get(state[:2]) or busy)()


def _by_words(text: str) -> MinhTinError:
    """Judge by the message: SQLite's, or PostgreSQL's before it let us in."""
    folded = text.casefold()
    for words, make in _WORDS.items():
        if words in folded:
            return make()
    # The people at the console are not told names of machines; the log is.
    structlog.get_logger().warning("casework_awaited", why=text.partition("\n")[0])
    return busy()


def busy() -> RetryLaterError:
    return RetryLaterError(
        "Cơ sở dữ liệu nghiệp vụ đang bận hoặc không truy cập được.",
        retry_after=2,
        hint="Vui lòng thử lại sau giây lát.",
    )


def _conflict() -> ConflictError:
    return ConflictError(
        "Dữ liệu vừa được người khác thay đổi.", hint="Tải lại trang rồi thử lại."
    )


def _unfit() -> QuarantineError:
    return QuarantineError(
        "Dữ liệu gửi lên không lưu được.",
        reason="value",
        hint="Kiểm tra lại nội dung và con số đã nhập.",
    )


def _full() -> StoreFullError:
    return StoreFullError(
        "Ổ đĩa đã đầy, chưa lưu được.",
        retry_after=30,
        hint="Vui lòng báo quản trị viên giải phóng dung lượng.",
    )


def _crowded() -> RetryLaterError:
    return RetryLaterError(
        "Máy chủ cơ sở dữ liệu đã hết chỗ kết nối.",
        retry_after=5,
        hint="Nếu còn lặp lại, tăng max_connections hoặc bớt chương trình.",
    )


def _other_version() -> ConfigurationError:
    return ConfigurationError(
        "Cơ sở dữ liệu nghiệp vụ thuộc phiên bản khác.",
        hint="Mở lại chương trình để nâng cấp.",
    )


def _unreadable() -> ConfigurationError:
    return ConfigurationError(
        "Tệp cơ sở dữ liệu nghiệp vụ không đọc được.",
        hint="Khôi phục từ bản sao lưu gần nhất.",
    )


def _not_let_in() -> NotLetInError:
    return NotLetInError(
        "Máy chủ cơ sở dữ liệu không nhận tên hoặc mật khẩu đã đặt.",
        hint="Kiểm tra tên, mật khẩu trong database_url và pg_hba.conf của máy chủ.",
    )


def _bad_address() -> NotLetInError:
    return NotLetInError(
        "Địa chỉ trong database_url có phần không dùng được.",
        hint="Kiểm tra cổng và các tham số sau dấu hỏi của database_url.",
    )


def _no_tls() -> NotLetInError:
    return NotLetInError(
        "Không lập được kết nối mã hoá với máy chủ cơ sở dữ liệu như đã đặt.",
        hint="Kiểm tra sslmode, sslrootcert trong database_url và TLS của máy chủ.",
    )


def _no_database() -> NotLetInError:
    return NotLetInError(
        "Không có cơ sở dữ liệu mang tên trong database_url.",
        hint="Tạo bằng createdb trên máy chủ, hoặc sửa lại tên.",
    )


def _no_right() -> NotLetInError:
    return NotLetInError(
        "Tài khoản trong database_url không đủ quyền trên cơ sở dữ liệu.",
        hint="Cho tài khoản làm chủ cơ sở dữ liệu, hoặc cấp quyền CREATE trên lược đồ.",
    )


def _not_understood() -> ConfigurationError:
    return ConfigurationError(
        "Máy chủ cơ sở dữ liệu không hiểu chương trình này.",
        hint="Dùng PostgreSQL 15 trở lên và mở lại chương trình.",
    )


Maker = Callable[[], MinhTinError]

_STATES: Mapping[str, Maker] = MappingProxyType(
    {
        "53100": _full,
        "53300": _crowded,
        "42P01": _other_version,  # no such table
        "42703": _other_version,  # no such column
        "42501": _no_right,
        "54000": _unfit,  # a text too long for an index
        "3D000": _no_database,
        "3F000": _no_right,  # no schema to create in
        "58030": busy,  # an I/O error may pass; what is damaged says XX001
    }
)

_CLASSES: Mapping[str, Maker] = MappingProxyType(
    {
        "22": _unfit,
        "23": _conflict,
        "28": _not_let_in,
        "42": _not_understood,
        "0A": _not_understood,
        "XX": _unreadable,
    }
)
"""Not listed, because waiting helps: 08 connection, 25 state (also a server that became
a standby), 40 deadlock and serialisation, 53 resources, 55 and 57 locks, time-outs,
shut-down and start-up."""

_WORDS: Mapping[str, Maker] = MappingProxyType(
    {
        "is full": _full,
        "no space": _full,
        "no such table": _other_version,
        "no such column": _other_version,
        "password authentication failed": _not_let_in,
        "no password supplied": _not_let_in,
        "no pg_hba.conf entry": _not_let_in,
        "authentication failed": _not_let_in,
        "is not permitted to log in": _not_let_in,
        "too many": _crowded,
        "remaining connection slots": _crowded,
        "permission denied for database": _no_right,
        "fatal:  role": _not_let_in,
        "fatal:  database": _no_database,
        "does not support ssl": _no_tls,
        "root certificate file": _no_tls,
        "certificate verify failed": _no_tls,
        "server certificate for": _no_tls,
        "invalid port number": _bad_address,
    }
)
"""In order: the first that the message holds counts. A connection that was refused has
no code, only words, which a server may say in another language: then it is `busy`."""
