"""The store on SQLAlchemy Core: SQLite or PostgreSQL, as the URL says."""

import dataclasses
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy import update as update_

from casework.adapters.dialect import by_code_point, in_memory, open_engine
from casework.adapters.failures import busy, translated
from casework.adapters.schema import ensure
from casework.adapters.settled import BUSY_SECONDS, WRITE
from casework.adapters.tables import TABLES
from casework.port import CaseworkStore, Op, R, Rows, Where
from casework.rows import Row


class SqlCaseworkStore(CaseworkStore):
    """Casework in one database; opening brings its schema up to date."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        # Writers of one process queue up here, in order of asking; the database's own
        # queue, which is for other processes, lets late ones overtake.
        self._turn = Lock()
        self._one_connection = in_memory(url)
        with translated():
            ensure(self._engine)

    @contextmanager
    def read(self) -> Iterator[Rows]:
        turn = self._alone() if self._one_connection else nullcontext()
        with turn, translated(), self._engine.begin() as connection:
            yield SqlRows(connection)

    @contextmanager
    def write(self) -> Iterator[Rows]:
        with self._alone(), translated(), self._engine.connect() as plain:
            connection = plain.execution_options(**{WRITE: True})
            with connection.begin():
                yield SqlRows(connection)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise busy()
        try:
            yield
        finally:
            self._turn.release()

    def close(self) -> None:
        self._engine.dispose()


class SqlRows(Rows):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: Row) -> int:
        table = TABLES[type(row)]
        values = _values(row)
        given = "id" in values and table.c.id.autoincrement is True
        if given:
            del values["id"]
        result = self._connection.execute(insert(table).values(values))
        key: Any = result.inserted_primary_key
        return int(key[0]) if given else 0

    def put(self, row: Row) -> None:
        table = TABLES[type(row)]
        values = _values(row)
        key = [column == values[column.name] for column in table.primary_key]
        changed = self._connection.execute(update_(table).where(*key).values(values))
        if not changed.rowcount:
            self._connection.execute(insert(table).values(values))

    def change(self, kind: type[Row], values: Mapping[str, object], *on: Where) -> int:
        table = TABLES[kind]
        statement = update_(table).where(*_conditions(table, on)).values(dict(values))
        return self._connection.execute(statement).rowcount

    def remove(self, kind: type[Row], *on: Where) -> int:
        table = TABLES[kind]
        statement = delete(table).where(*_conditions(table, on))
        return self._connection.execute(statement).rowcount

    def find(
        self,
        kind: type[R],
        *on: Where,
        order: str = "",
        skip: int = 0,
        limit: int | None = None,
    ) -> Sequence[R]:
        table = TABLES[kind]
        statement = select(table).where(*_conditions(table, on))
        name = self._connection.dialect.name
        key = [by_code_point(column, name) for column in table.primary_key]
        statement = statement.order_by(*_sorting(table, order, name), *key)
        if skip or limit is not None:
            statement = statement.offset(skip).limit(limit)
        found = self._connection.execute(statement).mappings()
        return [kind(**row) for row in found]

    def count(self, kind: type[Row], *on: Where) -> int:
        table = TABLES[kind]
        statement = select(func.count()).select_from(table)
        found = self._connection.execute(statement.where(*_conditions(table, on)))
        return int(found.scalar_one())


def _values(row: Row) -> dict[str, Any]:
    return {f.name: getattr(row, f.name) for f in dataclasses.fields(row)}


def _conditions(table: Table, on: Sequence[Where]) -> list[ColumnElement[bool]]:
    return [_condition(table, where) for where in on]


def _sorting(table: Table, order: str, name: str) -> Iterator[ColumnElement[Any]]:
    for word in order.split():
        column = table.c[word.removeprefix("-")]
        sign = by_code_point(column, name)
        way = sign.desc() if word.startswith("-") else sign.asc()
        # An index serves the plain order only, so it is asked for where it is the same.
        yield way.nulls_last() if column.nullable else way


def _condition(table: Table, where: Where) -> ColumnElement[bool]:
    return _OPERATIONS[where.op](table.c[where.field], where.value)


_OPERATIONS: Mapping[Op, Callable[[Any, Any], ColumnElement[bool]]] = {
    Op.EQUAL: operator.eq,
    Op.OTHER: operator.ne,
    Op.BELOW: operator.lt,
    Op.FROM: operator.ge,
    Op.ABOVE: operator.gt,
    Op.IN: lambda column, values: column.in_(values),
    Op.HOLDS: lambda column, part: column.contains(part, autoescape=True),
}
