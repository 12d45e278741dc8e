"""What was seen of a machine is kept by the quarter of an hour, whichever process saw it, and taught from."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from controller.core.actor import Actor, ActorKind
from controller.detection.hours import store
from controller.detection.hours.actions import Diary, hours_of, state_hours
from controller.detection.hours.week import slot_of, stated, weekdays_of
from controller.fleet import actions as fleet
from controller.fleet.machine import Machine
from controller.fleet.store import add_machine, machine
from controller.storage import Storage
from tests.support.clocks import JumpingClock

ZONE = "America/Mexico_City"
# 18:05 there, in the afternoon half of the day.
EVENING = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
DAY = date(2026, 3, 2)


async def desktop(storage: Storage) -> Machine:
    async with storage.unit() as unit:
        customer = await fleet.add_customer(unit, "Despacho", zone=ZONE)
        machine_id = unit.chance.uuid()
        values = {"id": machine_id, "customer_id": customer.id, "name": "puesto", "role": "desktop"}
        await add_machine(unit.connection, {**values, "enrolled_at": unit.now})
        known = await machine(unit.connection, machine_id)
    assert known is not None
    return known


async def noted(storage: Storage, diary: Diary, *heard: UUID) -> None:
    async with storage.unit() as unit:
        await diary.note(unit, heard)


async def test_two_processes_write_into_one_diary(storage: Storage, clock: JumpingClock) -> None:
    """Each adds the quarters that it saw, on the customer's day; a server is none of its business."""
    one = await desktop(storage)
    first, second = Diary(clock), Diary(clock)
    clock.set(EVENING)
    await noted(storage, first, one.id, UUID(int=7))
    clock.set(EVENING + timedelta(minutes=15))
    await noted(storage, second, one.id)
    clock.set(EVENING - timedelta(hours=10))
    await noted(storage, first, one.id)
    async with storage.reading() as connection:
        seen = await store.presence(connection, one.id)
    slots = [slot_of(time(8, 5)), slot_of(time(18, 5)), slot_of(time(18, 20))]
    assert seen == {DAY: sum(1 << slot for slot in slots)}


async def test_what_a_person_states_wins_over_what_was_learnt(storage: Storage, clock: JumpingClock) -> None:
    """And is told with its source; what is older than six weeks is forgotten."""
    one = await desktop(storage)
    clock.set(EVENING)
    always = (1 << 96) - 1
    async with storage.unit() as unit:
        days = [DAY - timedelta(days=back) for back in range(1, 22)] + [DAY - timedelta(days=60)]
        await store.add_presence(unit.connection, {(one.id, day): always for day in days})
    await noted(storage, Diary(clock), one.id)
    async with storage.reading() as connection:
        assert len(await store.presence(connection, one.id)) == 22
        learnt = await hours_of(connection, one, ZONE, EVENING)
    assert learnt.source == "learnt" and learnt.hours is not None and learnt.hours.slots == always
    ana = Actor(ActorKind.PERSON, "Ana")
    async with storage.unit(ana) as unit:
        await state_hours(unit, one.id, stated(weekdays_of("sat"), time(9), time(14)))
    async with storage.reading() as connection:
        told = await hours_of(connection, one, ZONE, EVENING)
    assert (told.source, told.stated_by, told.stated_at) == ("stated", "Ana", EVENING)
    assert told.hours is not None and told.hours.spans() == ((time(9), time(14)),)
    async with storage.unit(ana) as unit:
        await state_hours(unit, one.id, None)
    async with storage.reading() as connection:
        assert (await hours_of(connection, one, ZONE, EVENING)).source == "learnt"
