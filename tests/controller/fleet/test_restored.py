"""A controller restored from an older backup lets its fleet in, renewed certificates and all (R5)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from controller.audit import store as audit
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.actions import Enrolled, EnrolmentRequest, Rejection
from controller.fleet.identity.authority import LEAF_LIFE, Peer, read_peer
from controller.fleet.identity.restored import adopt
from tests.controller.fleet.conftest import Office
from tests.support.clocks import NOON, JumpingClock
from tests.support.simulated_agent import pem, signing_request


async def enrolled(office: Office) -> Peer:
    request = EnrolmentRequest(
        await office.token(), signing_request(ec.generate_private_key(ec.SECP256R1())), "caja-1", "0", "here"
    )
    async with office.storage.unit() as unit:
        answer = await fleet.enrol(unit, office.authority, request)
    assert isinstance(answer, Enrolled)
    peer = read_peer(pem(answer.certificate_der))
    assert peer is not None
    return peer


async def comes(office: Office, peer: Peer) -> Rejection | None:
    async with office.storage.unit() as unit:
        return await fleet.recognise(unit, peer)


async def test_a_later_certificate_of_a_known_machine_is_taken_in_once(
    office: Office, clock: JumpingClock
) -> None:
    """It was renewed after the backup. From then on it is the machine's, and the older one is a copy's."""
    known = await enrolled(office)
    assert await comes(office, known) is None
    await clock.jump(timedelta(days=4))
    renewed = Peer(known.agent_id, "abc", NOON + timedelta(days=4) + LEAF_LIFE)
    for _ in range(2):
        assert await comes(office, renewed) is None
    async with office.storage.reading() as connection:
        acts = [act.act async for act in audit.all_acts(connection)]
    assert acts.count("machine.certificate_adopted") == 1
    assert await comes(office, known) is None
    async with office.storage.reading() as connection:
        machine = await store.machine(connection, known.agent_id)
    assert machine is not None
    assert machine.quarantine_reason == "old_certificate"


async def test_what_is_no_newer_or_of_nobody_or_banned_stays_outside(office: Office) -> None:
    known = await enrolled(office)
    older = replace(known, serial="abc", not_after=known.not_after - timedelta(seconds=1))
    stranger = Peer(UUID(int=7), "abc", NOON + 9 * LEAF_LIFE)
    async with office.storage.unit() as unit:
        machine = await store.machine(unit.connection, known.agent_id)
        assert machine is not None
        assert await adopt(unit, older, machine) is None
    assert await comes(office, older) == await comes(office, stranger)
    async with office.storage.unit() as unit:
        await fleet.ban(unit, known.agent_id, "stolen")
    refused = await comes(office, replace(known, serial="abc", not_after=NOON + 9 * LEAF_LIFE))
    assert refused is not None
