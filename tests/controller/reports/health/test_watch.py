"""The watch over a real desk: one incident of the house for each alarm, which ends by itself."""

from datetime import timedelta
from pathlib import Path

from controller.core.disk import OsDisk
from controller.core.severity import Severity
from controller.fleet.house import HOUSE
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.reports import history
from controller.reports.health import signs
from controller.reports.health.signs import Grade
from controller.reports.health.watch import EVERY, Watch
from tests.support.desk import Desk

MINUTE = timedelta(minutes=1)


class RoomyDisk(OsDisk):
    """So much is free as the test says."""

    free = 10 * 1024**3

    def free_bytes(self, path: Path) -> int:
        return self.free


class Rounds:
    """A watch, and the house's incidents as they stand after each of its rounds."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.disk = RoomyDisk()
        self.watch = Watch(desk.storage, self.disk, folder)

    async def round(self, minutes: float = 3) -> dict[str, CaseState]:
        self.desk.clock.set(self.desk.clock.now() + minutes * MINUTE)
        await self.watch.turn()
        return {case.rule: case.state for case in await self.own()}

    async def own(self) -> list[Incident]:
        async with self.desk.storage.reading() as connection:
            return sorted(await incidents.queue(connection, customer_id=HOUSE), key=lambda case: case.number)


async def test_all_is_well_and_nothing_is_opened(desk: Desk, tmp_path: Path) -> None:
    rounds = Rounds(desk, tmp_path)
    assert await rounds.watch.turn() == desk.clock.now() + EVERY
    assert await rounds.round() == {}
    found = await rounds.watch.look()
    assert found.grade is Grade.GOOD
    assert {sign.rule for sign in found.signs} >= {
        signs.ENGINE_LATE, signs.SET_ASIDE, signs.POST, signs.ROTA, signs.DISK,
    }  # fmt: skip


async def test_a_low_disk_is_one_incident_that_ends_when_there_is_room(desk: Desk, tmp_path: Path) -> None:
    rounds = Rounds(desk, tmp_path)
    await rounds.watch.turn()
    rounds.disk.free = 100 * 1024**2
    for _ in range(3):
        assert await rounds.round() == {signs.DISK: CaseState.OPEN}
    assert len(await rounds.own()) == 1
    rounds.disk.free = 700 * 1024**2
    assert await rounds.round() == {signs.DISK: CaseState.OPEN}, "between the marks it stays"
    rounds.disk.free = 3 * 1024**3
    assert await rounds.round() == {signs.DISK: CaseState.RESOLVED}
    rounds.disk.free = 700 * 1024**2
    assert await rounds.round() == {signs.DISK: CaseState.RESOLVED}, "and none begins"


async def test_an_engine_that_sleeps_over_a_deadline_is_an_alarm_for_an_hour(
    desk: Desk, tmp_path: Path
) -> None:
    """Nobody turned the engine for ten minutes after a breach; it is over an hour after it acted."""
    rounds = Rounds(desk, tmp_path)
    await rounds.watch.turn()
    await desk.raised(await desk.finding())
    assert (await rounds.round(40))[signs.ENGINE_LATE] is CaseState.OPEN
    await desk.ticker.turn()
    assert (await rounds.round(30))[signs.ENGINE_LATE] is CaseState.OPEN
    await desk.ticker.turn()
    rounds_more = [await rounds.round(10) for _ in range(4) if await desk.ticker.turn() or True]
    assert rounds_more[-1][signs.ENGINE_LATE] is CaseState.RESOLVED


async def test_a_slipping_target_is_told_once_and_again_after_it_recovered(
    desk: Desk, tmp_path: Path
) -> None:
    """Ten answered in time, three late: 76.9 % of 95 %. The house's own incident counts for no customer."""
    rounds = Rounds(desk, tmp_path)
    await rounds.watch.turn()
    for number in range(13):
        case = await desk.raised(
            await desk.finding(object_name=f"tienda-{number}", severity=Severity.CRITICAL)
        )
        desk.clock.set(desk.clock.now() + (40 if number >= 10 else 5) * MINUTE)
        await desk.ticker.turn()
        async with desk.storage.unit(desk.luis.actor) as unit:
            await actions.respond(unit, case.id, "hola")
            await actions.close(unit, case.id, "listo")
    assert (await rounds.round(40))[signs.FIRST_RESPONSE] is CaseState.OPEN
    (slip,) = [case for case in await rounds.own() if case.rule == signs.FIRST_RESPONSE]
    assert slip.object == "Panadería Sol 2026-03"
    assert (slip.facts["missed"], slip.facts["decided"]) == ("3", "13")
    async with desk.storage.reading() as connection:
        span = history.span_of("2026-03-01", "2026-03-31", desk.clock.now().date())
        report = await history.report(connection, span, desk.clock.now())
        own = await history.report(connection, span, desk.clock.now(), HOUSE)
    assert report.total.incidents == 13
    assert own.total.incidents == len(await rounds.own())


async def test_the_end_of_the_month_ends_its_alarm(desk: Desk, tmp_path: Path) -> None:
    rounds = Rounds(desk, tmp_path)
    await rounds.watch.turn()
    async with desk.storage.unit() as unit:
        await actions.open_own(unit, signs.FIRST_RESPONSE, "Panadería Sol 2026-02", {})
    assert (await rounds.round())[signs.FIRST_RESPONSE] is CaseState.RESOLVED


async def test_what_others_say_about_the_house_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    """An incident of a timer set aside ends when the timer is released, and an unknown one by people."""
    rounds = Rounds(desk, tmp_path)
    await rounds.watch.turn()
    async with desk.storage.unit() as unit:
        for rule in (signs.SET_ASIDE, "vigia.something_else"):
            await actions.open_own(unit, rule, "x", {})
    assert set((await rounds.round()).values()) == {CaseState.OPEN}
    found = await rounds.watch.look()
    assert ("vigia.something_else", Grade.BAD) in {(sign.rule, sign.grade) for sign in found.signs}
