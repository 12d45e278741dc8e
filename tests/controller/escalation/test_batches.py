"""Many deadlines at once come to the same as each by itself, and one that fails is blamed alone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from controller.escalation import acting
from controller.incidents import store as incidents
from controller.incidents.actions import respond
from controller.incidents.timeline import EntryKind
from controller.notify import store as outbox
from controller.sla.ledger import Running
from controller.ticker import BATCHES, HANDLERS
from controller.timers import BatchHandler, Engine
from controller.timers import store as timers
from tests.support.clocks import NOON
from tests.support.desk import Desk


async def five(desk: Desk, name: str) -> list[UUID]:
    """Five incidents, two of them answered."""
    cases = [await desk.raised(await desk.finding(object_name=f"{name}-{number}")) for number in range(5)]
    async with desk.storage.unit(desk.luis.actor) as unit:
        for case in cases[:2]:
            await respond(unit, case.id, "Lo estamos mirando.", channel="phone")
    return [case.id for case in cases]


async def turns(desk: Desk, batches: Mapping[str, BatchHandler]) -> None:
    await Engine(desk.storage, HANDLERS, batches=batches).turn()


@pytest.mark.parametrize("batches", [BATCHES, {}], ids=["together", "one by one"])
async def test_a_batch_writes_what_single_steps_write(
    desk: Desk, batches: Mapping[str, BatchHandler]
) -> None:
    """The pinned story of one incident that nobody looks after, whichever way the engine goes."""
    ids = await five(desk, "a")
    for minutes in (15, 24, 31, 271, 600):
        desk.clock.set(NOON + timedelta(minutes=minutes))
        await turns(desk, batches)
    for incident_id in ids[2:]:
        assert await desk.kinds(incident_id) == [
            "opened", "warned", "warned", "breached", "escalated", "warned", "escalated", "breached",
        ]  # fmt: skip
    async with desk.storage.reading() as connection:
        notes = await incidents.entries_of_kinds(connection, ids, (EntryKind.NOTICE_QUEUED,))
        told = [(note.facts["about"], note.facts["staff"]) for note in notes[ids[2]][1:]]
        said = {one.key for one in await outbox.notices(connection, [ids[2]]) if "contact:" not in one.key}
    assert told == [
        ("warned", "Luis Paz"), ("warned", "Luis Paz"), ("breached", "Luis Paz"),
        ("escalated", "Ana Ruiz"), ("warned", "Ana Ruiz"), ("escalated", "Eva Sanz"),
        ("breached", "Eva Sanz"),
    ]  # fmt: skip
    assert len(said) == 1 + len(told), "each once, and the opening"
    assert [(await desk.incident(one)).level for one in ids] == [3] * 5


async def test_the_one_that_fails_is_blamed_and_the_others_act(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug that one incident's events set off: the batch is undone and gone through one by one."""
    ids = await five(desk, "a")
    cursed = ids[3]
    whole = Running.state

    def state(self: Running, *given: Any) -> Any:
        if self.incident.id == cursed:
            raise ZeroDivisionError("a bug")
        return whole(self, *given)

    monkeypatch.setattr(Running, "state", state)
    desk.clock.set(NOON + timedelta(minutes=31))
    await turns(desk, BATCHES)
    for incident_id in ids[2:]:
        kinds = await desk.kinds(incident_id)
        assert ("breached" in kinds) is (incident_id != cursed)
    async with desk.storage.reading() as connection:
        wakes = {one: await timers.due_of(connection, f"escalation:{one}") for one in ids}
    assert wakes[cursed] == NOON + timedelta(minutes=15)
    assert min(due for one, due in wakes.items() if due and one != cursed) > desk.clock.now()


async def test_whom_somebody_writes_into_is_left_for_later(desk: Desk) -> None:
    """On PostgreSQL a batch never waits for a colleague who is busy with one of its incidents."""
    if desk.storage.is_sqlite:
        return  # one writer: nobody can be busy meanwhile
    ids = await five(desk, "a")
    desk.clock.set(NOON + timedelta(minutes=31))
    async with desk.storage.unit() as busy:
        await incidents.incident(busy.connection, ids[4], lock=True)
        async with desk.storage.unit() as unit:
            claims = await timers.claim(
                unit.connection, unit.now, unit.now + timedelta(seconds=20), 100, None
            )
        async with desk.storage.unit() as unit:
            left = await acting.act_on_timers(unit, claims)
    assert [claim.subject for claim in left] == [ids[4]]
    assert "breached" in await desk.kinds(ids[3])
    assert "breached" not in await desk.kinds(ids[4])
