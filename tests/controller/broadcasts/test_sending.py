"""The solution reaches everyone who has the problem: in their language, after a second pair of eyes."""

from datetime import timedelta

import pytest

from controller.broadcasts import actions as broadcasts
from controller.broadcasts.standing import Status
from controller.core.actor import Actor, ActorKind, Role
from controller.core.errors import Conflict, Refused
from controller.incidents import store as cases
from controller.incidents.timeline import EntryKind
from controller.problems import actions as problems
from controller.problems.problem import ProblemState
from controller.sla import ledger
from tests.support.broadcasts import approved, how, sent, solutions_to, statuses
from tests.support.clocks import NOON
from tests.support.desk import Desk
from tests.support.sufferers import EN, ES, another_incident, problem_of, sufferer


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
