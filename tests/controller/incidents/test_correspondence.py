"""A customer opens an incident in their own words, writes, says that it works or not, or says nothing."""

from datetime import timedelta

import pytest

from controller.core.errors import Conflict, Invalid, NotFound
from controller.core.severity import Severity
from controller.escalation.waiting import closing
from controller.fleet import actions as fleet
from controller.incidents import actions, store
from controller.incidents.case import CaseState, Incident
from controller.incidents.duplicates import store as duplicates
from controller.incidents.duplicates.family import merged_ones
from controller.incidents.mentions import store as mentions
from controller.incidents.pauses import store as pauses
from controller.incidents.timeline import EntryKind
from controller.notify import store as outbox
from controller.people.contacts import actions as contact_actions
from controller.people.contacts import store as contacts
from controller.people.contacts.contact import Contact
from controller.sla import ledger
from tests.support.desk import Desk


async def marta(desk: Desk) -> Contact:
    async with desk.storage.reading() as connection:
        return (await contacts.contacts(connection, desk.customer.id))[0]


async def opened(desk: Desk, severity: Severity = Severity.HIGH) -> Incident:
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        return await actions.open_by_person(
            unit,
            customer_id=desk.customer.id,
            summary="La caja no imprime",
            body="Desde esta mañana",
            severity=severity,
            machine_id=desk.machine_id,
        )


async def resolved(desk: Desk) -> Incident:
    case = await opened(desk)
    async with desk.storage.unit(desk.luis.actor) as unit:
        return await actions.resolve(unit, case.id, "Cambiamos el controlador")


async def said(desk: Desk, case: Incident) -> list[tuple[str, str, str]]:
    """(to, subject, body) of every notice about it."""
    async with desk.storage.reading() as connection:
        found = await outbox.notices(connection, [case.id])
    return [(notice.address, notice.subject, notice.body) for notice in found]


async def test_what_a_customer_opens_runs_from_its_receipt(desk: Desk) -> None:
    case = await opened(desk)
    assert (case.reference, case.rule, case.summary) == ("INC-1", "", "La caja no imprime")
    async with desk.storage.reading() as connection:
        due = await ledger.next_due(connection, case, desk.clock.now())
        [entry] = [e for e in await store.timeline(connection, case.id) if e.kind is EntryKind.OPENED]
    assert due["first_response"] == desk.clock.now() + timedelta(hours=2)
    assert (entry.actor_name, entry.channel, entry.for_customer) == ("Marta Gil", "web", True)
    notices = await said(desk, case)
    assert [to for to, _, _ in notices] == ["luis@vigia.example", "marta@sol.example"]
    assert "tenemos su petición: La caja no imprime" in notices[1][2]


async def test_a_second_person_who_opens_one_hears_of_it_as_well(desk: Desk) -> None:
    async with desk.storage.unit() as unit:
        luz = await contact_actions.add_contact(unit, desk.customer.id, "Luz Paz", "luz@sol.example", "en")
    async with desk.storage.unit(luz.actor) as unit:
        case = await actions.open_by_person(unit, customer_id=desk.customer.id, summary="No network")
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.respond(unit, case.id, "On our way", "phone")
    told = [(to, subject.split("] ")[1]) for to, subject, _ in await said(desk, case)]
    assert told[1:] == [
        ("marta@sol.example", "Ya lo estamos atendiendo: No network"),
        ("luz@sol.example", "We are on it: No network"),
        ("marta@sol.example", "Nuestra respuesta: No network"),
        ("luz@sol.example", "Our answer: No network"),
    ]


async def test_a_message_is_for_staff_and_moves_no_clock(desk: Desk) -> None:
    case = await opened(desk)
    async with desk.storage.reading() as connection:
        before = await ledger.next_due(connection, case, desk.clock.now())
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        with pytest.raises(Invalid):
            await actions.customer_writes(unit, case.id, "  ")
        await actions.customer_writes(unit, case.id, "Ahora tampoco la otra")
    async with desk.storage.reading() as connection:
        assert await ledger.next_due(connection, case, desk.clock.now()) == before
    to, subject, body = (await said(desk, case))[-1]
    assert to == "luis@vigia.example"
    assert subject == "[INC-1] Marta Gil escribe: La caja no imprime"
    assert "Ahora tampoco la otra" in body


async def test_it_works_closes_it(desk: Desk) -> None:
    case = await resolved(desk)
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        closed = await actions.customer_confirms(unit, case.id)
        with pytest.raises(Conflict):
            await actions.customer_confirms(unit, case.id)
    assert closed.state is CaseState.CLOSED
    assert await desk.kinds(case.id) == ["opened", "resolved", "closed"]
    assert "Queda cerrada: el cliente dice que funciona." in (await said(desk, case))[-1][2]


async def test_it_does_not_work_reopens_it_and_its_clocks(desk: Desk) -> None:
    case = await resolved(desk)
    await desk.until(desk.clock.now() + timedelta(minutes=1))
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        again = await actions.customer_reopens(unit, case.id, "Sigue igual")
        with pytest.raises(Conflict):
            await actions.customer_reopens(unit, case.id, "Sigue igual")
    assert again.state is CaseState.OPEN
    async with desk.storage.reading() as connection:
        assert "update" in await ledger.next_due(connection, case, desk.clock.now())
    assert any(to == "luis@vigia.example" and "Sigue igual" in body for to, _, body in await said(desk, case))
    await desk.until(desk.clock.now() + timedelta(days=6))
    assert (await desk.incident(case.id)).state is CaseState.OPEN, "the silence was broken"


async def test_silence_for_the_plans_days_closes_it(desk: Desk) -> None:
    case = await resolved(desk)
    at = desk.clock.now()
    assert "Si no sabemos nada en 5 días, la cerramos." in (await said(desk, case))[-1][2]
    await desk.until(at + timedelta(days=5) - timedelta(seconds=1))
    assert (await desk.incident(case.id)).state is CaseState.RESOLVED
    await desk.until(at + timedelta(days=5))
    assert (await desk.incident(case.id)).state is CaseState.CLOSED
    async with desk.storage.reading() as connection:
        last = [e for e in await store.timeline(connection, case.id) if e.kind is EntryKind.CLOSED][-1]
    assert (last.reason, last.at, last.actor_name) == ("customer_silent", at + timedelta(days=5), "system")


async def test_another_customers_people_meet_a_wall(desk: Desk) -> None:
    """Also where a door would have let them through by mistake: the room says that there is nothing."""
    case = await opened(desk)
    async with desk.storage.unit() as unit:
        other = await fleet.add_customer(unit, "Clínica Luna", "es", "Rosa Lima", "rosa@luna.example")
        [rosa] = await contacts.contacts(unit.connection, other.id)
    for verb in (
        lambda unit: actions.customer_writes(unit, case.id, "x"),
        lambda unit: actions.customer_reopens(unit, case.id, "x"),
        lambda unit: actions.customer_confirms(unit, case.id),
        lambda unit: actions.open_by_person(unit, customer_id=desk.customer.id, summary="x"),
        lambda unit: actions.open_by_person(
            unit, customer_id=other.id, summary="x", machine_id=desk.machine_id
        ),
    ):
        with pytest.raises(NotFound):
            async with desk.storage.unit(rosa.actor) as unit:
                await verb(unit)
    assert await desk.kinds(case.id) == ["opened"]


async def test_staff_take_down_what_a_customer_says_by_phone(desk: Desk) -> None:
    async with desk.storage.unit(desk.luis.actor) as unit:
        case = await actions.open_by_person(
            unit, customer_id=desk.customer.id, summary="x" * 2_000, channel="phone"
        )
        with pytest.raises(Invalid, match="summary"):
            await actions.open_by_person(unit, customer_id=desk.customer.id, summary="x" * 2_001)
    assert case.number == 1


async def test_within_the_plans_days_after_the_closing_it_is_the_same_incident(desk: Desk) -> None:
    case = await resolved(desk)
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        await actions.customer_confirms(unit, case.id)
    desk.clock.set(desk.clock.now() + timedelta(days=5))
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        again = await closing.customer_returns(unit, case.id, "Volvió a fallar")
        with pytest.raises(Conflict, match="is open already"):
            await closing.customer_returns(unit, case.id, "Volvió a fallar")
    assert (again.id, again.state) == (case.id, CaseState.OPEN)
    assert (await desk.kinds(case.id))[-1] == "reopened"


async def test_later_it_is_a_new_one_that_refers_to_the_old(desk: Desk) -> None:
    case = await resolved(desk)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.close(unit, case.id, "Sustituida")
    desk.clock.set(desk.clock.now() + timedelta(days=5, seconds=1))
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        with pytest.raises(Invalid, match="body: is empty"):
            await closing.customer_returns(unit, case.id, " ")
        fresh = await closing.customer_returns(unit, case.id, "Volvió a fallar")
    assert (fresh.number, fresh.summary, fresh.severity) == (2, "Otra vez: La caja no imprime", case.severity)
    assert fresh.opened_at == desk.clock.now(), "its promises are its own"
    async with desk.storage.reading() as connection:
        first = (await store.timeline(connection, fresh.id))[0]
        last = (await store.timeline(connection, case.id))[-1]
    assert (first.body, dict(first.facts)) == ("Volvió a fallar", {"refers_to": "INC-1"})
    assert (last.kind, dict(last.facts)) == (EntryKind.FOLLOWED, {"case": "INC-2"})
    assert (await desk.incident(case.id)).state is CaseState.CLOSED


async def test_waits_drafts_names_and_duplicates_keep_their_rows_in_both_databases(desk: Desk) -> None:
    """One story through every table of the conversation; the rooms' own tests say what each is for."""
    case, twin = await opened(desk), await opened(desk)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.pause(unit, case.id, "customer", note="Ver con @ana")
        assert await actions.save_draft(unit, case.id, "respond", {"body": "Vamos"})
        assert not await actions.save_draft(unit, case.id, "respond", {"body": "Vamos ya"})
        await actions.merge(unit, twin.id, case.id)
    async with desk.storage.reading() as connection:
        assert set(await pauses.pauses_of(connection, [case.id, twin.id])) == {case.id}
        assert await mentions.incidents_naming(connection, desk.ana.id) == {case.id}
        assert [one.id for one in await merged_ones(connection, case.id)] == [twin.id]
        assert not await duplicates.symptoms_last(connection, case.id)
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        assert (await actions.customer_writes(unit, twin.id, "Ya está")).id == case.id
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.unmerge(unit, twin.id, "Eran dos")
        await actions.discard_draft(unit, case.id, {"body": "Vamos ya"})
    async with desk.storage.reading() as connection:
        assert await pauses.open_pauses(connection) == ()
        assert await merged_ones(connection, case.id) == ()
