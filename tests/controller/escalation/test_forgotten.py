"""Nobody answers a critical incident: the contract's clock does what people forgot, each step once."""

from datetime import datetime, timedelta

from controller.incidents import store as incidents
from controller.sla import ledger
from controller.words import story
from controller.words.catalogue import translator
from tests.support.clocks import NOON
from tests.support.desk import Desk


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


async def test_a_critical_incident_that_nobody_answers(desk: Desk) -> None:
    """Warned before 30 min, breached at 30:00, level 2 at 4 h 30 min, level 3 at 8 h 30 min; each told once,
    by mail, to the right person."""
    case = await desk.raised(await desk.finding())
    await desk.until(after(14))
    assert await desk.kinds(case.id) == ["opened"]
    await desk.until(after(29))
    assert await desk.kinds(case.id) == ["opened", "warned", "warned"]
    await desk.until(after(30))
    assert await desk.kinds(case.id) == ["opened", "warned", "warned"], "exactly at the due is in time"
    await desk.until(after(31))
    assert await desk.kinds(case.id) == ["opened", "warned", "warned", "breached"]
    await desk.until(after(9 * 60))

    async with desk.storage.reading() as connection:
        entries = await incidents.timeline(connection, case.id)
        told = await ledger.explain(connection, case.id, desk.clock.now())
    steps = [
        (entry.kind.value, entry.facts["clock"], entry.at)
        for entry in entries
        if entry.kind.value in ("warned", "breached", "escalated")
    ]
    assert steps == [
        ("warned", "first_response", after(15)),
        ("warned", "first_response", after(24)),
        ("breached", "first_response", after(30)),
        ("warned", "escalate_l2", after(30 + 120)),
        ("warned", "escalate_l2", after(30 + 192)),
        ("escalated", "escalate_l2", after(30 + 240)),
        ("warned", "escalate_l3", after(30 + 240)),
        ("warned", "escalate_l3", after(30 + 384)),
        ("escalated", "escalate_l3", after(30 + 480)),
    ]
    assert (await desk.incident(case.id)).level == 3
    assert [breach.clock for breach in told.state.breaches] == ["first_response"]
    assert {clock.name: clock.state for clock in told.clocks} == {
        "first_response": "breached",
        "escalate_l2": "met",
        "escalate_l3": "met",
    }

    luis, ana, eva = (desk.mailbox.subjects(f"{name}@vigia.example") for name in ("luis", "ana", "eva"))
    assert [subject.split(":")[0] for subject in luis] == [
        "[INC-1] crítica",
        "[INC-1] Quedan 15 min (primera respuesta)",
        "[INC-1] Quedan 6 min (primera respuesta)",
        "[INC-1] Fuera de plazo",
        "[INC-1] Quedan 2 h (escalado al nivel 2)",
        "[INC-1] Quedan 48 min (escalado al nivel 2)",
    ]
    assert [subject.split(":")[0] for subject in ana] == [
        "[INC-1] Now at level 2",
        "[INC-1] 4 h left for the escalation to level 3",
        "[INC-1] 1 h 36 min left for the escalation to level 3",
    ]
    assert [subject.split(":")[0] for subject in eva] == ["[INC-1] Ahora en el nivel 3"]
    assert desk.mailbox.subjects("marta@sol.example") == [
        "[INC-1] Ya lo estamos atendiendo: tienda no responde"
    ]
    assert desk.mailbox.subjects("root@vigia.example") == []
    handover = str(desk.mailbox.to("eva@vigia.example")[0].get_content())
    assert "caja-1 avisó: tienda no responde" in handover
    assert "el reloj del contrato la escaló al nivel 2" in handover

    words = translator("en")
    lines = [story.sentence(words, entry, "UTC", "caja-1") for entry in entries]
    assert lines[0] == "caja-1 reported: tienda does not answer; opened as critical"
    assert "missed: first response" in lines
    assert "told: Luis Paz, Marta Gil" in lines
