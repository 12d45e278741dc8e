"""The solution reaches everyone who has the problem: in their language, once, after a second pair of eyes."""

import asyncio
from datetime import timedelta

import pytest

from controller import timers
from controller.broadcasts import actions as broadcasts
from controller.broadcasts import telling
from controller.broadcasts.broadcast import SENDABLE
from controller.broadcasts.standing import Standing, Status, standing
from controller.core.actor import Actor, ActorKind, Role
from controller.core.errors import Conflict, Refused
from controller.core.severity import Severity
from controller.fleet.store import customers_table
from controller.incidents import actions as incidents
from controller.incidents import store as cases
from controller.incidents.timeline import EntryKind
from controller.people.contacts import actions as contacts
from controller.problems import actions as problems
from controller.problems import store as problem_rows
from controller.problems.problem import Problem, ProblemState
from controller.sla import ledger
from controller.storage import Unit
from controller.ticker import HANDLERS
from tests.support.clocks import NOON
from tests.support.desk import Desk, another_ticker
from tests.support.sufferers import EN, ES, Sufferer, another_incident, problem_of, sufferer


async def how(desk: Desk, problem: Problem) -> Standing:
    async with desk.storage.reading() as connection:
        now = await problem_rows.problem(connection, problem.id)
        assert now is not None
        return await standing(connection, problem.id, sendable=now.state in SENDABLE)


async def statuses(desk: Desk, problem: Problem) -> list[tuple[str, str]]:
    return [(line.customer.name, line.status.value) for line in (await how(desk, problem)).lines]


async def drafted(desk: Desk, problem: Problem) -> None:
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.draft(unit, problem.id)


async def approved(desk: Desk, problem: Problem) -> None:
    await drafted(desk, problem)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await broadcasts.approve(unit, problem.id)


async def sent(desk: Desk, problem: Problem) -> None:
    await approved(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    await desk.ticker.turn()


def solutions_to(desk: Desk, one: Sufferer) -> list[str]:
    """The texts of the messages with the solution that this customer got."""
    mails = [str(mail.get_content()) for mail in desk.mailbox.to(one.address)]
    return [text for text in mails if ES in text or EN in text]


async def link(desk: Desk, problem: Problem, one: Sufferer) -> None:
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.link(unit, problem.id, one.case.id)


async def test_each_customer_gets_one_message_in_their_language_with_all_their_numbers(desk: Desk) -> None:
    """Two incidents of one customer are one message, which counts as the update on each (T3)."""
    uno, two = await sufferer(desk, "Uno", "es"), await sufferer(desk, "Two", "en")
    more = await another_incident(desk, uno.machine_id, "escaner")
    problem = await problem_of(desk, uno, two)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.link(unit, problem.id, more.id)
    desk.clock.set(NOON + timedelta(minutes=20))
    await sent(desk, problem)

    (spanish,), (english,) = solutions_to(desk, uno), solutions_to(desk, two)
    assert "Hola, Contact Uno:" in spanish
    assert "Qué hacer:\n1. Abra el panel\n2. Pulse Actualizar\n" in spanish.replace("\r", "")
    assert "INC-1: impresora no responde" in spanish
    assert "INC-3: escaner no responde" in spanish
    assert "Ana Ruiz, soporte" in spanish
    assert (EN in english, "INC-2" in english, "INC-1" in english) == (True, True, False)
    subjects = [desk.mailbox.subjects(one.address)[-1] for one in (uno, two)]
    assert subjects == [
        "[INC-1, INC-3] La solución de sus incidencias",
        "[INC-2] The solution: impresora does not answer",
    ]
    assert desk.mailbox.to(uno.address)[-1]["Auto-Submitted"] is None
    for case in (uno.case, more, two.case):
        async with desk.storage.reading() as connection:
            _, state = await ledger.state_of(connection, case.id, desk.clock.now())
            entries = await cases.timeline(connection, case.id)
        (update,) = (entry for entry in entries if entry.kind is EntryKind.UPDATED_CUSTOMER)
        assert (update.channel, update.actor_name, update.auto) == ("broadcast", "Ana Ruiz", False)
        assert update.actor_id == desk.ana.id
        assert state.clocks["first_response"].state == "met"
        assert state.updates[0].due == NOON + timedelta(minutes=140)
    # Receipts came before; besides them nothing but the one message.
    assert len(desk.mailbox.to(uno.address)) == 3
    assert (await how(desk, problem)).is_done


async def test_whoever_wrote_it_may_not_approve_it_administrators_neither(desk: Desk) -> None:
    """Writer of the solution, drafter and editor are refused; so is nobody in particular."""
    uno, two = await sufferer(desk, "Uno"), await sufferer(desk, "Two", "en")
    problem = await problem_of(desk, uno, two)
    async with desk.storage.unit(desk.root.actor) as unit:
        await broadcasts.draft(unit, problem.id)
    nobody = Actor(ActorKind.PERSON, "root", None, Role.ADMINISTRATOR)
    for actor in (desk.luis.actor, desk.root.actor, nobody):
        with pytest.raises(Refused):
            async with desk.storage.unit(actor) as unit:
                await broadcasts.approve(unit, problem.id)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await broadcasts.edit(unit, problem.id, two.customer.id, f"{EN} Call us if in doubt.")
    with pytest.raises(Refused, match="Ana Ruiz wrote the message to Two"):
        async with desk.storage.unit(desk.ana.actor) as unit:
            await broadcasts.approve(unit, problem.id)
    assert await statuses(desk, problem) == [("Two", "draft"), ("Uno", "draft")]
    async with desk.storage.unit(desk.eva.actor) as unit:
        assert await broadcasts.approve(unit, problem.id) == 2
    async with desk.storage.unit(desk.eva.actor) as unit:
        with pytest.raises(Conflict, match="no draft that waits"):
            await broadcasts.approve(unit, problem.id)
    viewer = Actor(ActorKind.PERSON, "Vera", desk.eva.id, Role.VIEWER)
    for act in (broadcasts.draft, broadcasts.approve, broadcasts.send):
        async with desk.storage.unit(viewer) as unit:
            with pytest.raises(Refused):
                await act(unit, problem.id)


async def test_what_is_changed_after_the_approval_is_not_sent(desk: Desk) -> None:
    """An edit takes the approval back; so does another solution; an edited draft is kept."""
    uno, dos = await sufferer(desk, "Uno"), await sufferer(desk, "Dos")
    problem = await problem_of(desk, uno, dos)
    await approved(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.edit(unit, problem.id, dos.customer.id, "Otra cosa.")
        with pytest.raises(Conflict, match="message to Dos waits for approval"):
            await broadcasts.send(unit, problem.id)
        await problems.write_solution(unit, problem.id, "es", "Cambie el cable.")
        await broadcasts.draft(unit, problem.id)
    lines = (await how(desk, problem)).lines
    assert [(line.draft.body, line.status) for line in lines if line.draft] == [
        ("Otra cosa.", Status.DRAFT), ("Cambie el cable.", Status.DRAFT),
    ]  # fmt: skip


async def test_nothing_goes_out_before_it_is_ready(desk: Desk) -> None:
    """No links, no words in a customer's language, no drafts, no approval, not verified: each is named."""
    two = await sufferer(desk, "Two", "en")
    async with desk.storage.unit(desk.luis.actor) as unit:
        problem = await problems.open_problem(unit, "x")
        with pytest.raises(Conflict, match="no linked incidents"):
            await broadcasts.draft(unit, problem.id)
        await problems.link(unit, problem.id, two.case.id)
        await problems.write_solution(unit, problem.id, "es", ES)
        with pytest.raises(Conflict, match="no solution in en for Two"):
            await broadcasts.draft(unit, problem.id)
        await problems.write_solution(unit, problem.id, "en", EN)
        with pytest.raises(Conflict, match="no drafts yet"):
            await broadcasts.send(unit, problem.id)
        await broadcasts.draft(unit, problem.id)
        with pytest.raises(Conflict, match="verify the solution first"):
            await broadcasts.send(unit, problem.id)
        await problems.move(unit, problem.id, ProblemState.SOLUTION_PROPOSED)
        await problems.move(unit, problem.id, ProblemState.VERIFIED)
        with pytest.raises(Conflict, match="waits for approval"):
            await broadcasts.send(unit, problem.id)
    assert await statuses(desk, problem) == [("Two", "draft")]


class Killed(BaseException):
    """Ends the process in the middle of what it does: nothing catches it."""


@pytest.mark.parametrize("survivors", [0, 1, 3])
async def test_killed_in_the_middle_everyone_is_told_exactly_once(desk: Desk, survivors: int) -> None:
    """Seven customers, two in each transaction; the process dies over one of them; another goes on."""
    everyone = [await sufferer(desk, f"C{number}") for number in range(7)]
    problem = await problem_of(desk, *everyone)
    await approved(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    dispatch, told = desk.storage.dispatcher, 0

    async def dying(unit: Unit, happened: object) -> None:
        nonlocal told
        entry = getattr(happened, "entry", None)
        if entry is not None and entry.kind is EntryKind.UPDATED_CUSTOMER:
            if told == survivors:
                raise Killed
            told += 1
        await dispatch(unit, happened)  # type: ignore[arg-type]

    desk.storage.dispatcher = dying
    with pytest.raises(Killed):
        await timers.Engine(desk.storage, HANDLERS, batch_size=2).turn()
    desk.storage.dispatcher = dispatch
    assert (await how(desk, problem)).told == survivors // 2 * 2
    desk.clock.set(desk.clock.now() + timedelta(minutes=1))
    reborn = another_ticker(desk.storage, desk.clock, desk.mailbox)
    await reborn.turn()
    await reborn.turn()
    assert [len(solutions_to(desk, one)) for one in everyone] == [1] * 7
    for one in everyone:
        assert (await desk.kinds(one.case.id)).count("updated_customer") == 1
    assert (await how(desk, problem)).is_done


async def test_two_controllers_at_once_tell_everyone_once(desk: Desk) -> None:
    """Twelve customers, two tickers that act in the same moment: one message and one update each."""
    everyone = [await sufferer(desk, f"C{number}") for number in range(12)]
    problem = await problem_of(desk, *everyone)
    await approved(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    desk.clock.set(desk.clock.now() + timedelta(seconds=1))
    others = [timers.Engine(desk.storage, HANDLERS, batch_size=2) for _ in range(2)]
    await asyncio.gather(*(engine.turn() for engine in others))
    await desk.until(desk.clock.now() + timedelta(minutes=1))
    assert [len(solutions_to(desk, one)) for one in everyone] == [1] * 12
    for one in everyone:
        assert (await desk.kinds(one.case.id)).count("updated_customer") == 1


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


async def test_one_customer_who_cannot_be_told_holds_up_nobody(desk: Desk) -> None:
    """Telling Dos fails five times: the others have it, Dos is shown as stuck, and is tried again by hand."""
    uno, dos, tres = [await sufferer(desk, name) for name in ("Uno", "Dos", "Tres")]
    problem = await problem_of(desk, uno, dos, tres)
    dispatch = desk.storage.dispatcher

    async def faulty(unit: Unit, happened: object) -> None:
        entry = getattr(happened, "entry", None)
        if entry is not None and entry.incident_id == dos.case.id and entry.channel == "broadcast":
            raise RuntimeError("a row that cannot be written")
        await dispatch(unit, happened)  # type: ignore[arg-type]

    desk.storage.dispatcher = faulty
    await sent(desk, problem)
    await desk.until(desk.clock.now() + timedelta(minutes=2))
    assert [len(solutions_to(desk, one)) for one in (uno, dos, tres)] == [1, 0, 1]
    assert await statuses(desk, problem) == [("Dos", "stuck"), ("Tres", "told"), ("Uno", "told")]
    desk.storage.dispatcher = dispatch
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    await desk.ticker.turn()
    assert [len(solutions_to(desk, one)) for one in (uno, dos, tres)] == [1, 1, 1]


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


async def test_hostile_names_and_words_stay_words(desk: Desk) -> None:
    """Braces and line breaks in what people typed reach the customer as text, never as header or template."""
    uno = await sufferer(desk, "Uno {0.__class__}", address="uno@clients.example")
    problem = await problem_of(desk, uno)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await problems.write_solution(unit, problem.id, "es", f"{ES}\nBcc: thief@example {{x}} %s")
    await sent(desk, problem)
    (mail,) = (m for m in desk.mailbox.to("uno@clients.example") if "solución" in str(m["Subject"]))
    assert mail["Bcc"] is None
    assert "Bcc: thief@example {x} %s" in str(mail.get_content())
