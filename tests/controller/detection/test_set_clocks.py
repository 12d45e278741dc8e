"""A wall clock that somebody sets neither accuses a machine nor hides one (trust.md R10, R12)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from controller.core.chance import SeededChance
from controller.detection.lookout import Lookout
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.findings import FindingCleared, FindingRaised
from controller.fleet.machine import GoodbyeReason
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.stations import note_events
from tests.support.stores import BACKENDS, fresh_storage

MINUTE = timedelta(minutes=1)
JUMPS = [timedelta(hours=1), timedelta(hours=-1)]


class SetClock(JumpingClock):
    """Its wall clock can be `put` forward or back while time itself goes on."""

    put = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.put

    def pass_by(self, time: timedelta) -> None:
        self.set(super().now() + time)


@dataclass
class House:
    """Lookouts that share a database, each with the machines that its process hears."""

    storage: Storage
    clock: SetClock
    lookouts: dict[Lookout, set[UUID]] = field(default_factory=dict)
    told: list[object] = field(default_factory=list)

    async def opens(self) -> Lookout:
        lookout = Lookout(self.storage)
        await lookout.start()
        self.lookouts[lookout] = set()
        return lookout

    async def machine(self, name: str, heard_by: Lookout) -> UUID:
        async with self.storage.unit() as unit:
            known = await store.customer_named(unit.connection, "C") or await fleet.add_customer(unit, "C")
            machine_id = unit.chance.uuid()
            values = {
                "id": machine_id, "customer_id": known.id, "name": name, "role": "server",
                "enrolled_at": unit.now, "last_seen_at": unit.now,
            }  # fmt: skip
            await store.add_machine(unit.connection, values)
        heard_by.presence.arrived(machine_id)
        self.lookouts[heard_by].add(machine_id)
        return machine_id

    async def passes(self, span: timedelta, *silent: UUID) -> None:
        for _ in range(round(span / timedelta(seconds=5))):
            self.clock.pass_by(timedelta(seconds=5))
            for lookout, machines in self.lookouts.items():
                for machine_id in machines - set(silent):
                    lookout.presence.heard(machine_id)
                await lookout.turn()

    def raised(self) -> list[UUID]:
        return [one.finding.machine_id for one in self.told if isinstance(one, FindingRaised)]

    def cleared(self) -> list[UUID]:
        return [one.finding.machine_id for one in self.told if isinstance(one, FindingCleared)]


@pytest.fixture(params=BACKENDS)
async def house(request: pytest.FixtureRequest, tmp_path: Path, chance: SeededChance) -> AsyncIterator[House]:
    clock = SetClock()
    async with fresh_storage(request.param, tmp_path, clock, chance) as storage:
        made = House(storage, clock)
        made.told = note_events(storage)  # type: ignore[assignment]
        yield made
        for lookout in made.lookouts:
            await lookout.stop()


@pytest.mark.parametrize("put", JUMPS)
async def test_a_clock_that_was_set_accuses_nobody_and_hides_nobody(house: House, put: timedelta) -> None:
    """Who lives is left alone; who dies after it is told within 3 minutes, and its return is seen."""
    lookout = await house.opens()
    lives, dies = await house.machine("lives", lookout), await house.machine("dies", lookout)
    await house.passes(4 * MINUTE)
    house.clock.put = put
    await house.passes(4 * MINUTE)
    assert house.told == []
    await house.passes(3 * MINUTE, dies)
    assert house.raised() == [dies]
    found = next(one.finding for one in house.told if isinstance(one, FindingRaised))
    assert timedelta(seconds=145) <= house.clock.now() - found.began_at <= 3 * MINUTE
    await house.passes(MINUTE)
    assert house.cleared() == [dies]
    assert lives not in house.raised()


@pytest.mark.parametrize("put", JUMPS)
async def test_who_was_quiet_when_the_clock_was_set_is_judged_by_time_that_passed(
    house: House, put: timedelta
) -> None:
    """A minute of silence and an hour's jump are a minute of silence; it is told after two and a half."""
    lookout = await house.opens()
    await house.machine("lives", lookout)
    quiet = await house.machine("quiet", lookout)
    await house.passes(4 * MINUTE)
    await house.passes(MINUTE, quiet)
    house.clock.put = put
    await house.passes(MINUTE, quiet)
    assert house.raised() == []
    await house.passes(MINUTE, quiet)
    assert house.raised() == [quiet]


@pytest.mark.parametrize("put", JUMPS)
async def test_a_silent_machine_comes_back_though_the_clock_was_set(house: House, put: timedelta) -> None:
    lookout = await house.opens()
    await house.machine("lives", lookout)
    gone = await house.machine("gone", lookout)
    await house.passes(4 * MINUTE)
    await house.passes(3 * MINUTE, gone)
    house.clock.put = put
    await house.passes(MINUTE, gone)
    assert (house.raised(), house.cleared()) == ([gone], [])
    await house.passes(MINUTE)
    assert house.cleared() == [gone]


async def test_a_reboot_has_its_half_hour_whatever_the_clock_says(house: House) -> None:
    """Set forward by an hour after its goodbye: 29 minutes later nothing, 31 minutes later a fault."""
    lookout = await house.opens()
    await house.machine("lives", lookout)
    reboots = await house.machine("reboots", lookout)
    await house.passes(4 * MINUTE)
    async with house.storage.unit() as unit:
        await fleet.say_goodbye(unit, reboots, GoodbyeReason.REBOOT, None)
    house.clock.put = timedelta(hours=1)
    await house.passes(29 * MINUTE, reboots)
    assert house.raised() == []
    await house.passes(2 * MINUTE, reboots)
    assert house.raised() == [reboots]


@pytest.mark.parametrize("put", JUMPS)
async def test_two_processes_do_not_accuse_each_others_machines(house: House, put: timedelta) -> None:
    """Each hears half; what the other wrote before the clock was set is not believed by the wall clock. Who
    dies is told once, though both see it."""
    one, other = await house.opens(), await house.opens()
    here, there = await house.machine("here", one), await house.machine("there", other)
    await house.passes(4 * MINUTE)
    house.clock.put = put
    await house.passes(6 * MINUTE)
    assert house.told == []
    await house.passes(4 * MINUTE, there)
    assert house.raised() == [there]
    await house.passes(2 * MINUTE)
    assert house.cleared() == [there]
    assert here not in house.raised()
