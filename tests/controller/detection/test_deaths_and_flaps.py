"""A machine that dies in a maintenance window, and one that comes and goes, through to the incident."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from controller import flow
from controller.core.chance import SeededChance
from controller.core.changes import Changes
from controller.detection.lookout import Lookout
from controller.detection.maintenance import actions as maintenance
from controller.detection.maintenance import store as windows
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.sla.actions import seed_default_plan
from controller.storage import Storage
from controller.ticker import HANDLERS
from controller.timers import Engine
from tests.support.clocks import JumpingClock
from tests.support.stores import fresh_storage

MINUTE = timedelta(minutes=1)


@dataclass
class Shop:
    """Three servers at one site, and the story as the controller tells it."""

    storage: Storage
    clock: JumpingClock
    lookout: Lookout
    customer_id: UUID
    machines: list[UUID]

    async def passes(self, span: timedelta, *silent: UUID) -> None:
        engine = Engine(self.storage, HANDLERS)
        for _ in range(round(span / timedelta(seconds=5))):
            self.clock.set(self.clock.now() + timedelta(seconds=5))
            for machine_id in self.machines:
                if machine_id not in silent:
                    self.lookout.presence.heard(machine_id)
            await self.lookout.turn()
        await engine.turn()

    async def open(self, rule: str = "agent.silent") -> list[Incident]:
        async with self.storage.reading() as connection:
            place = "Centro" if rule == "site.silent" else ""
            found = [await incidents.find_open(connection, one, rule, place) for one in self.machines]
        return [one for one in found if one is not None]


@pytest.fixture
async def shop(tmp_path: Path, clock: JumpingClock, chance: SeededChance) -> AsyncIterator[Shop]:
    async with fresh_storage("sqlite", tmp_path, clock, chance) as storage:
        storage.dispatcher = flow.dispatcher(Changes(), lambda: None)
        lookout = Lookout(storage)
        await lookout.start()
        async with storage.unit() as unit:
            await seed_default_plan(unit, "UTC")
            customer = await fleet.add_customer(unit, "Taller")
            site = await fleet.add_site(unit, customer.id, "Centro")
            machines = [unit.chance.uuid() for _ in range(3)]
            for number, machine_id in enumerate(machines):
                values = {
                    "id": machine_id, "customer_id": customer.id, "site_id": site.id, "name": f"m{number}",
                    "role": "server", "enrolled_at": unit.now, "last_seen_at": unit.now,
                }  # fmt: skip
                await store.add_machine(unit.connection, values)
                lookout.presence.arrived(machine_id)
        made = Shop(storage, clock, lookout, customer.id, machines)
        await made.passes(4 * MINUTE)
        yield made
        await lookout.stop()


@pytest.mark.parametrize("returns", [True, False])
async def test_a_machine_that_dies_in_maintenance_is_logged_and_judged_at_its_end(
    shop: Shop, returns: bool
) -> None:
    dead = shop.machines[0]
    async with shop.storage.unit() as unit:
        end = unit.now + 20 * MINUTE
        window = await maintenance.announce(unit, shop.customer_id, unit.now, end, "disks", machine_id=dead)
    await shop.passes(12 * MINUTE, dead)
    assert await shop.open() == []
    async with shop.storage.reading() as connection:
        [held] = await windows.held_in(connection, window.id)
    assert (held.machine_id, held.rule, held.judged_at) == (dead, "agent.silent", None)
    await shop.passes(9 * MINUTE, *([] if returns else [dead]))
    found = await shop.open()
    assert [one.machine_id for one in found] == ([] if returns else [dead])
    assert all(one.opened_at >= end for one in found)


async def test_a_server_that_comes_and_goes_is_one_incident_with_a_count(shop: Shop) -> None:
    flaps = shop.machines[0]
    for _ in range(5):
        await shop.passes(3 * MINUTE, flaps)
        await shop.passes(MINUTE)
    [case] = await shop.open()
    assert case.finding_count == 5
    assert case.number == 1


async def test_a_line_that_comes_and_goes_is_one_incident_with_a_count(shop: Shop) -> None:
    for _ in range(4):
        await shop.passes(3 * MINUTE, *shop.machines)
        await shop.passes(MINUTE)
    [case] = await shop.open("site.silent")
    assert case.finding_count == 4
    assert await shop.open() == []
