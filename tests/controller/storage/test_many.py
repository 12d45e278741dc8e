"""Many rows at once come out as they went in, on both databases, and what an insert refuses is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from controller.incidents.entries.store import entries_table
from controller.notify.store import outbox
from controller.storage import Storage
from controller.storage.many import add_many, among, change_many
from controller.timers.store import timers
from tests.support.clocks import NOON, JumpingClock
from tests.support.stores import BACKENDS, fresh_storage

# One more than goes by an ordinary insert, and few.
COUNTS = (3, 50)
ODD = 'a "quoted" \\ back\tslash,\nline \N{SNOWMAN} {brace} NULL \\N'


@pytest.fixture(params=BACKENDS)
async def storage(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    async with fresh_storage(request.param, tmp_path, JumpingClock(NOON)) as made:
        yield made


def notice(number: int) -> dict[str, object]:
    return {
        "id": UUID(int=number), "key": f"{ODD}{number}", "subject_id": None if number % 2 else UUID(int=7),
        "recipient": ODD, "address": "", "language": "es", "subject": ODD, "body": ODD * 3,
        "auto": bool(number % 2), "created_at": NOON + timedelta(microseconds=number),
        "next_attempt_at": None, "attempts": 0, "fence": 0, "channel": "", "last_error": "",
    }  # fmt: skip


def timer(number: int) -> dict[str, object]:
    return {
        "key": f"{ODD}{number}", "kind": "k", "subject": UUID(int=number), "due": NOON, "wake_at": NOON,
        "fence": 3, "attempts": 1, "last_error": "",
    }  # fmt: skip


@pytest.mark.parametrize("count", COUNTS)
async def test_what_went_in_comes_out(storage: Storage, count: int) -> None:
    """Quotes, breaks, tabs, nothing at all, instants to the microsecond."""
    rows = [notice(number) for number in range(1, count + 1)]
    async with storage.unit() as unit:
        await add_many(unit.connection, outbox, rows)
    async with storage.reading() as connection:
        found = (await connection.execute(select(outbox).order_by(outbox.c.position))).mappings().all()
        keys = [str(row["key"]) for row in rows[1:]]
        some = await connection.execute(select(outbox.c.key).where(among(connection, outbox.c.key, keys)))
        assert set(some.scalars()) == set(keys)
        ids = [UUID(int=2), UUID(int=10**6)]
        one = await connection.execute(select(outbox.c.id).where(among(connection, outbox.c.id, ids)))
        assert one.scalars().all() == [UUID(int=2)]
        none = await connection.execute(select(outbox.c.id).where(among(connection, outbox.c.id, ())))
        assert none.first() is None
    assert [{name: row[name] for name in rows[0]} for row in found] == rows
    assert {(row["sent_at"], row["gave_up_at"]) for row in found} == {(None, None)}


@pytest.mark.parametrize("count", COUNTS)
async def test_a_row_that_is_there_is_refused_and_its_unit_undone(storage: Storage, count: int) -> None:
    async with storage.unit() as unit:
        await add_many(unit.connection, outbox, [notice(1)])
    with pytest.raises(IntegrityError):
        async with storage.unit() as unit:
            await add_many(unit.connection, outbox, [notice(number) for number in range(count, 0, -1)])
    async with storage.unit() as unit:
        with pytest.raises(IntegrityError):
            async with unit.connection.begin_nested():
                await add_many(unit.connection, outbox, [notice(number) for number in range(count, 0, -1)])
        await add_many(unit.connection, outbox, [notice(99)])
    async with storage.reading() as connection:
        left = (await connection.execute(select(outbox.c.id).order_by(outbox.c.position))).scalars().all()
    assert left == [UUID(int=1), UUID(int=99)]


async def test_an_entry_must_have_its_incident(storage: Storage) -> None:
    rows = [
        {
            "id": UUID(int=number), "incident_id": UUID(int=5), "kind": "note", "at": NOON,
            "recorded_at": NOON,
            "actor_kind": "system", "actor_name": "", "for_customer": False, "auto": True, "body": "",
            "facts": {"a": "b"},
        }
        for number in range(20)
    ]  # fmt: skip
    with pytest.raises(IntegrityError):
        async with storage.unit() as unit:
            await add_many(unit.connection, entries_table, rows)


async def test_an_instant_without_a_zone_is_a_bug(storage: Storage) -> None:
    naive = [{**notice(number), "created_at": datetime(2026, 1, 1)} for number in range(20)]
    with pytest.raises(ValueError, match="naive"):
        async with storage.unit() as unit:
            await add_many(unit.connection, outbox, naive)


@pytest.mark.parametrize("count", [0, 1, 50])
async def test_many_are_changed_each_to_its_own(storage: Storage, count: int) -> None:
    async with storage.unit() as unit:
        await add_many(unit.connection, timers, [timer(number) for number in range(60)])
        changed = [
            {"key": f"{ODD}{n}", "due": NOON + timedelta(seconds=n), "wake_at": None if n % 2 else NOON}
            for n in range(count)
        ]
        await change_many(unit.connection, timers, changed, also=("attempts = 0", "fence = timers.fence + 1"))
    async with storage.reading() as connection:
        rows = {row.key: row for row in await connection.execute(select(timers))}
    for n in range(60):
        row = rows[f"{ODD}{n}"]
        if n < count:
            wakes = None if n % 2 else NOON
            assert (row.due, row.wake_at, row.attempts, row.fence) == (
                NOON + timedelta(seconds=n),
                wakes,
                0,
                4,
            )
        else:
            assert (row.due, row.wake_at, row.attempts, row.fence) == (NOON, NOON, 1, 3)
        assert row.due.tzinfo is not None and row.due.astimezone(UTC) == row.due
    async with storage.unit() as unit:
        await unit.connection.execute(delete(timers))
