"""The lookout through an outage: silence, return, our own absence, our own stall."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from controller.core.severity import Severity
from controller.detection.lookout import Lookout
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.findings import SILENCE, FindingCleared, FindingRaised
from controller.fleet.machine import GoodbyeReason, MachineRole
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.stations import note_events


@dataclass
class Watchtower:
    """Lets time pass as the ticker does: a turn each 5 s, `heard` machines beating all the while."""

    storage: Storage
    clock: JumpingClock
    lookout: Lookout
    told: list[object]

    async def machine(self, name: str, role: MachineRole = MachineRole.SERVER) -> UUID:
        async with self.storage.unit() as unit:
            customer = await store.customer_named(unit.connection, "C")
            if customer is None:
                customer = await fleet.add_customer(unit, "C")
            machine_id = unit.chance.uuid()
            values = {
                "id": machine_id,
                "customer_id": customer.id,
                "name": name,
                "role": role.value,
                "enrolled_at": unit.now,
                "last_seen_at": unit.now,
            }
            await store.add_machine(unit.connection, values)
        self.lookout.presence.arrived(machine_id)
        return machine_id

    async def passes(self, span: timedelta, *heard: UUID) -> None:
        """`span` in steps of 5 s, in which the loop kept its beat."""
        end = self.clock.now() + span
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + timedelta(seconds=5)))
            for machine_id in heard:
                self.lookout.presence.heard(machine_id)
            await self.lookout.turn()

    async def restarts(self, after: timedelta) -> None:
        """The controller dies, and another one starts."""
        assert self.lookout._beat is not None
        self.lookout._beat.cancel()
        self.clock.set(self.clock.now() + after)
        self.lookout = Lookout(self.storage)
        await self.lookout.start()


@pytest.fixture
async def tower(storage: Storage, clock: JumpingClock) -> AsyncIterator[Watchtower]:
    lookout = Lookout(storage)
    await lookout.start()
    told: list[object] = note_events(storage)  # type: ignore[assignment]
    tower = Watchtower(storage, clock, lookout, told)
    yield tower
    await tower.lookout.stop()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


async def test_a_killed_server_is_an_incident_within_3_minutes_and_its_return_is_told(
    tower: Watchtower,
) -> None:
    """Said once, with the last sign of life as its beginning; cleared once, when it is heard again."""
    dead, well = await tower.machine("dead"), await tower.machine("well")
    await tower.passes(minutes(10), dead, well)
    last_heard = tower.clock.now()
    await tower.passes(timedelta(seconds=145), well)
    assert tower.told == []
    await tower.passes(timedelta(seconds=10), well)
    assert len(tower.told) == 1
    raised = tower.told[0]
    assert isinstance(raised, FindingRaised)
    assert (raised.finding.machine_id, raised.finding.rule, raised.finding.object) == (dead, SILENCE, "")
    assert raised.finding.severity is Severity.CRITICAL
    assert raised.finding.began_at == last_heard
    assert raised.finding.opened_at <= last_heard + minutes(3)
    await tower.passes(minutes(30), well)
    assert len(tower.told) == 1
    await tower.passes(minutes(1), well, dead)
    assert len(tower.told) == 2
    cleared = tower.told[1]
    assert isinstance(cleared, FindingCleared)
    assert cleared.finding.finding_id == raised.finding.finding_id
    async with tower.storage.reading() as connection:
        found = await store.machine(connection, dead)
    assert found is not None
    assert found.silent_since is None


async def test_a_goodbye_is_no_silence(tower: Watchtower) -> None:
    gone, well = await tower.machine("gone"), await tower.machine("well")
    await tower.passes(minutes(10), gone, well)
    async with tower.storage.unit() as unit:
        await fleet.say_goodbye(unit, gone, GoodbyeReason.STOPPED, None)
    await tower.passes(minutes(60), well)
    assert tower.told == []


async def test_ten_minutes_of_our_own_absence_accuse_nobody(tower: Watchtower) -> None:
    """All come back within two minutes of our start; the absence stands in the book, to within a turn."""
    ids = [await tower.machine(f"m{n}") for n in range(5)]
    await tower.passes(minutes(10), *ids)
    died = tower.clock.now()
    await tower.restarts(minutes(10))
    await tower.passes(timedelta(seconds=110))
    await tower.passes(minutes(10), *ids)
    assert tower.told == []
    periods = [(period.start, period.end) for period in tower.lookout.down()]
    assert periods == [(died, died + minutes(10))]


async def test_who_died_in_our_absence_is_found_after_it(tower: Watchtower) -> None:
    """Not before the grace has passed, and with the last sign of life that was flushed: 30 s before the end
    of our former run at most."""
    ids = [await tower.machine(f"m{n}") for n in range(10)]
    await tower.passes(minutes(10), *ids)
    died = tower.clock.now()
    await tower.restarts(minutes(10))
    await tower.passes(timedelta(seconds=145), *ids[1:])
    assert tower.told == []
    await tower.passes(timedelta(seconds=15), *ids[1:])
    (raised,) = [event.finding for event in tower.told if isinstance(event, FindingRaised)]
    assert raised.machine_id == ids[0]
    assert died - timedelta(seconds=30) <= raised.began_at <= died


async def test_when_nobody_returns_judgement_waits_5_minutes_and_no_longer(tower: Watchtower) -> None:
    ids = [await tower.machine(f"m{n}") for n in range(3)]
    await tower.passes(minutes(5), *ids)
    await tower.restarts(minutes(1))
    await tower.passes(timedelta(seconds=295))
    assert tower.told == []
    await tower.passes(timedelta(seconds=10))
    assert [event.finding.facts["machine_count"] for event in tower.told] == ["3"]


async def test_a_stall_of_our_loop_begins_the_window_anew(tower: Watchtower) -> None:
    """Two minutes of silence, a stall, two more: nobody is judged by time in which we were not there."""
    quiet, well = await tower.machine("quiet"), await tower.machine("well")
    await tower.passes(minutes(10), quiet, well)
    await tower.passes(minutes(2), well)
    before = tower.clock.now()
    tower.clock.set(before + timedelta(seconds=40))
    tower.lookout.health.note(before, tower.clock.now(), 40.0)
    await tower.passes(timedelta(seconds=145), well)
    assert tower.told == []
    await tower.passes(timedelta(seconds=160), well)
    assert len(tower.told) == 1
    assert [period.end - period.start for period in tower.lookout.down()] == [timedelta(seconds=45)]


async def test_a_machine_that_never_came_is_not_missed(tower: Watchtower) -> None:
    """Enrolled, and its agent never started: nothing was heard that could fall silent."""
    async with tower.storage.unit() as unit:
        customer = await fleet.add_customer(unit, "Other")
        values = {
            "id": unit.chance.uuid(),
            "customer_id": customer.id,
            "name": "new",
            "role": "server",
            "enrolled_at": unit.now,
        }
        await store.add_machine(unit.connection, values)
    await tower.passes(minutes(20))
    assert tower.told == []


async def test_a_database_that_was_away_accuses_nobody(tower: Watchtower) -> None:
    """Ten minutes in which no turn could be written, and agents were sent away: an absence like another."""
    ids = [await tower.machine(f"m{n}") for n in range(3)]
    await tower.passes(minutes(10), *ids)
    away_at = tower.clock.now()
    tower.clock.set(away_at + minutes(10))
    await tower.passes(minutes(1))
    await tower.passes(minutes(5), *ids)
    assert tower.told == []
    assert tower.lookout.down()[-1].start == away_at


async def test_the_wall_clock_set_right_by_an_hour_accuses_nobody(tower: Watchtower) -> None:
    """Ages are told by the clock that never goes back; the step itself counts as a time we were not well."""
    well = await tower.machine("well")
    await tower.passes(minutes(10), well)
    before = tower.clock.now()
    tower.clock.set(before + timedelta(hours=1))
    tower.lookout.health.note(before, tower.clock.now(), 1.0)
    await tower.lookout.turn()
    await tower.passes(minutes(3), well)
    assert tower.told == []
