"""The database's errors turned into ours, by what the caller must do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,  # noqa: A004 - SQLAlchemy's, of its pool
)

from domain.errors import (
    ConfigurationError,
    ConflictError,
    MinhTinError,
    RetryLaterError,
    StoreFullError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise errors of `domain.errors` instead of SQLAlchemy's."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(
            "Dữ liệu vừa được người khác thay đổi.", hint="Tải lại trang rồi thử lại."
        ) from error
    except (OperationalError, InterfaceError, TimeoutError) as error:
        raise _transient(error) from error
    except DatabaseError as error:
        raise ConfigurationError(
            "Tệp cơ sở dữ liệu nghiệp vụ không đọc được.",
            hint="Khôi phục từ bản sao lưu gần nhất.",
        ) from error


def _transient(error: Exception) -> MinhTinError:
    text = str(getattr(error, "orig", None) or error).casefold()
    if "full" in text or "no space" in text:
        return StoreFullError(
            "Ổ đĩa đã đầy, chưa lưu được.",
            retry_after=30,
            hint="Vui lòng báo quản trị viên giải phóng dung lượng.",
        )
    if "no such table" in text or "no such column" in text:
        return ConfigurationError(
            "Cơ sở dữ liệu nghiệp vụ thuộc phiên bản khác.",
            hint="Mở lại chương trình để nâng cấp.",
        )
    return busy()


def busy() -> RetryLaterError:
    return RetryLaterError(
        "Cơ sở dữ liệu nghiệp vụ đang bận hoặc không truy cập được.",
        retry_after=2,
        hint="Vui lòng thử lại sau giây lát.",
    )
