"""A timer that fails five times is set aside, says so once as an incident of our own, and is let go again."""

from datetime import timedelta
from typing import Any

import pytest

from controller.core.errors import Invalid, NotFound
from controller.escalation import agenda, quarantine
from controller.fleet.house import HOUSE
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.timeline import EntryKind
from controller.sla.ledger import Running
from controller.timers import store as timers
from tests.support.clocks import NOON
from tests.support.desk import Desk


async def alarms(desk: Desk) -> tuple[Incident, ...]:
    async with desk.storage.reading() as connection:
        return await incidents.queue(connection, customer_id=HOUSE)


async def test_it_is_told_once_and_released_it_acts_late(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug holds up one incident's clock. Those on duty hear of it; after the repair an administrator lets
    the timer go: what was due is done, marked as late, and the alarm is over."""
    case = await desk.raised(await desk.finding())
    whole = Running.state

    def broken(self: Running, *given: Any) -> Any:
        if self.incident.id == case.id:
            raise ZeroDivisionError("a bug")
        return whole(self, *given)

    monkeypatch.setattr(Running, "state", broken)
    monkeypatch.setattr(agenda, "holds", lambda *_: False)
    await desk.until(NOON + timedelta(minutes=40))
    key = f"escalation:{case.id}"
    (alarm,) = await alarms(desk)
    assert (alarm.rule, alarm.object, alarm.facts["incident"]) == (quarantine.RULE, key, case.reference)
    assert alarm.facts["error"] == "ZeroDivisionError: a bug"
    assert any(key in subject for subject in desk.mailbox.subjects("luis@vigia.example"))
    assert await quarantine.audit(desk.storage) == 0, "it was said already"

    monkeypatch.setattr(Running, "state", whole)
    async with desk.storage.unit(desk.root.actor) as unit:
        await quarantine.release(unit, key)
    await desk.ticker.turn()
    async with desk.storage.reading() as connection:
        missed = await incidents.entries_of_kinds(connection, [case.id], [EntryKind.BREACHED])
        assert await timers.set_aside(connection) == ()
    assert [entry.facts.get("controller_late") for entry in missed[case.id]] == ["1"]
    (alarm,) = await alarms(desk)
    assert alarm.state is CaseState.RESOLVED


async def test_only_what_is_set_aside_can_be_released(desk: Desk) -> None:
    for key, error in (("escalation:none", NotFound), ("", Invalid), ("x" * 501, Invalid)):
        with pytest.raises(error):
            async with desk.storage.unit(desk.root.actor) as unit:
                await quarantine.release(unit, key)


async def test_the_auditor_says_what_could_not_be_said(desk: Desk) -> None:
    """Saying it failed, too, or somebody closed the alarm while the timer still lies there."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit() as unit:
        (claim,) = await timers.claim(
            unit.connection, NOON + timedelta(hours=1), NOON + timedelta(hours=2), 1, None
        )
        await timers.note_failure(unit.connection, claim, "a bug", None, unit.now)
    assert await alarms(desk) == ()
    assert await quarantine.audit(desk.storage) == 1
    assert [one.facts["incident"] for one in await alarms(desk)] == [case.reference]
    assert await quarantine.audit(desk.storage) == 0
