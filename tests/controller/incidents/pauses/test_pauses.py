"""An incident waits, everybody sees it, and it never waits for longer than was agreed (contract.md T5)."""

from datetime import timedelta

import pytest

from controller import timers
from controller.core.errors import Conflict, Invalid, Refused
from controller.escalation.forgotten import forgotten
from controller.escalation.waiting import pausing
from controller.incidents import actions, store
from controller.incidents.case import CaseState, Incident
from controller.incidents.pauses import store as pauses
from controller.incidents.pauses.pause import Awaited
from controller.incidents.timeline import Entry
from controller.notify import store as outbox
from controller.people.contacts import store as contacts
from controller.sla import ledger
from controller.sla.state import PENDING, State
from tests.support.desk import Desk
from tests.support.pausable import agree_on_pauses

HOUR = timedelta(hours=1)


async def answered(desk: Desk) -> Incident:
    """A critical one, answered at once, under a plan that lets every clock wait."""
    async with desk.storage.unit() as unit:
        await agree_on_pauses(unit)
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        return await actions.respond(unit, case.id, "Estamos en ello", "phone")


async def waiting(desk: Desk, kind: str = "part", length: str | None = "4h") -> Incident:
    case = await answered(desk)
    async with desk.storage.unit(desk.luis.actor) as unit:
        return await pausing.pause(unit, case.id, kind, length=length, note="El proveedor es @ana")


async def state(desk: Desk, case: Incident) -> State:
    async with desk.storage.reading() as connection:
        return (await ledger.state_of(connection, case.id, desk.clock.now()))[1]


async def last(desk: Desk, case: Incident, kind: str) -> Entry:
    async with desk.storage.reading() as connection:
        return [e for e in await store.timeline(connection, case.id) if e.kind.value == kind][-1]


async def mails(desk: Desk, case: Incident) -> list[tuple[str, str]]:
    async with desk.storage.reading() as connection:
        return [(one.address, one.subject) for one in await outbox.notices(connection, [case.id])]


async def test_a_paused_clock_never_moves_and_goes_on_by_itself(desk: Desk) -> None:
    case = await waiting(desk)
    began = desk.clock.now()
    assert (await state(desk, case)).updates[-1].due is None
    await desk.until(began + 3 * HOUR)
    held = await state(desk, case)
    assert (held.updates[-1].state, held.breaches) == (PENDING, ())
    await desk.until(began + 4 * HOUR)
    resumed = await last(desk, case, "resumed")
    assert (resumed.at, resumed.reason, resumed.actor_name) == (began + 4 * HOUR, "pause_over", "engine")
    assert (await state(desk, case)).updates[-1].due == began + 6 * HOUR
    await desk.until(began + 6 * HOUR + timedelta(seconds=1))
    assert "breached" in await desk.kinds(case.id), "the clock that ran again was forgotten"
    told = await mails(desk, case)
    assert ("marta@sol.example", "[INC-1] En espera: tienda no responde") in told
    assert ("marta@sol.example", "[INC-1] Seguimos adelante: tienda no responde") in told
    assert ("luis@vigia.example", "[INC-1] Terminó la espera: tienda no responde") in told


async def test_it_ends_at_its_instant_however_late_we_wake(desk: Desk) -> None:
    case = await waiting(desk)
    began = desk.clock.now()
    desk.clock.set(began + 9 * HOUR)
    await desk.ticker.turn()
    resumed = await last(desk, case, "resumed")
    assert (resumed.at, "controller_late" in resumed.facts) == (began + 4 * HOUR, True)
    assert (await state(desk, case)).updates[-1].due == began + 6 * HOUR


async def test_without_a_length_it_lasts_as_long_as_the_plan_allows(desk: Desk) -> None:
    case = await waiting(desk, length=None)
    async with desk.storage.reading() as connection:
        found = await pauses.pause_of(connection, case.id)
    assert found is not None
    assert found.until == desk.clock.now() + 24 * HOUR


async def test_staff_let_it_go_on(desk: Desk) -> None:
    case = await waiting(desk)
    desk.clock.set(desk.clock.now() + HOUR)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resume(unit, case.id, "Llegó la pieza")
        with pytest.raises(Conflict, match="is not paused"):
            await actions.resume(unit, case.id)
    assert (await state(desk, case)).updates[-1].due == desk.clock.now() + 2 * HOUR
    await desk.until(desk.clock.now() + HOUR)
    assert (await desk.kinds(case.id)).count("resumed") == 1, "its timer was taken away"


@pytest.mark.parametrize(("kind", "goes_on"), [("customer", True), ("part", False)])
async def test_a_customers_answer_ends_the_wait_for_it_alone(desk: Desk, kind: str, goes_on: bool) -> None:
    case = await waiting(desk, kind)
    async with desk.storage.reading() as connection:
        marta = (await contacts.contacts(connection, desk.customer.id))[0]
    async with desk.storage.unit(marta.actor) as unit:
        await actions.customer_writes(unit, case.id, "Ya puede entrar")
    assert ((await desk.kinds(case.id))[-1] == "resumed") is goes_on
    if goes_on:
        assert (await last(desk, case, "resumed")).reason == "customer_answered"


async def test_the_default_plan_pauses_nothing_and_says_what_to_do(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match="pauses nothing: tell the customer what you wait for"):
            await pausing.pause(unit, case.id, "customer")
    assert await desk.kinds(case.id) == ["opened"]


async def test_a_wait_for_consent_is_a_pause_under_every_plan_and_ends_when_the_plan_says(desk: Desk) -> None:
    """The room of visits asks for it without knowing any plan; a clock that may not wait runs on."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.pause(unit, case.id, kind=Awaited.CONSENT)
    assert (await state(desk, case)).clocks["first_response"].due == case.opened_at + timedelta(minutes=30)
    began = desk.clock.now()
    await desk.until(began + 48 * HOUR)
    assert (await last(desk, case, "resumed")).at == began + 48 * HOUR


async def test_what_cannot_be_paused_says_why(desk: Desk) -> None:
    case = await waiting(desk)
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match="INC-1 is paused already"):
            await pausing.pause(unit, case.id, "part")
        await actions.resume(unit, case.id)
        for length in ("25h", "2 days", "0m", "-1h"):
            with pytest.raises(Invalid, match="length"):
                await pausing.pause(unit, case.id, "part", length=length)
        with pytest.raises(Invalid, match=r"'luck' is nothing to wait for\. Use one of customer, consent"):
            await pausing.pause(unit, case.id, "luck")
        with pytest.raises(Invalid, match="told: has 2001 characters"):
            await pausing.pause(unit, case.id, "part", told="x" * 2_001)
        await actions.resolve(unit, case.id, "Listo")
        with pytest.raises(Conflict, match="is resolved; reopen it first"):
            await pausing.pause(unit, case.id, "part")
    async with desk.storage.reading() as connection:
        marta = (await contacts.contacts(connection, desk.customer.id))[0]
    async with desk.storage.unit(marta.actor) as unit:
        with pytest.raises(Refused):
            await pausing.pause(unit, case.id, "part")


async def test_what_is_resolved_waits_for_nothing(desk: Desk) -> None:
    case = await waiting(desk)
    began = desk.clock.now()
    desk.clock.set(began + HOUR)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resolve(unit, case.id, "Listo")
    assert (await desk.kinds(case.id))[-2:] == ["resumed", "resolved"]
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.reopen(unit, case.id, "Volvió")
    assert (await state(desk, case)).updates[-1].due == desk.clock.now() + 2 * HOUR
    await desk.until(began + 5 * HOUR)
    assert (await desk.kinds(case.id)).count("resumed") == 1
    assert (await desk.incident(case.id)).state is CaseState.OPEN
    assert not [subject for _, subject in await mails(desk, case) if "Seguimos" in subject]


async def test_the_auditor_finds_a_pause_that_nothing_would_end(desk: Desk) -> None:
    case = await waiting(desk)
    async with desk.storage.unit() as unit:
        assert await timers.cancel(unit, f"incident.pause:{case.id}")
    assert await pausing.audit(desk.storage) == 1
    assert await pausing.audit(desk.storage) == 0
    await desk.until(desk.clock.now() + 4 * HOUR)
    assert (await last(desk, case, "resumed")).reason == "pause_over"


async def test_what_waits_in_sight_of_everybody_is_not_forgotten(desk: Desk) -> None:
    """Quiet for longer than two updates may take, and nobody's fault."""
    case = await waiting(desk, length="20h")
    desk.clock.set(desk.clock.now() + 10 * HOUR)
    async with desk.storage.reading() as connection:
        assert await forgotten(connection, desk.clock.now()) == ()
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resume(unit, case.id)
    desk.clock.set(desk.clock.now() + 5 * HOUR)
    async with desk.storage.reading() as connection:
        assert [one.incident.id for one in await forgotten(connection, desk.clock.now())] == [case.id]
