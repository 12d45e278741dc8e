"""`vigia pull` and `vigia pulls`: asked once, followed to its end, one line for each end."""

import asyncio

import pytest

from controller.core.severity import Severity
from controller.diagnostics import pulls
from controller.fleet import store as fleet
from controller.fleet.orders import actions as orders
from controller.fleet.orders.order import OrderState, Progress
from controller.fleet.orders.store import orders_for
from tests.support.control import Control


@pytest.fixture
async def asked(control: Control) -> Control:
    """INC-1 is open, and the desk's machine knows pulls."""
    desk = control.desk
    async with desk.storage.unit() as unit:
        await fleet.change_machine(
            unit.connection, desk.machine_id, abilities=["pull:basic"], last_seen_at=unit.now
        )
    await desk.raised(await desk.finding(severity=Severity.HIGH))
    return control


async def test_it_is_asked_and_not_waited_for(asked: Control) -> None:
    first = await asked.vigia("pull", "caja-1", "--case", "INC-1", "--no-wait", "--json")
    again = await asked.vigia("pull", "caja-1", "--case", "1", "--no-wait")
    assert (first.status, first.json["state"]) == (0, "queued")
    assert "waiting for the machine" in again.out
    assert first.json["id"] in again.out
    shown = await asked.vigia("pulls", "show", first.json["id"], lang="es")
    assert "en espera del equipo" in shown.out
    listed = await asked.vigia("pulls", "list", "--case", "INC-1", "--json")
    assert [one["id"] for one in listed.json] == [first.json["id"]]


@pytest.mark.parametrize(
    ("state", "reason", "status", "said"),
    [
        (None, "", 0, "the diagnostics are attached to INC-1"),
        (OrderState.REFUSED, "policy_never", 1, "refused · the policy on the machine forbids diagnostics"),
        (OrderState.FAILED, "disk_full", 1, "failed · the machine's disk is full"),
    ],
)
async def test_it_is_followed_to_its_end(
    asked: Control, state: OrderState | None, reason: str, status: int, said: str
) -> None:
    """The command ends when the pull does, and not before."""
    desk = asked.desk
    following = asyncio.create_task(asked.vigia("pull", "caja-1", "--case", "INC-1"))
    async with asyncio.timeout(20):
        while True:
            async with desk.storage.reading() as connection:
                found = await orders_for(connection)
            if found:
                break
            await asyncio.sleep(0.05)
    async with desk.storage.unit() as unit:
        await orders.report(unit, desk.machine_id, Progress(found[0].id, OrderState.COLLECTING, 1, 9))
    await asyncio.sleep(0.5)
    assert not following.done()
    async with desk.storage.unit() as unit:
        if state is None:
            await orders.begin_upload(unit, desk.machine_id, found[0].id, 5_000, 0)
            await pulls.receive(unit, found[0].id, "a" * 64, 5_000, unit.now)
        else:
            await orders.report(unit, desk.machine_id, Progress(found[0].id, state, reason=reason))
    ran = await asyncio.wait_for(following, 20)
    assert (ran.status, said in ran.out) == (status, True), ran


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("pull", "nobody", "--case", "1"), 1, "there is no machine 'nobody'"),
        (("pull", "caja-1", "--case", "INC-9"), 1, "there is no incident 'INC-9'"),
        (("pull", "caja-1"), 2, "--case"),
        (("pull", "caja-1", "--case", "1", "--hours", "9999"), 2, "hours"),
        (("pull", "caja-1", "--case", "1", "--profile", "all"), 2, "profile"),
        (("pulls", "show", "x"), 1, "there is no pull 'x'"),
        (("pulls", "show", "4f9a3c1e-0000-4000-8000-000000000000"), 1, "there is no pull"),
    ],
)
async def test_what_cannot_be_asked_is_one_line(
    asked: Control, words: tuple[str, ...], status: int, said: str
) -> None:
    ran = await asked.vigia(*words)
    assert ran.status == status
    assert said in ran.err
    assert len(ran.err.strip().splitlines()) == 1
