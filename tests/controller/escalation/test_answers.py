"""A person answers: the first-response clock stops, the update clock runs, and closing ends all."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from controller.core.actor import Actor, ActorKind, Role
from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.core.severity import Severity
from controller.fleet import actions as fleet
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.case import CaseState
from controller.incidents.post import Post, post_of
from controller.people import store as people
from controller.sla import ledger
from controller.sla.state import State
from controller.timers import store as timers
from tests.support.clocks import NOON
from tests.support.desk import Desk, person

MARTA = "marta@sol.example"


async def clocks(desk: Desk, incident_id: UUID) -> State:
    async with desk.storage.reading() as connection:
        _, state = await ledger.state_of(connection, incident_id, desk.clock.now())
    return state


async def test_an_answer_stops_one_clock_and_starts_the_other(desk: Desk) -> None:
    """Answered after 10 min, updated after an hour, closed: nobody is warned or climbs afterwards."""
    case = await desk.raised(await desk.finding())
    await desk.until(NOON + timedelta(minutes=10))
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.respond(unit, case.id, "Vamos para allá.", "phone")
    state = await clocks(desk, case.id)
    assert state.clocks["first_response"].state == "met"
    assert state.updates[0].due == NOON + timedelta(minutes=130)
    assert (await desk.incident(case.id)).owner_id == desk.luis.id

    await desk.until(NOON + timedelta(minutes=60))
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.update_customer(unit, case.id, "Ya casi.")
    assert (await clocks(desk, case.id)).updates[1].due == NOON + timedelta(minutes=180)

    await desk.until(NOON + timedelta(minutes=70))
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.close(unit, case.id, "Era un cable.")
    await desk.until(NOON + timedelta(days=3))
    assert await desk.kinds(case.id) == ["opened", "responded", "owner_changed", "updated_customer", "closed"]
    assert desk.mailbox.subjects(MARTA) == [
        "[INC-1] Ya lo estamos atendiendo: tienda no responde",
        "[INC-1] Nuestra respuesta: tienda no responde",
        "[INC-1] Novedades: tienda no responde",
        "[INC-1] Cerrado: tienda no responde",
    ]
    receipt, answer, _, closing = desk.mailbox.to(MARTA)
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert answer["Auto-Submitted"] is None
    assert "Vamos para allá." in str(answer.get_content())
    assert "Era un cable." in str(closing.get_content())
    async with desk.storage.reading() as connection:
        assert await timers.next_wake(connection) is None


async def test_a_receipt_is_no_answer(desk: Desk) -> None:
    """T2: automatic receipts, notes and taking it over leave the first-response clock running."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.assign(unit, case.id, desk.luis.id)
        await actions.note(unit, case.id, "Lo miro.")
    assert (await clocks(desk, case.id)).clocks["first_response"].state == "pending"


async def test_an_update_that_is_missed_is_told_once_for_each_gap(desk: Desk) -> None:
    """Two windows are missed: told to the owner, and to whoever is on duty at the level it has by then."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.ana.actor) as unit:
        await actions.respond(unit, case.id, "On our way.")
    await desk.until(NOON + timedelta(minutes=150))
    async with desk.storage.unit(desk.ana.actor) as unit:
        await actions.update_customer(unit, case.id, "Parts ordered.")
    await desk.until(NOON + timedelta(minutes=300))
    missed = [s for s in desk.mailbox.subjects("luis@vigia.example") if "Fuera de plazo" in s]
    assert missed == ["[INC-1] Fuera de plazo: novedad al cliente – tienda no responde"]
    assert (await desk.incident(case.id)).level == 2
    owner = [s for s in desk.mailbox.subjects("ana@vigia.example") if "Missed" in s]
    assert owner == ["[INC-1] Missed: customer update – tienda does not answer"] * 2
    assert [breach.window for breach in (await clocks(desk, case.id)).breaches] == [0, 1]


async def test_a_call_written_down_late_corrects_the_alarm(desk: Desk) -> None:
    """T7, T9: the breach was right when it was told; a call at 12:20, written at 12:50, takes it back."""
    case = await desk.raised(await desk.finding())
    await desk.until(NOON + timedelta(minutes=50))
    assert [b.clock for b in (await clocks(desk, case.id)).breaches] == ["first_response"]
    called = NOON + timedelta(minutes=20)
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Invalid, match="reason"):
            await actions.respond(unit, case.id, "Hablé con Marta.", "phone", called)
        with pytest.raises(Invalid, match="future"):
            await actions.respond(unit, case.id, "x", None, unit.now + timedelta(seconds=1), "x")
        with pytest.raises(Invalid, match="before the incident was opened"):
            await actions.respond(unit, case.id, "x", None, NOON - timedelta(seconds=1), "x")
        await actions.respond(unit, case.id, "Hablé con Marta.", "phone", called, "sin red en el coche")
    assert (await clocks(desk, case.id)).breaches == ()
    assert (await desk.incident(case.id)).first_response_at == called
    async with desk.storage.reading() as connection:
        _, then = await ledger.state_of(connection, case.id, NOON + timedelta(minutes=45),
                                        known_at=NOON + timedelta(minutes=45))  # fmt: skip
    assert [breach.clock for breach in then.breaches] == ["first_response"]


async def test_a_person_escalates_earlier_with_a_reason(desk: Desk) -> None:
    """Whoever is on duty at the new level is told; the engine does not do it again."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Invalid, match="reason"):
            await actions.escalate(unit, case.id, 2, "  ")
        with pytest.raises(Invalid, match="level"):
            await actions.escalate(unit, case.id, 4, "no")
        await actions.escalate(unit, case.id, 3, "Necesita a Eva")
        with pytest.raises(Conflict):
            await actions.escalate(unit, case.id, 2, "bajar no es escalar")
    await desk.until(NOON + timedelta(hours=10))
    assert (await desk.kinds(case.id)).count("escalated") == 1
    first = desk.mailbox.to("eva@vigia.example")[0]
    assert "Luis Paz la llevó al nivel 3: Necesita a Eva" in str(first.get_content())
    assert desk.mailbox.subjects("ana@vigia.example") == []


async def test_reopened_the_time_between_does_not_count(desk: Desk) -> None:
    """T8: resolved for a day; the level clocks go on where they stood, and the update clock starts anew."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.respond(unit, case.id, "Vamos.")
    await desk.until(NOON + timedelta(hours=1))
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resolve(unit, case.id, "Hecho.")
    await desk.until(NOON + timedelta(hours=25))
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match="resolved"):
            await actions.respond(unit, case.id, "tarde")
        await actions.reopen(unit, case.id, "Volvió a fallar")
    state = await clocks(desk, case.id)
    assert state.clocks["escalate_l2"].due == NOON + timedelta(hours=28)
    assert state.updates[-1].due == NOON + timedelta(hours=27)
    assert (await desk.incident(case.id)).state is CaseState.OPEN


async def test_nobody_was_told_by_mail_who_has_no_address(desk: Desk) -> None:
    """The refusal names the ways out; any other channel, and an address added later, are taken."""
    async with desk.storage.unit(desk.root.actor) as unit:
        await fleet.change_customer(unit, desk.customer.id, contact_email="")
    case = await desk.raised(await desk.finding())
    for say in (actions.respond, actions.update_customer):
        with pytest.raises(Invalid) as refused:
            async with desk.storage.unit(desk.luis.actor) as unit:
                await say(unit, case.id, "Ya lo miramos", "email")
        assert refused.value.field == "channel"
        assert "vigia customers change" in refused.value.way_out
    assert await desk.kinds(case.id) == ["opened"]
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.respond(unit, case.id, "Ya lo miramos", "phone")
    async with desk.storage.reading() as connection:
        assert await post_of(connection, case, mail_is_set_up=True) is Post.NO_ADDRESS
    async with desk.storage.unit(desk.root.actor) as unit:
        await fleet.change_customer(unit, desk.customer.id, contact_email="ana@sol.example")
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.update_customer(unit, case.id, "Vuelve a las seis", "email")
    async with desk.storage.reading() as connection:
        assert await post_of(connection, case, mail_is_set_up=False) is Post.NOT_SET_UP
        assert await post_of(connection, case, mail_is_set_up=True) is Post.GOES


async def test_the_log_names_what_opened_and_warns_when_nobody_heard(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "controller.escalation.told.telling")
    await desk.raised(await desk.finding())
    assert caplog.messages == ["incident opened reference=INC-1 severity=critical rule=watch.down"]
    async with desk.storage.unit() as unit:
        for user in (desk.luis, desk.root):
            await people.save_user(unit.connection, replace(user, active=False))
    await desk.raised(await desk.finding(object_name="otra"))
    assert [one.levelname for one in caplog.records] == ["INFO", "INFO", "WARNING"]
    assert caplog.messages[-1].startswith("nobody told reference=INC-2")


async def test_what_is_refused_says_why(desk: Desk) -> None:
    """Limits by name; a viewer writes nothing; what is not there is not found; nothing is kept of any."""
    case = await desk.raised(await desk.finding())
    viewer = Actor(ActorKind.PERSON, "Vera", desk.eva.id, Role.VIEWER)
    with pytest.raises(Refused):
        async with desk.storage.unit(viewer) as unit:
            await actions.respond(unit, case.id, "hola")
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Invalid) as long:
            await actions.respond(unit, case.id, "á" * 33_000)
        assert (long.value.field, "65536" in long.value.limit) == ("body", True)
        with pytest.raises(Invalid, match="NUL"):
            await actions.note(unit, case.id, "a\0b")
        with pytest.raises(Invalid, match="channel"):
            await actions.respond(unit, case.id, "hola", "paloma")
        with pytest.raises(Conflict, match="critical already"):
            await actions.change_severity(unit, case.id, Severity.CRITICAL, "porque sí")
        with pytest.raises(NotFound):
            await actions.note(unit, desk.machine_id, "no es una incidencia")
    async with desk.storage.reading() as connection:
        assert await incidents.incident_numbered(connection, 2**40) is None
    assert await desk.kinds(case.id) == ["opened"]


async def test_a_word_written_down_late_makes_no_old_breach_news(desk: Desk) -> None:
    """The customer was told at +30 min, and nobody wrote it down before the next gap was missed: the windows
    after it keep what was done for them."""
    case = await desk.raised(await desk.finding())
    staff = person(desk.luis)
    async with desk.storage.unit(staff) as unit:
        await actions.respond(unit, case.id, "Lo vemos.", "phone")
    answered = desk.clock.now()
    await desk.until(answered + timedelta(minutes=100))
    async with desk.storage.unit(staff) as unit:
        await actions.update_customer(unit, case.id, "Seguimos.", "phone")
    await desk.until(answered + timedelta(minutes=100, hours=2, seconds=5))
    before = await desk.kinds(case.id)
    assert before.count("breached") == 1
    async with desk.storage.unit(staff) as unit:
        await actions.update_customer(
            unit,
            case.id,
            "Llamada.",
            "phone",
            at=answered + timedelta(minutes=30),
            reason="written down late",
        )
    await desk.until(desk.clock.now() + timedelta(seconds=10))
    assert (await desk.kinds(case.id)).count("breached") == 1
