"""What an incident asks of others is registered in one step, and keeps who asks for it."""

import pytest

from controller.core.actor import Role
from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.incidents import store as incidents
from controller.people import actions as people
from controller.requests import actions, store
from controller.requests.request import RequestKind, RequestState
from tests.support.desk import Desk


async def test_a_request_is_registered_from_an_incident_in_one_step(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        made = await actions.register(unit, case.id, RequestKind.BUG, " The till loses receipts ")
    assert (made.reference, made.title, made.state) == (
        "REQ-1", "The till loses receipts", RequestState.OPEN,
    )  # fmt: skip
    async with desk.storage.reading() as connection:
        [asking] = (await store.asking(connection, [made.id]))[made.id]
        entries = await incidents.timeline(connection, case.id)
        assert await store.of_incident(connection, case.id) == (made,)
    assert (asking.incident_id, asking.customer_id) == (case.id, desk.customer.id)
    told = next(entry for entry in entries if entry.kind.value == "request_joined")
    assert (told.facts["request"], told.facts["title"]) == ("REQ-1", "The till loses receipts")
    assert not told.for_customer


async def test_another_incident_joins_it_once(desk: Desk) -> None:
    first = await desk.raised(await desk.finding())
    second = await desk.raised(await desk.finding(object_name="agenda"))
    async with desk.storage.unit(desk.luis.actor) as unit:
        made = await actions.register(unit, first.id, RequestKind.FEATURE, "Print twice")
        await actions.join(unit, made.id, second.id)
    async with desk.storage.unit(desk.luis.actor) as unit:
        with pytest.raises(Conflict, match="asks for REQ-1 already"):
            await actions.join(unit, made.id, second.id)
    async with desk.storage.reading() as connection:
        joined = (await store.asking(connection, [made.id]))[made.id]
    assert {one.incident_id for one in joined} == {first.id, second.id}


async def test_its_state_moves_and_declining_needs_a_reason(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        made = await actions.register(unit, case.id, RequestKind.CHANGE, "Louder bell")
        await actions.move(unit, made.id, RequestState.ACCEPTED)
        with pytest.raises(Invalid, match="somebody asked for it"):
            await actions.move(unit, made.id, RequestState.DECLINED, "  ")
        moved = await actions.move(unit, made.id, RequestState.DECLINED, "The bell is law")
        with pytest.raises(Conflict, match="declined already"):
            await actions.move(unit, made.id, RequestState.DECLINED, "x")
    async with desk.storage.reading() as connection:
        assert await store.requests(connection, state=RequestState.DECLINED) == (moved,)
        assert await store.requests(connection, state=RequestState.OPEN) == ()
        assert await store.requests(connection, kind=RequestKind.BUG) == ()


async def test_what_is_not_there_and_who_may_not(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit() as unit:
        vera = await people.add_user(unit, "vera", "Vera Sol", "vera@vigia.example", role=Role.VIEWER)
    async with desk.storage.unit(vera.actor) as unit:
        with pytest.raises(Refused):
            await actions.register(unit, case.id, RequestKind.BUG, "x")
    with pytest.raises(NotFound):
        async with desk.storage.unit(desk.luis.actor) as unit:
            await actions.register(unit, desk.machine_id, RequestKind.BUG, "x")
    async with desk.storage.reading() as connection:
        assert await store.requests(connection) == ()
