"""Two incidents that are one: the survivor goes on for both, and nothing that comes for the other is lost."""

from datetime import timedelta

import pytest

from controller import timers
from controller.core.errors import Conflict, Invalid
from controller.core.severity import Severity
from controller.escalation.waiting import closing
from controller.fleet import actions as fleet
from controller.fleet.findings import ConditionsRestated, EvidenceReceived, Finding
from controller.incidents import actions, store
from controller.incidents.case import CaseState, Incident
from controller.incidents.duplicates.family import merged_into, merged_ones
from controller.incidents.timeline import Entry
from controller.notify import store as outbox
from controller.people.contacts import store as contacts
from controller.people.contacts.contact import Contact
from controller.sla import ledger
from controller.web.api.companions import bundles_of
from tests.support.desk import Desk


async def marta(desk: Desk) -> Contact:
    async with desk.storage.reading() as connection:
        return (await contacts.contacts(connection, desk.customer.id))[0]


async def pair(desk: Desk) -> tuple[Incident, Incident, Finding]:
    """INC-1, which a customer opened, and INC-2, which her machine reported of the same fault: merged into
    the first. And the machine's finding."""
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        told = await actions.open_by_person(
            unit, customer_id=desk.customer.id, summary="La tienda no abre", severity=Severity.HIGH
        )
    finding = await desk.finding()
    seen = await desk.raised(finding)
    async with desk.storage.unit(desk.luis.actor) as unit:
        told = await actions.merge(unit, seen.id, told.id)
    return told, await desk.incident(seen.id), finding


async def entries(desk: Desk, case: Incident) -> tuple[Entry, ...]:
    async with desk.storage.reading() as connection:
        return await store.timeline(connection, case.id)


async def test_the_survivor_goes_on_with_its_own_clocks(desk: Desk) -> None:
    told, seen, _ = await pair(desk)
    assert (told.state, seen.state) == (CaseState.OPEN, CaseState.CLOSED)
    assert await desk.kinds(told.id) == ["opened", "duplicate_joined"]
    assert await desk.kinds(seen.id) == ["opened", "closed"]
    async with desk.storage.reading() as connection:
        due = await ledger.next_due(connection, told, desk.clock.now())
        assert due["first_response"] == told.opened_at + timedelta(hours=2)
        assert await ledger.next_due(connection, seen, desk.clock.now()) == {}
        planned = await timers.store.planned(connection, "escalation")
        assert [one.reference for one in await merged_ones(connection, told.id)] == ["INC-2"]
        survivor = await merged_into(connection, seen.id)
        notices = await outbox.notices(connection, [seen.id])
    assert survivor is not None
    assert (survivor.id, told.id in planned, seen.id in planned) == (told.id, True, False)
    subjects = [one.subject for one in notices if one.address == "marta@sol.example"]
    assert subjects[1:] == ["[INC-2] Seguimos con esto en INC-1: tienda no responde"]
    await desk.until(desk.clock.now() + timedelta(hours=1))
    assert "warned" not in await desk.kinds(seen.id)


async def test_a_new_finding_of_its_identity_joins_the_survivor(desk: Desk) -> None:
    told, seen, finding = await pair(desk)
    await desk.cleared(finding)
    assert (await desk.kinds(told.id))[-1] == "symptom_cleared"
    again = await desk.raised(await desk.finding())
    assert again.id == seen.id, "the finding's row stays with its own"
    assert (await desk.kinds(told.id))[-2:] == ["symptom_returned", "severity_changed"]
    now = await desk.incident(told.id)
    assert (now.severity, now.finding_count, now.rule) == (Severity.CRITICAL, 2, "")
    assert await desk.kinds(seen.id) == ["opened", "closed"]
    async with desk.storage.reading() as connection:
        assert len(await store.queue(connection)) == 2, "no third one was opened"


async def test_what_an_agent_does_not_state_any_more_has_ended_there_too(desk: Desk) -> None:
    told, seen, _ = await pair(desk)
    desk.clock.set(desk.clock.now() + timedelta(minutes=5))
    async with desk.storage.unit() as unit:
        unit.announce(ConditionsRestated(desk.machine_id, unit.now, ()))
    assert (await desk.kinds(told.id))[-1] == "symptom_cleared"
    assert (await desk.incident(seen.id)).cleared_at is not None
    async with desk.storage.unit() as unit:
        unit.announce(ConditionsRestated(desk.machine_id, unit.now, ()))
    assert (await desk.kinds(told.id)).count("symptom_cleared") == 1


async def test_a_returning_symptom_reopens_a_resolved_survivor(desk: Desk) -> None:
    told, _, finding = await pair(desk)
    await desk.cleared(finding)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resolve(unit, told.id, "Listo")
    await desk.raised(await desk.finding())
    assert (await desk.incident(told.id)).state is CaseState.OPEN
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.close(unit, told.id, "Sustituida")
    fresh = await desk.finding(finding_id=None)
    await desk.cleared(finding)
    assert (await desk.raised(fresh)).number == 3, "nobody goes on for it any more"


async def test_evidence_and_the_customers_words_reach_the_survivor(desk: Desk) -> None:
    told, seen, finding = await pair(desk)
    async with desk.storage.unit() as unit:
        unit.announce(EvidenceReceived(desk.machine_id, finding.finding_id, "a" * 64, 7, unit.now))
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        written = await actions.customer_writes(unit, seen.id, "También la otra caja")
        returned = await closing.customer_returns(unit, seen.id, "Sigue sin abrir")
    assert (written.id, returned.id) == (told.id, told.id)
    kinds = await desk.kinds(told.id)
    assert kinds[-3:] == ["evidence_attached", "customer_message", "customer_message"]
    async with desk.storage.reading() as connection:
        [bundle] = await bundles_of(connection, await desk.incident(told.id))
    assert (bundle.incident_id, bundle.sha256) == (seen.id, "a" * 64), "shown with the survivor, not moved"


async def test_it_can_be_undone_within_a_day(desk: Desk) -> None:
    told, seen, _ = await pair(desk)
    desk.clock.set(desk.clock.now() + timedelta(hours=23))
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match="INC-2 was merged into INC-1; go on there"):
            await actions.reopen(unit, seen.id, "Es otra")
        again = await actions.unmerge(unit, seen.id, "Es otra caja")
    assert again.state is CaseState.OPEN
    assert (await desk.kinds(told.id))[-1] == "duplicate_left"
    async with desk.storage.reading() as connection:
        due = await ledger.next_due(connection, seen, desk.clock.now())
        assert await merged_ones(connection, told.id) == ()
    assert due["update"] == desk.clock.now() + timedelta(hours=2), "the time between did not count"
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match="was not merged into another"):
            await actions.unmerge(unit, seen.id, "Otra vez")
        await actions.merge(unit, seen.id, told.id)
    desk.clock.set(desk.clock.now() + timedelta(hours=25))
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match=r"more than a day ago.* is told in INC-1\. Open a new"):
            await actions.unmerge(unit, seen.id, "Tarde")


async def test_what_cannot_be_merged_says_why(desk: Desk) -> None:
    told, seen, _ = await pair(desk)
    async with desk.storage.unit() as unit:
        other = await fleet.add_customer(unit, "Clínica Luna", "es", "Rosa Lima", "rosa@luna.example")
    async with desk.storage.unit(desk.luis.actor) as unit:
        third = await actions.open_by_person(unit, customer_id=desk.customer.id, summary="Otra cosa")
        strange = await actions.open_by_person(unit, customer_id=other.id, summary="Ajena")
        with pytest.raises(Invalid, match="into: is the incident itself"):
            await actions.merge(unit, third.id, third.id)
        with pytest.raises(Invalid, match="INC-4 is another customer's"):
            await actions.merge(unit, third.id, strange.id)
        with pytest.raises(Conflict, match="INC-2 was merged into INC-1; go on there"):
            await actions.merge(unit, third.id, seen.id)
        with pytest.raises(Conflict, match="INC-2 was merged into INC-1"):
            await actions.merge(unit, seen.id, third.id)
        await actions.resolve(unit, told.id, "Listo")
        with pytest.raises(Conflict, match="INC-1 is resolved; reopen it first"):
            await actions.merge(unit, third.id, told.id)


async def test_a_chain_ends_at_the_one_that_goes_on(desk: Desk) -> None:
    told, seen, _ = await pair(desk)
    async with desk.storage.unit(desk.luis.actor) as unit:
        last = await actions.open_by_person(unit, customer_id=desk.customer.id, summary="La de verdad")
        last = await actions.merge(unit, told.id, last.id)
    async with desk.storage.unit((await marta(desk)).actor) as unit:
        assert (await actions.customer_writes(unit, seen.id, "¿Y?")).id == last.id
    async with desk.storage.reading() as connection:
        both = [one.reference for one in await merged_ones(connection, last.id)]
    assert both == ["INC-1", "INC-2"]
