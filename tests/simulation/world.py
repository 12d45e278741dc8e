"""Who lives in the simulated year: three customers under three plans, and the people on duty."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from controller.core.actor import Role
from controller.fleet import actions as fleet
from controller.fleet import store as fleet_rows
from controller.people import actions as people
from controller.people.user import User
from controller.sla.actions import add_calendar, add_plan, seed_default_plan
from controller.storage import Unit
from tests.simulation.process import MortalStorage
from tests.support.clocks import JumpingClock

BEGINS = datetime(2026, 1, 5, 6, tzinfo=UTC)

OFFICE = """
name = "oficina"
zone = "America/Mexico_City"
country = "MX"
holidays = [2026-04-02, 2026-12-24]
[weekly]
mon = [["09:00", "14:00"], ["16:00", "19:00"]]
tue = [["09:00", "14:00"], ["16:00", "19:00"]]
wed = [["09:00", "14:00"], ["16:00", "19:00"]]
thu = [["09:00", "14:00"], ["16:00", "19:00"]]
fri = [["09:00", "15:00"]]
"""
LONGER = OFFICE.replace('["16:00", "19:00"]', '["15:00", "20:00"]') + 'sat = [["09:00", "13:00"]]\n'
MADRID = """
name = "madrid"
zone = "Europe/Madrid"
country = "ES"
[weekly]
mon = [["08:00", "20:00"]]
tue = [["08:00", "20:00"]]
wed = [["08:00", "20:00"]]
thu = [["08:00", "20:00"]]
fri = [["08:00", "20:00"]]
sat = [["10:00", "14:00"]]
"""

_SEVERITIES = """
[severity.critical]
first_response = "{0}m"
update_every = "2h"
escalate_l2 = "4h"
escalate_l3 = "8h"
[severity.high]
first_response = "2h"
update_every = "4h"
escalate_l2 = "8h"
escalate_l3 = "16h"
[severity.normal]
first_response = "4h"
update_every = "12h"
escalate_l2 = "20h"
escalate_l3 = "40h"
"""


def office_plan(first_minutes: int, pausable: bool = True) -> str:
    """Office hours for every clock; a customer whose word we wait for may hold them all."""
    clocks = ("first_response", "update_every", "escalate_l2", "escalate_l3")
    return (
        'name = "Oficina"\nzone = "America/Mexico_City"\nwarn_at = [0.5, 0.8]\nclose_after_days = 3\n'
        + (f'pausable = {list(clocks)}\npause_max = "2d"\n'.replace("'", '"') if pausable else "")
        + _SEVERITIES.format(first_minutes)
        + "[hours]\n"
        + "".join(f'{clock} = "oficina"\n' for clock in clocks)
    )


MADRID_PLAN = (
    'name = "Mixto"\nzone = "Europe/Madrid"\nescalation_origin = "response"\nseverity_change = "restart"\n'
    'pausable = ["update_every", "escalate_l2", "escalate_l3"]\npause_max = "1d"\nclose_after_days = 2\n'
    + _SEVERITIES.format(30)
    + '[hours]\nupdate_every = "madrid"\nescalate_l2 = "madrid"\nescalate_l3 = "madrid"\n'
)


@dataclass
class World:
    """`machines` by customer; `staff` by level."""

    customers: tuple[UUID, ...]
    machines: dict[UUID, UUID]
    staff: dict[int, User]
    office: UUID


async def settle(storage: MortalStorage, clock: JumpingClock) -> World:
    async with storage.unit() as unit:
        await seed_default_plan(unit)
        customers: list[UUID] = []
        machines: dict[UUID, UUID] = {}
        for name in ("Panadería Sol", "Clínica Río", "Talleres Norte"):
            # Without an address: what customers are told is written, and is no letter here.
            made = await fleet.add_customer(unit, name, "es", "", "", "America/Mexico_City")
            customers.append(made.id)
            machines[made.id] = await _machine(unit, made.id)
        await add_calendar(unit, OFFICE)
        await add_calendar(unit, MADRID, customers[2])
    # What begins "now" is in force from the next whole second.
    clock.set(clock.now() + timedelta(seconds=2))
    async with storage.unit() as unit:
        await add_plan(unit, office_plan(45), customers[1])
        await add_plan(unit, MADRID_PLAN, customers[2])
        staff = {
            level: await people.add_user(
                unit, login, login.title(), f"{login}@vigia.example", role=Role.ENGINEER, level=level,
                language=language,
            )
            for level, login, language in ((1, "luis", "es"), (2, "ana", "en"), (3, "eva", "es"))
        }  # fmt: skip
    clock.set(clock.now() + timedelta(seconds=2))
    return World(tuple(customers), machines, staff, customers[1])


async def _machine(unit: Unit, customer_id: UUID) -> UUID:
    machine_id = unit.chance.uuid()
    values = {"id": machine_id, "customer_id": customer_id, "name": f"caja-{str(machine_id)[:8]}",
              "role": "server", "enrolled_at": unit.now}  # fmt: skip
    await fleet_rows.add_machine(unit.connection, values)
    return machine_id
