"""Nobody is left out, nobody told twice, whenever they are linked and however they are reached."""

import pytest

from controller import timers
from controller.broadcasts import actions as broadcasts
from controller.broadcasts import telling
from controller.core.actor import Actor, ActorKind
from controller.core.errors import Conflict, Refused
from controller.core.severity import Severity
from controller.fleet.store import customers_table
from controller.incidents import actions as incidents
from controller.people.contacts import actions as contacts
from controller.problems import actions as problems
from controller.problems.problem import ProblemState
from tests.support.broadcasts import approved, drafted, how, link, sent, solutions_to, statuses
from tests.support.desk import Desk
from tests.support.sufferers import ES, another_incident, problem_of, sufferer


async def test_whoever_of_theirs_reported_it_is_told_as_well(desk: Desk) -> None:
    """A customer whose own person opened the incident in the portal: contact and person, once each."""
    uno = await sufferer(desk, "Uno")
    async with desk.storage.unit() as unit:
        person = await contacts.add_contact(unit, uno.customer.id, "Pía", "pia@clients.example")
    async with desk.storage.unit(Actor(ActorKind.CUSTOMER, person.name, person.id)) as unit:
        case = await incidents.open_by_person(
            unit, customer_id=uno.customer.id, summary="No imprime", severity=Severity.NORMAL, body=""
        )
    problem = await problem_of(desk, uno)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.link(unit, problem.id, case.id)
    await sent(desk, problem)
    assert len(solutions_to(desk, uno)) == 1
    assert (
        len([mail for mail in desk.mailbox.to("pia@clients.example") if ES in str(mail.get_content())]) == 1
    )


async def test_who_is_linked_later_gets_it_too(desk: Desk) -> None:
    """Before the approval, between approval and sending, after the sending; nobody twice, however linked."""
    uno, dos, three = (
        await sufferer(desk, "Uno"), await sufferer(desk, "Dos"), await sufferer(desk, "Three", "en"),
    )  # fmt: skip
    problem = await problem_of(desk, uno)
    await drafted(desk, problem)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await broadcasts.approve(unit, problem.id)
    await link(desk, problem, dos)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    await desk.ticker.turn()
    assert [len(solutions_to(desk, one)) for one in (uno, dos, three)] == [1, 1, 0]

    # Nobody has approved the English words yet: they wait, in sight.
    await link(desk, problem, three)
    await desk.ticker.turn()
    assert await statuses(desk, problem) == [("Dos", "told"), ("Three", "draft"), ("Uno", "told")]
    with pytest.raises(Refused):
        async with desk.storage.unit(desk.luis.actor) as unit:
            await broadcasts.approve(unit, problem.id)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await broadcasts.approve(unit, problem.id)
    await desk.ticker.turn()
    late = await sufferer(desk, "Late", "en")
    await link(desk, problem, late)
    again = await another_incident(desk, uno.machine_id, "escaner")
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.link(unit, problem.id, again.id)
        await problems.unlink(unit, problem.id, dos.case.id)
        await problems.link(unit, problem.id, dos.case.id)
        await broadcasts.send(unit, problem.id)
    await desk.ticker.turn()
    assert [len(solutions_to(desk, one)) for one in (uno, dos, three, late)] == [1, 1, 1, 1]
    assert "updated_customer" in await desk.kinds(late.case.id)
    assert (await how(desk, problem)).is_done


async def test_who_is_unlinked_before_the_sending_gets_nothing(desk: Desk) -> None:
    """Also between the sending and the timer: the list is read at the very end."""
    uno, dos, tres = [await sufferer(desk, name) for name in ("Uno", "Dos", "Tres")]
    problem = await problem_of(desk, uno, dos, tres)
    await approved(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.unlink(unit, problem.id, dos.case.id)
        await broadcasts.send(unit, problem.id)
        await problems.unlink(unit, problem.id, tres.case.id)
    await desk.ticker.turn()
    assert [len(solutions_to(desk, one)) for one in (uno, dos, tres)] == [1, 0, 0]
    assert await statuses(desk, problem) == [("Uno", "told")]
    await link(desk, problem, tres)
    await desk.ticker.turn()
    assert len(solutions_to(desk, tres)) == 1


async def test_a_solution_that_turns_out_wrong_is_held_back(desk: Desk) -> None:
    """Moved back to investigating: late reporters wait; verified again: the auditor goes on by itself."""
    uno, dos = await sufferer(desk, "Uno"), await sufferer(desk, "Dos")
    problem = await problem_of(desk, uno)
    await sent(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.move(unit, problem.id, ProblemState.SOLUTION_PROPOSED, "It came back at Uno's.")
    await link(desk, problem, dos)
    await desk.ticker.turn()
    assert await statuses(desk, problem) == [("Dos", "held"), ("Uno", "told")]
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.move(unit, problem.id, ProblemState.VERIFIED)
    assert await telling.audit(desk.storage) == 1
    assert await telling.audit(desk.storage) == 0
    await desk.ticker.turn()
    assert len(solutions_to(desk, dos)) == 1


async def test_a_contact_without_an_address_is_in_sight_until_there_is_one(desk: Desk) -> None:
    """Not told, not counted as told, no update on the incident; told when an address is there."""
    uno = await sufferer(desk, "Uno", address="")
    problem = await problem_of(desk, uno)
    await sent(desk, problem)
    assert await statuses(desk, problem) == [("Uno", "no_address")]
    assert "updated_customer" not in await desk.kinds(uno.case.id)
    async with desk.storage.unit() as unit:
        await unit.connection.execute(
            customers_table.update()
            .where(customers_table.c.id == uno.customer.id)
            .values(contact_email="uno@clients.example")
        )
    await telling.audit(desk.storage)
    await desk.ticker.turn()
    assert "uno@clients.example" in [mail["To"].addresses[0].addr_spec for mail in desk.mailbox.mails]
    assert await statuses(desk, problem) == [("Uno", "told")]


async def test_a_closed_incident_is_told_without_an_update(desk: Desk) -> None:
    """Its customer reported the problem too; no clock of a closed incident moves."""
    uno = await sufferer(desk, "Uno")
    problem = await problem_of(desk, uno)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await incidents.close(unit, uno.case.id, "Reinicio")
    await sent(desk, problem)
    assert len(solutions_to(desk, uno)) == 1
    assert (await desk.kinds(uno.case.id))[-1] == "solution_sent"


async def test_another_solution_is_another_round(desk: Desk) -> None:
    """Sent is sent: drafting again must be meant; the second round tells everybody once more."""
    uno = await sufferer(desk, "Uno")
    problem = await problem_of(desk, uno)
    await sent(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match="sent already"):
            await broadcasts.draft(unit, problem.id)
        with pytest.raises(Conflict, match="told already"):
            await broadcasts.edit(unit, problem.id, uno.customer.id, "x")
        await problems.write_solution(unit, problem.id, "es", f"{ES} Y reinicie.")
        await broadcasts.draft(unit, problem.id, again=True)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await broadcasts.approve(unit, problem.id)
        await broadcasts.send(unit, problem.id)
    await desk.ticker.turn()
    assert [("Y reinicie." in text) for text in solutions_to(desk, uno)] == [False, True]
    async with desk.storage.reading() as connection:
        assert await timers.store.planned(connection, "broadcast") == {}
