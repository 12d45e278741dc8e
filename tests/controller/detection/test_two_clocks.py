"""Two processes on one PostgreSQL, each on a machine whose clock goes its own way."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from controller.core.chance import SeededChance
from controller.detection.lookout import Lookout
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.findings import FindingRaised
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.stations import note_events
from tests.support.stores import fresh_storage


class Beside(JumpingClock):
    """The same time as `other`'s, shown `ahead`, and counted from another zero."""

    def __init__(self, other: JumpingClock, ahead: timedelta) -> None:
        super().__init__()
        self._other, self._ahead = other, ahead

    def now(self) -> datetime:
        return self._other.now() + self._ahead

    def monotonic(self) -> float:
        return self._other.monotonic() + 12_345.0


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_process_whose_clock_is_wrong_accuses_nobody_of_the_others(
    ahead: timedelta, tmp_path: Path, clock: JumpingClock, chance: SeededChance
) -> None:
    """Each hears one machine. Ten minutes later nobody is accused; then one dies and is told once."""
    async with fresh_storage("postgresql", tmp_path, clock, chance) as right:
        url = right.url.render_as_string(hide_password=False)
        wrong = Storage(url, Beside(clock, ahead), SeededChance(5))
        told = [*map(note_events, (right, wrong))]
        houses: list[tuple[Lookout, UUID]] = []
        for storage in (right, wrong):
            lookout = Lookout(storage)
            await lookout.start()
            async with storage.unit() as unit:
                customer = await fleet.add_customer(unit, f"C{len(houses)}")
                machine_id = unit.chance.uuid()
                values = {
                    "id": machine_id, "customer_id": customer.id, "name": f"m{len(houses)}", "role": "server",
                    "enrolled_at": unit.now, "last_seen_at": unit.now,
                }  # fmt: skip
                await store.add_machine(unit.connection, values)
            lookout.presence.arrived(machine_id)
            houses.append((lookout, machine_id))
        dead = houses[0][1]
        for turn in range(180):
            clock.set(clock.now() + timedelta(seconds=5))
            for lookout, machine_id in houses:
                if turn < 120 or machine_id != dead:
                    lookout.presence.heard(machine_id)
                await lookout.turn()
            if turn == 119:
                assert told == [[], []]
        raised = [one.finding.machine_id for some in told for one in some if isinstance(one, FindingRaised)]
        assert raised == [dead]
        for lookout, _ in houses:
            await lookout.stop()
        await wrong.close()
