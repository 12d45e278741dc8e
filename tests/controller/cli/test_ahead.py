"""`vigia forecast` and `vigia health` before a real controller."""

from pathlib import Path

from controller.core.disk import OsDisk
from controller.incidents import actions
from controller.reports.health import signs
from controller.reports.health.watch import Watch
from tests.support.control import Control


async def test_a_forecast_says_what_will_be_missed_and_what_saves_it(control: Control) -> None:
    """Four outages at once, one person at level 1: the last of them is late."""
    for number in range(4):
        await control.desk.raised(await control.desk.finding(object_name=f"tienda-{number}"))
    ran = await control.vigia("forecast", "--hours", "2")
    assert (ran.status, ran.err) == (0, "")
    assert "One more person at level 1 until 08:00: saves 1 promise" in ran.out
    assert "likely missed" in ran.out
    assert "An estimate, not a promise" in " ".join(ran.out.split())
    found = (await control.vigia("forecast", "--hours", "2", "--json")).json
    assert found["counts"]["likely_missed"] == 1
    assert {one["incident"] for one in found["promises"]} == {"INC-1", "INC-2", "INC-3", "INC-4"}
    assert sum(hour["likely_missed"] for hour in found["by_hour"]) == 1
    wrong = await control.vigia("forecast", "--hours", "99")
    assert wrong.status == 2
    assert "Use 1 to 48" in wrong.err


async def test_health_ends_with_how_bad_it_is(control: Control, tmp_path: Path) -> None:
    """A desk with all three levels on duty is in order; an alarm ends with 2."""

    class Disk(OsDisk):
        free = 10 * 1024**3

        def free_bytes(self, path: Path) -> int:
            return self.free

    disk = Disk()
    object.__setattr__(control.context, "watch", Watch(control.desk.storage, disk, tmp_path))
    ran = await control.vigia("health")
    assert (ran.status, ran.err) == (0, "")
    assert "Every level has somebody" in ran.out
    disk.free = 100 * 1024**2
    async with control.desk.storage.unit() as unit:
        case = await actions.open_own(unit, signs.DISK, str(tmp_path), {"disk_free_bytes": "104857600"})
    bad = await control.vigia("health", "--json")
    assert bad.status == 2
    first = bad.json["watched"][0]
    assert (first["rule"], first["grade"], first["incident"]) == (signs.DISK, "bad", case.reference)
    assert "nearly full: 100 MiB free" in first["said"]
