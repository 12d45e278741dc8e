"""Attempts are taken in once, land in their incident's timeline by run, and never hold each other up."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from controller.core.actor import Actor, ActorKind, Role
from controller.core.errors import NotFound, Refused
from controller.fleet import actions as fleet
from controller.fleet import store as machines
from controller.fleet.machine import Machine, MachineRole
from controller.incidents import store as incidents
from controller.incidents.events import IncidentChanged
from controller.incidents.timeline import Entry, EntryKind
from controller.reproductions import actions, store
from controller.reproductions.actions import Outcome, Receipt
from controller.reproductions.offer import Offer
from controller.reproductions.reproduction import Origin, Verdict
from controller.storage import Storage
from controller.words.catalogue import translator
from controller.words.story import sentence
from tests.controller.reproductions.offers import offer
from tests.support.clocks import JumpingClock
from tests.support.desk import Desk, open_desk, person

YES, NO, UNSURE = Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE


@pytest.fixture
async def desk(storage: Storage, clock: JumpingClock) -> AsyncIterator[Desk]:
    async with open_desk(storage, clock) as made:
        await made.raised(await made.finding())
        yield made


async def lab_of(desk: Desk, name: str = "ana-bench") -> Machine:
    async with desk.storage.unit() as unit:
        lab_id = unit.chance.uuid()
        values = {
            "id": lab_id, "customer_id": desk.customer.id, "name": name,
            "role": MachineRole.LAB.value, "enrolled_at": unit.now,
        }  # fmt: skip
        await machines.add_machine(unit.connection, values)
        lab = await machines.machine(unit.connection, lab_id)
    assert lab is not None
    return lab


async def handed_in(desk: Desk, lab: Machine, *offers: Offer) -> list[Receipt]:
    async with desk.storage.unit(Actor(ActorKind.AGENT, lab.name, lab.id)) as unit:
        return list(await actions.hand_in(unit, lab, offers))


async def told(desk: Desk) -> list[Entry]:
    async with desk.storage.reading() as connection:
        case = await incidents.incident_numbered(connection, 1)
        assert case is not None
        entries = await incidents.timeline(connection, case.id)
    return [entry for entry in entries if entry.kind is EntryKind.ATTEMPTS_RECORDED]


async def kept(desk: Desk) -> int:
    async with desk.storage.reading() as connection:
        case = await incidents.incident_numbered(connection, 1)
        assert case is not None
        return len(await store.attempts(connection, case.id))


async def test_a_run_is_taken_and_told_in_one_entry_in_both_languages(desk: Desk) -> None:
    lab = await lab_of(desk)
    receipts = await handed_in(desk, lab, *[offer(n, YES if n <= 7 else NO) for n in range(1, 21)])
    assert {(one.outcome, one.case) for one in receipts} == {(Outcome.TAKEN, "INC-1")}
    (entry,) = await told(desk)
    assert entry.actor_name == "ana-bench"
    english = sentence(translator("en"), entry, "UTC")
    assert english == (
        "ana-bench tried spooler-forgets on ssh:printer-bench: reproduced 7 of 20 times (18.1 % to 56.7 %)"
    ).replace(" %", english[english.index("18.1") + 4 : english.index("18.1") + 6])
    assert "reproducido 7 de 20 veces" in sentence(translator("es"), entry, "UTC")


async def test_the_same_again_is_known_and_changes_nothing(desk: Desk) -> None:
    lab = await lab_of(desk)
    await handed_in(desk, lab, offer(1), offer(2))
    again = await handed_in(desk, lab, offer(1, seen="something else now"), offer(2), offer(3))
    assert [one.outcome for one in again] == [Outcome.KNOWN, Outcome.KNOWN, Outcome.TAKEN]
    assert [one.case for one in again] == ["INC-1"] * 3
    assert await kept(desk) == 3
    assert [entry.facts["attempts"] for entry in await told(desk)] == ["2", "1"]
    async with desk.storage.reading() as connection:
        first = await store.attempt(connection, offer(1).id)
    assert first is not None and first.seen == offer(1).seen


async def test_the_same_twice_in_one_call_is_one(desk: Desk) -> None:
    receipts = await handed_in(desk, await lab_of(desk), offer(1), offer(1))
    assert [one.outcome for one in receipts] == [Outcome.TAKEN, Outcome.KNOWN]
    assert await kept(desk) == 1


async def test_one_that_does_not_fit_does_not_hold_up_the_others(desk: Desk) -> None:
    receipts = await handed_in(desk, await lab_of(desk), offer(1, seen=""), offer(2, case="INC-99"), offer(3))
    assert [one.outcome for one in receipts] == [Outcome.REFUSED, Outcome.REFUSED, Outcome.TAKEN]
    assert [one.field for one in receipts] == ["seen", "case", ""]
    assert "INC-99" in receipts[1].limit
    assert await kept(desk) == 1


async def test_a_lost_bench_is_told_with_its_reason(desk: Desk) -> None:
    await handed_in(desk, await lab_of(desk), offer(1, UNSURE, reason="the host key changed"))
    (entry,) = await told(desk)
    assert sentence(translator("en"), entry, "UTC").endswith("inconclusive, the host key changed")


async def test_it_is_announced(desk: Desk) -> None:
    lab = await lab_of(desk)
    heard: list[object] = []

    async def listen(_unit: object, event: object) -> None:
        heard.append(event)

    desk.storage.dispatcher = listen
    await handed_in(desk, lab, offer(1))
    (event,) = heard
    assert isinstance(event, IncidentChanged) and event.entry.kind is EntryKind.ATTEMPTS_RECORDED


async def test_an_attempt_is_read_as_it_was_taken(desk: Desk) -> None:
    lab = await lab_of(desk)
    await handed_in(desk, lab, offer(4))
    async with desk.storage.reading() as connection:
        found = await store.attempt(connection, offer(4).id)
        case = await incidents.incident_numbered(connection, 1)
        assert case is not None
        assert await store.count(connection, [case.id]) == {case.id: 1}
        assert await store.known(connection, [offer(4).id, UUID(int=5)]) == {offer(4).id: case.id}
    assert found is not None
    transcript = found.file("transcript.cast")
    assert transcript is not None and transcript.size_bytes == 512
    assert found.lab_id == lab.id and found.factors == ("cups 2.4.7",) and found.redactions == {"password": 1}


async def test_staff_write_an_attempt_by_hand(desk: Desk) -> None:
    by_hand = replace(offer(1), origin=Origin.HAND, recipe_sha256="", factors=(), planned=1, tried_by="Ana")
    async with desk.storage.unit(person(desk.ana)) as unit:
        made = await actions.record(unit, by_hand)
    assert made.lab_id is None and await kept(desk) == 1
    (entry,) = await told(desk)
    assert entry.actor_kind is ActorKind.PERSON


async def test_who_may_not_work_incidents_writes_no_attempts(desk: Desk) -> None:
    viewer = Actor(ActorKind.PERSON, "vera", UUID(int=77), Role.VIEWER)
    with pytest.raises(Refused):
        async with desk.storage.unit(viewer) as unit:
            await actions.record(unit, offer(1))


async def test_an_attempt_by_hand_needs_an_incident_that_is_there(desk: Desk) -> None:
    with pytest.raises(NotFound):
        async with desk.storage.unit(person(desk.ana)) as unit:
            await actions.record(unit, offer(1, case="INC-12"))


async def test_a_lab_is_no_machine_that_is_watched(desk: Desk) -> None:
    lab = await lab_of(desk)
    async with desk.storage.unit() as unit:
        await fleet.seen(unit, [(lab.id, unit.now)])
        assert lab.id not in {one.id for one in await machines.machines(unit.connection)}
        assert lab.id not in {one.machine_id for one in await machines.last_words(unit.connection)}
        assert [one.id for one in await machines.labs(unit.connection)] == [lab.id]
