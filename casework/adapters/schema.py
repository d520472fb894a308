"""The schema's version: seen at each opening, brought up to date when it is behind."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from casework.adapters.dialect import open_engine
from casework.adapters.settled import WRITE
from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"
"""The newest migration. Kept here, so that opening need not load Alembic."""

FOLDER = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database's schema to a revision, forward."""
    engine = open_engine(url)
    try:
        _migrate(engine, revision)
    finally:
        engine.dispose()


def downgrade(url: str, revision: str) -> None:
    """Bring the database's schema back to a revision; `base` empties it."""
    from alembic import command  # noqa: PLC0415 - heavy, and needed once a release

    engine = open_engine(url)
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(**{WRITE: True})
            with connection.begin():
                _take_time(connection)
                command.downgrade(_config(connection), revision)
    finally:
        engine.dispose()


def ensure(engine: Engine) -> None:
    """Migrate when the schema is not at `HEAD`. Fast when it is."""
    with engine.connect() as connection, connection.begin():
        refuse_encoding(connection)
        present = version(connection)
    if present == HEAD:
        return
    _migrate(engine, "head")


def version(connection: Connection) -> str | None:
    """Return the revision the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version"))
    return found.scalar_one_or_none()


def _migrate(engine: Engine, revision: str) -> None:
    """Migrate in one writing transaction.

    Of two programs that open a new database at once, the second waits and finds the
    work done.
    """
    from alembic import command  # noqa: PLC0415 - heavy, and needed once a release
    from alembic.util import CommandError  # noqa: PLC0415 - as above

    with engine.connect() as plain:
        connection = plain.execution_options(**{WRITE: True})
        with connection.begin():
            _take_time(connection)
            try:
                command.upgrade(_config(connection), revision)
            except CommandError as error:
                raise ConfigurationError(
                    "Cơ sở dữ liệu nghiệp vụ do phiên bản mới hơn tạo ra.",
                    hint="Nâng cấp chương trình, hoặc khôi phục bản sao lưu cũ.",
                ) from error


def refuse_encoding(connection: Connection) -> None:
    """Raise `ConfigurationError` when the database cannot hold Vietnamese."""
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise ConfigurationError(
            f"Cơ sở dữ liệu dùng bảng mã {encoding}, không chứa được tiếng Việt.",
            hint="Tạo lại bằng createdb --encoding=UTF8 --template=template0.",
        )


def _take_time(connection: Connection) -> None:
    """Let a migration of a large table run as long as it needs."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - heavy, and needed once a release

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
