"""Whatever people do and however often the controller is away: nothing early, nothing twice, nothing lost."""

import os
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core.errors import Conflict
from controller.core.severity import Severity
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.timeline import Entry, EntryKind
from controller.sla import ledger
from controller.storage import Unit
from tests.support.clocks import NOON
from tests.support.desk import Desk, another_ticker

ENGINE_KINDS = {EntryKind.WARNED, EntryKind.BREACHED, EntryKind.ESCALATED}

Move = st.tuples(
    st.sampled_from(
        ["watch", "watch", "away", "respond", "update", "severity", "escalate", "resolve", "reopen"]
    ),
    st.integers(1, 600),
)


async def do(unit: Unit, what: str, minutes: int, case_id: UUID) -> None:
    if what == "respond":
        await actions.respond(unit, case_id, "hola")
    elif what == "update":
        await actions.update_customer(unit, case_id, "sigue")
    elif what == "severity":
        await actions.change_severity(unit, case_id, list(Severity)[minutes % 3], "otra vez")
    elif what == "escalate":
        await actions.escalate(unit, case_id, 2 + minutes % 2, "hace falta")
    elif what == "resolve":
        await actions.resolve(unit, case_id, "hecho")
    elif what == "reopen":
        await actions.reopen(unit, case_id, "volvió")


async def entries_of(desk: Desk, case_id: UUID) -> tuple[Entry, ...]:
    async with desk.storage.reading() as connection:
        return await incidents.timeline(connection, case_id)


@settings(
    max_examples=int(os.environ.get("VIGIA_STORIES", "4")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=st.lists(Move, min_size=1, max_size=10))
async def test_any_story(desk: Desk, moves: list[tuple[str, int]]) -> None:
    """The engine's entries against the pure function, after a random day."""
    if desk.clock.now() < NOON:
        desk.clock.set(NOON)
    case = await desk.raised(await desk.finding(object_name=uuid4().hex))
    for what, minutes in moves:
        step = timedelta(minutes=minutes)
        if what == "watch":
            await desk.until(desk.clock.now() + step)
        elif what == "away":
            desk.clock.set(desk.clock.now() + step)
            await another_ticker(desk.storage, desk.clock, desk.mailbox).turn()
        else:
            try:
                async with desk.storage.unit(desk.luis.actor) as unit:
                    await do(unit, what, minutes, case.id)
            except Conflict:
                pass
    desk.clock.set(desk.clock.now() + timedelta(seconds=1))
    await desk.ticker.turn()

    entries = await entries_of(desk, case.id)
    acted = [entry for entry in entries if entry.kind in ENGINE_KINDS and "key" in entry.facts]
    keys = [entry.facts["key"] for entry in acted]
    assert len(keys) == len(set(keys)), "nothing acts twice"
    for entry in acted:
        due = datetime.fromisoformat(entry.facts["due"])
        if entry.kind is EntryKind.WARNED:
            assert entry.recorded_at < due, "a warning comes while something can be saved"
        elif entry.kind is EntryKind.ESCALATED:
            assert due <= entry.recorded_at
            # Steps of one unit are recorded a microsecond after each other, and happened together.
            at_commit = timedelta(0) <= entry.recorded_at - entry.at < timedelta(milliseconds=1)
            assert entry.at == due or at_commit
        else:
            assert due < entry.recorded_at, "a breach is told after its deadline"
    async with desk.storage.reading() as connection:
        _, state = await ledger.state_of(connection, case.id, desk.clock.now())
    told = sorted((e.facts["clock"], e.at) for e in entries if e.kind is EntryKind.BREACHED)
    assert told == sorted((breach.clock, breach.at) for breach in state.breaches), "no breach lost or made up"
    for level, clock in ((2, "escalate_l2"), (3, "escalate_l3")):
        if state.status == "open" and state.clocks[clock].state == "breached":
            assert (await desk.incident(case.id)).level >= level, "the engine climbs, late or not"
    ids = [str(mail["Message-ID"]) for mail in desk.mailbox.mails]
    assert len(ids) == len(set(ids))
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.close(unit, case.id, "el siguiente")
