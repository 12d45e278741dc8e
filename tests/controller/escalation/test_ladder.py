"""The ladder in force when an incident opened stays its ladder; who is on duty is a matter of the moment."""

from datetime import timedelta

from controller.escalation.rota.actions import override
from controller.sla.actions import add_plan
from controller.sla.plan import default_plan
from controller.sla.plan_writing import write_plan
from tests.support.clocks import NOON
from tests.support.desk import Desk

HOUR = timedelta(hours=1)


async def test_a_plan_changed_meanwhile_moves_no_open_incident(desk: Desk) -> None:
    """An hour after the opening a plan comes into force that climbs after two hours: the old incident climbs
    when it would have, to whoever has that level's duty by then; a new one by the new plan."""
    old = await desk.raised(await desk.finding(object_name="vieja"))
    await desk.until(NOON + HOUR)
    sooner = write_plan(default_plan()).replace('escalate_l2 = "4h"', 'escalate_l2 = "2h"', 1)
    async with desk.storage.unit(desk.root.actor) as unit:
        await add_plan(unit, sooner)
        await override(unit, 2, "eva", NOON + 4 * HOUR, NOON + 6 * HOUR)
    await desk.until(NOON + HOUR + timedelta(minutes=1))
    new = await desk.raised(await desk.finding(object_name="nueva"))
    await desk.until(NOON + 4.4 * HOUR)
    assert (await desk.incident(old.id)).level == 1
    assert (await desk.incident(new.id)).level == 2
    await desk.until(NOON + 4.5 * HOUR)
    assert (await desk.incident(old.id)).level == 2
    heard = {who: desk.mailbox.subjects(f"{who}@vigia.example") for who in ("ana", "eva")}
    assert [one for one in heard["eva"] if "vieja" in one and "nivel 2" in one]
    assert not [one for one in heard["ana"] if "vieja" in one]
