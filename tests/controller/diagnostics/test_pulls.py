"""What may be pulled, for what, how long it waits, and what the case and its people hear of it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.diagnostics import pulls
from controller.diagnostics import store as bundles
from controller.fleet import actions as fleet_actions
from controller.fleet import store as fleet
from controller.fleet.orders import actions as orders
from controller.fleet.orders import store
from controller.fleet.orders.order import BUNDLE_LIMIT_BYTES, Order, OrderState, Progress
from controller.incidents import actions as incidents
from controller.incidents.case import Incident
from tests.support.desk import Desk, person

ONE = "a" * 64


async def able(desk: Desk, *abilities: str) -> None:
    """The desk's machine has connected once, with an agent that can do this."""
    async with desk.storage.unit() as unit:
        await fleet.change_machine(
            unit.connection, desk.machine_id, abilities=list(abilities), last_seen_at=unit.now,
            agent_version="0.1.0",
        )  # fmt: skip


async def opened(desk: Desk) -> Incident:
    await able(desk, "pull:basic")
    return await desk.raised(await desk.finding())


async def ask(desk: Desk, case: Incident, hours: float = 24, profile: str = "basic") -> Order:
    async with desk.storage.unit(person(desk.ana)) as unit:
        return await pulls.ask(unit, desk.machine_id, case.id, profile, timedelta(hours=hours))


async def order(desk: Desk, order_id: UUID) -> Order:
    async with desk.storage.reading() as connection:
        found = await store.order(connection, order_id)
    assert found is not None
    return found


async def report(desk: Desk, asked: Order, state: OrderState, **said: int | str) -> Order:
    async with desk.storage.unit() as unit:
        return await orders.report(unit, desk.machine_id, Progress(asked.id, state, **said))  # type: ignore[arg-type]


async def test_asked_handed_out_collected_sent_and_attached(desk: Desk) -> None:
    """The honest states in their order, and at the end the bundle is the case's."""
    case = await opened(desk)
    asked = await ask(desk, case)
    assert asked.state is OrderState.QUEUED
    async with desk.storage.unit() as unit:
        [handed] = await orders.hand_out(unit, desk.machine_id)
    assert (handed.id, handed.state) == (asked.id, OrderState.SENT)
    now = await report(desk, asked, OrderState.COLLECTING, items_done=3, items_total=30)
    assert (now.items_done, now.items_total) == (3, 30)
    now = await report(desk, asked, OrderState.UPLOADING, bytes_total=1_000)
    async with desk.storage.unit() as unit:
        await orders.begin_upload(unit, desk.machine_id, asked.id, 1_000, 0)
        await orders.note_arrived(unit, asked.id, 400)
    assert ((await order(desk, asked.id)).bytes_done, now.bytes_total) == (400, 1_000)
    for times in (1, 2):  # an answer that was lost is asked for again
        async with desk.storage.unit() as unit:
            done = await pulls.receive(unit, asked.id, ONE, 1_000, unit.now)
        assert (done is not None) == (times == 1)
    async with desk.storage.reading() as connection:
        [bundle] = await bundles.bundles(connection, case.id)
    assert (bundle.order_id, bundle.profile, bundle.sha256) == (asked.id, "basic", ONE)
    assert (await order(desk, asked.id)).state is OrderState.DONE
    kinds = await desk.kinds(case.id)
    assert kinds[-2:] == ["pull_asked", "evidence_attached"]


async def test_the_same_again_is_the_same_and_another_waits(desk: Desk) -> None:
    """At most one at a time: for the same case it is joined, for another it is refused."""
    case = await opened(desk)
    asked = await ask(desk, case)
    assert (await ask(desk, case)).id == asked.id
    assert (await desk.kinds(case.id)).count("pull_asked") == 1
    other = await desk.raised(await desk.finding(object_name="correo"))
    with pytest.raises(Conflict, match=f"busy with a pull for {case.reference}"):
        await ask(desk, other)
    await report(desk, asked, OrderState.FAILED, reason="disk_full")
    assert (await ask(desk, other)).id != asked.id


async def test_a_machine_that_stays_away_lets_it_expire_with_a_notice(desk: Desk) -> None:
    """24 hours of the clock later it is expired, once; who asked is told in their language, nobody else."""
    case = await opened(desk)
    asked = await ask(desk, case)
    await desk.until(asked.expires_at - timedelta(seconds=1))
    assert (await order(desk, asked.id)).state is OrderState.QUEUED
    await desk.until(asked.expires_at + timedelta(seconds=5))
    expired = await order(desk, asked.id)
    assert (expired.state, expired.reason) == (OrderState.EXPIRED, "while_queued")
    assert expired.finished_at == asked.expires_at
    assert (await desk.kinds(case.id)).count("pull_expired") == 1
    mails = [mail for mail in desk.mailbox.mails if "diagnostics of caja-1" in mail["Subject"]]
    assert mails == [mail for mail in desk.mailbox.to("ana@vigia.example") if mail in mails]
    assert len(mails) == 1
    assert "was not connected in all that time" in mails[0].get_content()
    # Back at last: there is nothing to do any more, and old news changes nothing.
    async with desk.storage.unit() as unit:
        assert await orders.hand_out(unit, desk.machine_id) == ()
    assert (await report(desk, asked, OrderState.COLLECTING)).state is OrderState.EXPIRED
    with pytest.raises(Conflict, match="expired"):
        async with desk.storage.unit() as unit:
            await orders.begin_upload(unit, desk.machine_id, asked.id, 10, 0)


async def test_a_refusal_is_told_with_the_machines_reason(desk: Desk) -> None:
    case = await opened(desk)
    asked = await ask(desk, case)
    await report(desk, asked, OrderState.REFUSED, reason="policy_never", detail="")
    assert (await desk.kinds(case.id))[-1] == "pull_refused"
    await desk.ticker.turn()
    [mail] = [mail for mail in desk.mailbox.mails if "diagnostics of" in mail["Subject"]]
    assert "the policy on the machine forbids diagnostics" in mail.get_content()


async def test_a_closed_case_serves_no_pull(desk: Desk) -> None:
    """Neither a new one, nor one that was under way."""
    case = await opened(desk)
    asked = await ask(desk, case)
    async with desk.storage.unit(person(desk.ana)) as unit:
        await incidents.close(unit, case.id, "of no use")
    ended = await order(desk, asked.id)
    assert (ended.state, ended.reason) == (OrderState.FAILED, "case_closed")
    with pytest.raises(Conflict, match="closed"):
        await ask(desk, case)


async def test_what_is_not_there_or_not_theirs_is_refused(desk: Desk) -> None:
    case = await opened(desk)
    async with desk.storage.unit() as unit:
        stranger = await fleet_actions.add_customer(unit, "Farmacia Cruz")
        strange = unit.chance.uuid()
        await fleet.add_machine(
            unit.connection,
            {"id": strange, "customer_id": stranger.id, "name": "mostrador", "role": "server",
             "enrolled_at": unit.now},
        )  # fmt: skip
    for machine_id, case_id, expected in (
        (strange, case.id, Refused),
        (uuid4(), case.id, NotFound),
        (desk.machine_id, uuid4(), NotFound),
    ):
        with pytest.raises(expected):
            async with desk.storage.unit(person(desk.ana)) as unit:
                await pulls.ask(unit, machine_id, case_id)
    for hours, profile, field in ((0.001, "basic", "hours"), (999, "basic", "hours"), (1, "all", "profile")):
        with pytest.raises(Invalid) as error:
            await ask(desk, case, hours, profile)
        assert error.value.field == field
    assert "pull_asked" not in await desk.kinds(case.id)


async def test_an_order_is_its_own_machines_alone(desk: Desk) -> None:
    """No machine can report on, or send for, the order of another."""
    asked = await ask(desk, await opened(desk))
    for attempt in (
        lambda unit: orders.report(unit, uuid4(), Progress(asked.id, OrderState.FAILED)),
        lambda unit: orders.begin_upload(unit, uuid4(), asked.id, 1, 0),
    ):
        with pytest.raises(NotFound):
            async with desk.storage.unit() as unit:
                await attempt(unit)
    assert (await order(desk, asked.id)).state is OrderState.QUEUED


async def test_an_agent_that_is_too_old_is_said_before_or_when_it_comes(desk: Desk) -> None:
    """Known to be too old: refused at once. Not known yet: queued, and failed by name when it connects."""
    case = await desk.raised(await desk.finding())
    asked = await ask(desk, case)  # never connected: nobody knows
    await able(desk)
    async with desk.storage.unit() as unit:
        assert await orders.hand_out(unit, desk.machine_id) == ()
    ended = await order(desk, asked.id)
    assert (ended.state, ended.reason) == (OrderState.FAILED, "agent_too_old")
    with pytest.raises(Conflict, match=r"0\.1\.0\) is too old"):
        await ask(desk, case)


async def test_more_than_the_limit_is_refused_with_its_reason(desk: Desk) -> None:
    asked = await ask(desk, await opened(desk))
    async with desk.storage.unit() as unit:
        await orders.begin_upload(unit, desk.machine_id, asked.id, BUNDLE_LIMIT_BYTES + 1, 0)
    ended = await order(desk, asked.id)
    assert (ended.state, ended.reason) == (OrderState.FAILED, "bundle_too_large")
