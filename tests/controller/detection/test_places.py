"""A line is cut: one incident with its machines, however many; who does not come back has its own."""

from datetime import timedelta
from uuid import UUID

import pytest

from controller.core.severity import Severity
from controller.detection.lookout import Lookout
from controller.detection.places import Neighbour, office_leaves, vanished_together
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.findings import PLACE_SILENCE, SILENCE, FindingCleared, FindingRaised
from controller.fleet.machine import GoodbyeReason, MachineRole
from controller.storage import Storage
from tests.support.clocks import NOON, JumpingClock
from tests.support.stations import note_events

SERVER, DESKTOP, LAPTOP = MachineRole.SERVER, MachineRole.DESKTOP, MachineRole.LAPTOP


def neighbour(number: int, quiet_s: float, role: MachineRole = SERVER) -> Neighbour:
    return Neighbour(UUID(int=number), role, NOON - timedelta(seconds=quiet_s), quiet_s)


@pytest.mark.parametrize(
    ("place", "together"),
    [
        ([neighbour(1, 150)], 0),
        ([neighbour(1, 150), neighbour(2, 140)], 2),
        ([neighbour(1, 150), neighbour(2, 40, DESKTOP)], 2),
        ([neighbour(1, 150), neighbour(2, 15)], 0),
        ([neighbour(1, 150), neighbour(2, 149), neighbour(3, 3)], 0),
        ([neighbour(1, 150), neighbour(2, 9000)], 0),
        ([neighbour(1, 150), neighbour(2, 149, LAPTOP)], 0),
        ([neighbour(1, 150), neighbour(2, 149), neighbour(3, 148, LAPTOP), neighbour(4, 2, LAPTOP)], 3),
    ],
)
def test_who_went_with_the_first(place: list[Neighbour], together: int) -> None:
    """Alone; both; a desktop proves it too; one still beats; one of three beats; one was away for hours; a
    laptop proves nothing, and goes with the others, or not."""
    assert len(vanished_together(place[0], place)) == together


@pytest.mark.parametrize(
    ("office", "said_goodbye", "leaves"),
    [
        ([(2, 700), (3, 400), (4, 5)], 0, True),
        ([(2, 890), (3, 901), (4, 910)], 0, False),
        ([(2, 700), (3, 5), (4, 5), (5, 5)], 0, False),
        ([(2, 700), (3, 5), (4, 5), (5, 5)], 1, True),
        ([(2, 90_000), (3, 80_000), (4, 5), (5, 5)], 0, False),
    ],
)
def test_an_office_that_goes_home_early(
    office: list[tuple[int, float]], said_goodbye: int, leaves: bool
) -> None:
    """One by one; all in one moment; one colleague of four is out; another shut down; two are on holiday."""
    first = neighbour(1, 900, LAPTOP)
    place = [first, *(neighbour(number, quiet_s, DESKTOP) for number, quiet_s in office)]
    assert office_leaves(first, place, said_goodbye) is leaves


class Town:
    """`sites` of `each` servers, on one customer, seen by one lookout."""

    def __init__(self, storage: Storage, clock: JumpingClock) -> None:
        self.storage, self.clock, self.told = storage, clock, note_events(storage)
        self.lookout = Lookout(storage)
        self.sites: list[list[UUID]] = []

    async def build(self, sites: int, each: int) -> None:
        await self.lookout.start()
        async with self.storage.unit() as unit:
            customer = await fleet.add_customer(unit, "Tiendas")
            for number in range(sites):
                site = await fleet.add_site(unit, customer.id, f"Tienda {number}")
                self.sites.append([unit.chance.uuid() for _ in range(each)])
                for place, machine_id in enumerate(self.sites[-1]):
                    values = {
                        "id": machine_id, "customer_id": customer.id, "site_id": site.id,
                        "name": f"t{number}-{place}", "role": "server",
                        "enrolled_at": unit.now, "last_seen_at": unit.now,
                    }  # fmt: skip
                    await store.add_machine(unit.connection, values)
        for machine_id in self.all:
            self.lookout.presence.arrived(machine_id)

    @property
    def all(self) -> list[UUID]:
        return [machine_id for site in self.sites for machine_id in site]

    async def passes(self, seconds: float, *silent: UUID) -> None:
        """All beat but `silent`."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + timedelta(seconds=5)))
            for machine_id in self.all:
                if machine_id not in silent:
                    self.lookout.presence.heard(machine_id)
            await self.lookout.turn()

    async def restarts(self) -> None:
        await self.lookout.stop()
        self.clock.set(self.clock.now() + timedelta(minutes=2))
        self.lookout = Lookout(self.storage)
        await self.lookout.start()

    def raised(self) -> list[tuple[str, str, Severity]]:
        found = [event.finding for event in self.told if isinstance(event, FindingRaised)]
        return [(one.rule, one.object, one.severity) for one in found]

    def cleared(self) -> list[str]:
        return [event.finding.rule for event in self.told if isinstance(event, FindingCleared)]


@pytest.fixture
def town(storage: Storage, clock: JumpingClock) -> Town:
    return Town(storage, clock)


async def test_200_machines_on_10_sites_and_one_line_is_cut(town: Town) -> None:
    """One incident within 3 minutes. The controller restarts: none. All agents are updated: none."""
    await town.build(sites=10, each=20)
    await town.passes(600)
    await town.restarts()
    await town.passes(400)
    assert town.raised() == []
    async with town.storage.unit() as unit:
        for machine_id in town.all:
            await fleet.say_goodbye(unit, machine_id, GoodbyeReason.UPDATE, None)
    await town.passes(300, *town.all)
    assert town.raised() == []
    async with town.storage.unit() as unit:
        for machine_id in town.all:
            await store.change_machine(
                unit.connection, machine_id, goodbye_reason=None, goodbye_at=None, last_seen_at=unit.now
            )
    await town.passes(60)
    await town.passes(170, *town.sites[3])
    assert town.raised() == [(PLACE_SILENCE, "Tienda 3", Severity.CRITICAL)]
    finding = next(event.finding for event in town.told if isinstance(event, FindingRaised))
    assert finding.facts["machine_count"] == "20" and "t3-7" in finding.facts["machines"]
    await town.passes(600, *town.sites[3])
    assert len(town.raised()) == 1
    await town.passes(60)
    assert town.cleared() == [PLACE_SILENCE]


async def test_who_does_not_come_back_with_the_others_has_an_incident_of_its_own(town: Town) -> None:
    await town.build(sites=1, each=3)
    await town.passes(300)
    await town.passes(200, *town.sites[0])
    dead = town.sites[0][1]
    await town.passes(120, dead)
    assert [rule for rule, *_ in town.raised()] == [PLACE_SILENCE] and town.cleared() == []
    await town.passes(60, dead)
    assert [rule for rule, *_ in town.raised()] == [PLACE_SILENCE, SILENCE]
    assert town.cleared() == [PLACE_SILENCE]
    await town.passes(30)
    assert town.cleared() == [PLACE_SILENCE, SILENCE]
