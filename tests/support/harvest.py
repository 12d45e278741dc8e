"""Pulls of a town's incident in their states, for pages: one done, one refused, one under way."""

from controller.diagnostics import pulls
from controller.fleet import store as fleet
from controller.fleet.orders import actions as orders
from controller.fleet.orders.order import Order, OrderState, Progress
from evidence.bundle import BundleWriter
from evidence.manifest import Item
from tests.support.console import Console
from tests.support.town import Town

MIB = 1024 * 1024


async def bring_harvest(console: Console, town: Town) -> Order:
    """The pull under way: 34 of 96 MiB are here."""
    await able(console, town)
    first = await _ask(console, town)
    async with console.storage.unit() as unit:
        await orders.report(
            unit, first.machine_id, Progress(first.id, OrderState.REFUSED, reason="policy_window")
        )
    await bring_bundle(console, town)
    last = await _ask(console, town)
    async with console.storage.unit() as unit:
        await orders.begin_upload(unit, last.machine_id, last.id, 96 * MIB, 34 * MIB)
    return last


async def able(console: Console, town: Town) -> None:
    """The agents of the town know the profile."""
    async with console.storage.unit() as unit:
        for machine_id in town.machines.values():
            await fleet.change_machine(unit.connection, machine_id, abilities=["pull:basic"])


async def bring_bundle(console: Console, town: Town) -> Order:
    """A pull that is done, with its bundle."""
    asked = await _ask(console, town)
    now = console.context.clock.now()
    writer = BundleWriter(agent_version="0.1.0", host="caja-1", started_at=now, profile="basic")
    writer.add(
        Item("system/memory.txt", "system", "/proc/meminfo"), b"MemTotal: 8046312 kB\nMemFree: 90 kB\n"
    )
    writer.add(
        Item("logs/kernel.txt", "logs", "dmesg --time-format=iso --nopager", 0, 31),
        b"usb 1-1: new device\nOut of memory: Killed process 1188 (java)\n<script>alert(1)</script>\n",
    )
    writer.add_gap(Item("time/synchronisation.txt", "time", "chronyc", withheld="chronyc is not installed"))
    data = writer.finish(now)
    digest = await console.context.blobs.put(data)
    async with console.storage.unit() as unit:
        await orders.begin_upload(unit, asked.machine_id, asked.id, len(data), 0)
        await pulls.receive(unit, asked.id, digest, len(data), now)
    return asked


async def _ask(console: Console, town: Town) -> Order:
    async with console.storage.unit(console.ana.actor) as unit:
        return await pulls.ask(unit, town.machines["caja-1"], town.incident_id)
