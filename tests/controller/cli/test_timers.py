"""Timers that were set aside are listed and released by command, by administrators alone."""

from datetime import timedelta

from controller.core.actor import ENGINE
from controller.escalation import quarantine
from controller.timers import store as timers
from tests.support.clocks import NOON
from tests.support.control import Control


async def test_listed_with_its_error_and_released(control: Control) -> None:
    desk = control.desk
    case = await desk.raised(await desk.finding())
    key = f"escalation:{case.id}"
    none = await control.vigia("timers", "list", "--set-aside", "--as", "root")
    assert (none.status, none.out, none.err) == (0, "", "No timer is set aside.\n")
    async with desk.storage.unit(ENGINE) as unit:
        claims = await timers.claim(unit.connection, NOON + timedelta(hours=1), NOON, 10, None)
        (claim,) = [one for one in claims if one.key == key]
        await timers.note_failure(unit.connection, claim, "ZeroDivisionError: a bug", None, unit.now)
    await quarantine.audit(desk.storage)
    listed = await control.vigia("timers", "list", "--set-aside", "--json", "--as", "root")
    [one] = listed.json
    assert (one["key"], one["last_error"], one["incident"]) == (key, "ZeroDivisionError: a bug", "INC-2")
    refused = await control.vigia("timers", "release", key, "--as", "luis")
    assert refused.status == 1
    released = await control.vigia("timers", "release", key, "--as", "root", lang="es")
    assert released.out == f"{key} vuelve a actuar\n"
    again = await control.vigia("timers", "release", key, "--as", "root")
    assert (again.status, again.err) == (1, f"vigia: there is no timer set aside '{key}'\n")
