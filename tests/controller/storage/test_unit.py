"""The unit of work: all of it or nothing, what follows included, on both databases."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from controller.core.events import Event
from controller.storage import Storage, Unit, UtcDateTime
from controller.storage.engine import sqlite_may_corrupt
from tests.support.clocks import JumpingClock

notes = Table("notes", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


@dataclass(frozen=True, slots=True)
class Written(Event):
    id: int


@pytest.fixture
async def with_notes(storage: Storage) -> Storage:
    async with storage.writer.begin() as connection:
        await connection.run_sync(notes.create)
    return storage


async def kept(storage: Storage) -> list[int]:
    async with storage.reading() as connection:
        return [row.id for row in await connection.execute(select(notes.c.id).order_by(notes.c.id))]


async def test_what_follows_an_event_shares_its_transaction(with_notes: Storage) -> None:
    """An event's steps run before the commit; a failing step takes the first row back with it."""

    async def dispatch(unit: Unit, happened: Event) -> None:
        assert isinstance(happened, Written)
        if happened.id == 1:
            await unit.connection.execute(insert(notes).values(id=2, at=unit.now))
            unit.announce(Written(2))
        elif happened.id == 10:
            raise RuntimeError("a step failed")

    with_notes.dispatcher = dispatch
    done: list[str] = []
    async with with_notes.unit() as unit:
        await unit.connection.execute(insert(notes).values(id=1, at=unit.now))
        unit.announce(Written(1))
        unit.after_commit(lambda: done.append("told"))
        assert done == []
    assert await kept(with_notes) == [1, 2]
    assert done == ["told"]

    with pytest.raises(RuntimeError):
        async with with_notes.unit() as unit:
            await unit.connection.execute(insert(notes).values(id=10, at=unit.now))
            unit.announce(Written(10))
            unit.after_commit(lambda: done.append("never"))
    assert await kept(with_notes) == [1, 2]
    assert done == ["told"]


async def test_instants_come_back_as_they_went_in(with_notes: Storage, clock: JumpingClock) -> None:
    """Microseconds and order are kept; a naive datetime is refused at the door."""
    first = datetime(2026, 10, 25, 0, 59, 59, 999_999, tzinfo=UTC)
    async with with_notes.unit() as unit:
        await unit.connection.execute(
            insert(notes), [{"id": 1, "at": first + timedelta(microseconds=1)}, {"id": 2, "at": first}]
        )
    async with with_notes.reading() as connection:
        rows = (await connection.execute(select(notes).order_by(notes.c.at))).all()
    assert [(row.id, row.at) for row in rows] == [(2, first), (1, first + timedelta(microseconds=1))]
    with pytest.raises(Exception, match="naive datetime"):
        async with with_notes.unit() as unit:
            await unit.connection.execute(insert(notes).values(id=3, at=datetime(2026, 1, 1)))


async def test_a_reader_does_not_wait_for_the_writer(with_notes: Storage) -> None:
    """While a unit is open, a reader sees what was committed before it, at once."""
    async with with_notes.unit() as unit:
        await unit.connection.execute(insert(notes).values(id=1, at=unit.now))
        assert await kept(with_notes) == []
    assert await kept(with_notes) == [1]


def test_the_versions_of_sqlite_that_may_corrupt_are_known() -> None:
    """trust.md R11: 3.7.0-3.51.2, without the mended 3.50.7 and 3.44.6."""
    assert sqlite_may_corrupt((3, 40, 1))
    assert sqlite_may_corrupt((3, 51, 2))
    assert not any(sqlite_may_corrupt(v) for v in ((3, 51, 3), (3, 50, 7), (3, 44, 6), (3, 6, 9)))
