"""Many rows at once, by the shortest way each database has: what an engine writes for a batch of deadlines.

An insert by SQLAlchemy costs its parameters more than the database its rows. PostgreSQL takes them by COPY,
SQLite by one prepared statement; both in the connection's own transaction, with its savepoints.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    ColumnElement,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.storage.tables import UtcDateTime

# Below this the statement costs more than its rows.
_FEW = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_Change = Callable[[Any], Any]
_encode = json.JSONEncoder().encode


async def add_many(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """New rows, all with the same columns in the same order. Raises IntegrityError as an insert does."""
    if len(rows) < _FEW:
        if rows:
            await connection.execute(insert(table), rows)
        return
    names = tuple(rows[0])
    values = _values(connection, table, names, rows)
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql(_inserting(table, names), values)
    else:
        await _copy(connection, table, names, values)


def _values(
    connection: AsyncConnection, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """As the driver takes them. Column by column: the loops are then the interpreter's own."""
    lite = connection.dialect.name == "sqlite"
    columns: list[Sequence[Any]] = list(zip(*[row.values() for row in rows], strict=True))
    for place, name in enumerate(names):
        change = _change(table.c[name], lite)
        if change is not None:
            columns[place] = _changed_all(change, columns[place])
    return list(zip(*columns, strict=True))


def _changed_all(change: _Change, column: Sequence[Any]) -> list[Any]:
    # Neighbours are often the very same value: the instant of the unit that writes them.
    made: list[Any] = []
    last = result = None
    for value in column:
        if value is not last:
            last, result = value, change(value)
        made.append(result)
    return made


def _inserting(table: Table, names: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    holes = ", ".join("?" * len(names))
    return f'INSERT INTO "{table.name}" ({quoted}) VALUES ({holes})'  # noqa: S608 (names of ours)


async def put_many(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    only_new: Collection[str] = (),
    also: Sequence[str] = (),
) -> None:
    """`add_many`, and rows that are there are overwritten: known by their first column, no two of `rows` the
    same. `only_new`: columns that are left as they are then; `also`: what is set as well, in SQL of ours."""
    if not rows:
        return
    names = tuple(rows[0])
    settings = [f'"{name}" = excluded."{name}"' for name in names[1:] if name not in only_new]
    clash = f'ON CONFLICT ("{names[0]}") DO UPDATE SET {", ".join([*settings, *also])}'
    values = _values(connection, table, names, rows)
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql(f"{_inserting(table, names)} {clash}", values)
        return
    called = ", ".join(f'"{name}"' for name in names)
    statement = (
        f'INSERT INTO "{table.name}" ({called}) SELECT * FROM {_unnest(connection, table, names)} {clash}'  # noqa: S608
    )
    await connection.exec_driver_sql(statement, _arrays(zip(*values, strict=True)))


def _unnest(connection: AsyncConnection, table: Table, names: Sequence[str]) -> str:
    kinds = [table.c[name].type.compile(connection.dialect) for name in names]
    return f"unnest({', '.join(f'CAST(%s AS {kind}[])' for kind in kinds)})"


def _arrays(columns: Iterable[Iterable[Any]]) -> tuple[str, ...]:
    return tuple(
        _array(None if value is None else str(value) for value in column) for column in columns
    )  # fmt: skip


async def _copy(
    connection: AsyncConnection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    # Here, since a controller on SQLite has no driver for PostgreSQL.
    import psycopg
    from psycopg import sql

    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        async with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(row)
    except psycopg.Error as error:
        # As if it had come the usual way: whoever waits for a database that went away knows it by that.
        raise DBAPIError.instance(
            f"COPY {table.name}", None, error, psycopg.Error, hide_parameters=True,
            dialect=connection.dialect, connection_invalidated=driver.closed,
        ) from error  # fmt: skip


def _change(column: Column[Any], lite: bool) -> _Change | None:
    """From our value to the driver's, for types whose values differ."""
    if isinstance(column.type, JSON):
        return _written
    if not lite:
        return _checked if isinstance(column.type, UtcDateTime) else None
    if isinstance(column.type, UtcDateTime):
        return _microseconds
    return _hex if isinstance(column.type, Uuid) else None


def _hex(value: UUID | None) -> str | None:
    return value.hex if value is not None else None


def _microseconds(value: datetime | None) -> int | None:
    return None if value is None else (_aware(value) - _EPOCH) // _MICROSECOND


def _written(value: Any) -> str | None:
    return None if value is None else _encode(value)


def _checked(value: datetime | None) -> datetime | None:
    return None if value is None else _aware(value)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a naive datetime reached the database: {value.isoformat()}")
    return value


def among(
    connection: AsyncConnection, column: ColumnElement[Any], values: Collection[UUID] | Collection[str]
) -> ColumnElement[bool]:
    """`column IN values` with one parameter, however many they are: no limit, and nothing to compile anew."""
    if connection.dialect.name != "sqlite":
        kind = Uuid() if isinstance(column.type, Uuid) else Text()
        return column == any_(bindparam(None, list(values), ARRAY(kind)))
    plain = [value.hex if isinstance(value, UUID) else value for value in values]
    each = func.json_each(bindparam(None, json.dumps(plain), Text)).table_valued("value")
    return type_coerce(column, Text).in_(select(each.c.value))


def _array(values: Iterable[str | None]) -> str:
    """PostgreSQL's text of an array."""
    quoted = (
        "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for value in values
    )
    return "{" + ",".join(quoted) + "}"


async def change_many(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    also: Sequence[str] = (),
) -> None:
    """Each row is known by its first column, which must be there; the others are set. `also`: what is set to
    the same in all of them, in SQL of ours."""
    if not rows:
        return
    key, *names = rows[0]
    ordered = (*names, key)
    values = _values(connection, table, ordered, [{name: row[name] for name in ordered} for row in rows])
    if connection.dialect.name == "sqlite":
        settings = ", ".join([*(f'"{name}" = ?' for name in names), *also])
        statement = f'UPDATE "{table.name}" SET {settings} WHERE "{key}" = ?'  # noqa: S608 (names of ours)
        await connection.exec_driver_sql(statement, values)
        return
    # One statement and not one for each row: a third of the time (wire.md, Stores).
    settings = ", ".join([*(f'"{name}" = new."{name}"' for name in names), *also])
    called = ", ".join(f'"{name}"' for name in ordered)
    given = _unnest(connection, table, ordered)
    statement = (
        f'UPDATE "{table.name}" SET {settings} FROM {given} AS new ({called}) '  # noqa: S608
        f'WHERE "{table.name}"."{key}" = new."{key}"'
    )
    await connection.exec_driver_sql(statement, _arrays(zip(*values, strict=True)))
