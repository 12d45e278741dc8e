"""A machine was off for longer than its certificate lives: who comes back by itself, and who does not."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from controller.core.chance import SeededChance
from controller.core.errors import Conflict, Invalid, TooMuch
from controller.fleet import actions as fleet
from controller.fleet import store as machines
from controller.fleet.actions import Enrolled, EnrolmentRequest
from controller.fleet.identity import clones, recovery, store
from controller.fleet.identity.authority import LEAF_LIFE, Peer, read_peer
from controller.fleet.identity.recovery import Nonces, RecoveryRequest, Refusal, proof
from controller.fleet.machine import MachineRole
from tests.controller.fleet.conftest import Office
from tests.support.clocks import JumpingClock
from tests.support.simulated_agent import pem, signing_request

DAY = timedelta(days=1)
WINDOW = 90 * DAY


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Absent:
    """A machine with its key, its certificate, and the key that it would like to go on with."""

    office: Office
    id: UUID
    key: ec.EllipticCurvePrivateKey
    certificate_der: bytes
    next: ec.EllipticCurvePrivateKey = field(default_factory=key)

    @property
    def peer(self) -> Peer:
        found = read_peer(pem(self.certificate_der))
        assert found is not None
        return found

    def request(self, nonce: bytes = b"n" * 56) -> RecoveryRequest:
        csr = signing_request(self.next)
        signature = self.key.sign(proof(nonce, self.certificate_der, csr), ec.ECDSA(hashes.SHA256()))
        return RecoveryRequest(nonce, self.certificate_der, csr, signature, "test")

    async def recover(self, request: RecoveryRequest | None = None) -> bytes | Refusal:
        async with self.office.storage.unit() as unit:
            done = await recovery.recover(unit, self.office.authority, request or self.request(), WINDOW)
        return done if isinstance(done, Refusal) else done[0]

    async def use(self) -> None:
        async with self.office.storage.unit() as unit:
            assert await fleet.recognise(unit, self.peer, labs=None) is None

    async def kinds(self) -> list[str]:
        async with self.office.storage.reading() as connection:
            return [event.kind for event in await machines.history(connection, self.id)]


async def absent(office: Office, role: MachineRole = MachineRole.SERVER) -> Absent:
    mine = key()
    async with office.storage.unit() as unit:
        token = await fleet.issue_token(unit, office.authority, office.customer.id, role=role)
        request = EnrolmentRequest(token, signing_request(mine), "caja-1", "0", "test")
        given = await fleet.enrol(unit, office.authority, request)
    assert isinstance(given, Enrolled)
    made = Absent(office, given.agent_id, mine, given.certificate_der)
    await made.use()
    return made


async def test_after_a_month_it_comes_back_with_a_new_key(office: Office, clock: JumpingClock) -> None:
    """A lost answer is repeated; from the new certificate's first use the old one is dead for good: whoever
    still recovers with it is a copy."""
    machine = await absent(office)
    assert await machine.recover() is Refusal.NOT_NEEDED
    await clock.jump(30 * DAY)
    given = await machine.recover()
    assert isinstance(given, bytes)
    assert await machine.recover() == given
    copy = replace(machine, next=key())
    machine.certificate_der, machine.key = given, machine.next
    await machine.use()
    assert (await machine.kinds())[0] == "recovered"
    assert await copy.recover() is Refusal.SUPERSEDED
    assert (await machine.kinds())[:2] == ["recovery_refused", "quarantined"]
    await clock.jump(30 * DAY)
    machine.next = key()
    assert await machine.recover() is Refusal.QUARANTINED
    async with office.storage.unit() as unit:
        await clones.release(unit, machine.id)
    assert isinstance(await machine.recover(), bytes)


async def test_beyond_the_limit_a_person_lets_that_key_in_once(office: Office, clock: JumpingClock) -> None:
    machine = await absent(office)
    await clock.jump(LEAF_LIFE + WINDOW + DAY)
    for _ in range(3):
        assert await machine.recover() is Refusal.TOO_LATE
    assert (await machine.kinds()).count("recovery_refused") == 1, (
        "it asks for weeks, and is written down once"
    )
    async with office.storage.unit() as unit:
        until = await recovery.readmit(unit, machine.id)
    assert until == clock.now() + recovery.READMISSION
    stranger = replace(machine, key=key(), next=key())
    assert await stranger.recover() is Refusal.UNKNOWN
    assert isinstance(await machine.recover(), bytes)
    assert await replace(machine, next=key()).recover() is Refusal.TOO_LATE
    await clock.jump(recovery.READMISSION + DAY)
    async with office.storage.unit() as unit:
        await recovery.readmit(unit, machine.id)
    await clock.jump(recovery.READMISSION + DAY)
    assert await replace(machine, next=key()).recover() is Refusal.TOO_LATE, "a permit that nobody used ends"


async def test_a_banned_machine_stays_out_and_needs_no_permit(office: Office, clock: JumpingClock) -> None:
    machine = await absent(office)
    await clock.jump(30 * DAY)
    async with office.storage.unit() as unit:
        await fleet.ban(unit, machine.id, "stolen")
    assert await machine.recover() is Refusal.BANNED
    with pytest.raises(Conflict, match="vigia machines unban"):
        async with office.storage.unit() as unit:
            await recovery.readmit(unit, machine.id)


async def test_what_proves_nothing_is_told_nothing(office: Office, clock: JumpingClock) -> None:
    """Another key's signature, another nonce, another new key, bytes that are no certificate: all unknown, of
    a banned machine too."""
    machine = await absent(office)
    await clock.jump(30 * DAY)
    async with office.storage.unit() as unit:
        await fleet.ban(unit, machine.id, "stolen")
    good = machine.request()
    other = signing_request(key())
    for bad in (
        replace(good, signature=replace(machine, key=key()).request().signature),
        replace(good, nonce=b"m" * 56),
        replace(good, csr_der=other),
        replace(good, certificate_der=b"nonsense"),
        replace(good, signature=b"x" * 500),
    ):
        assert await machine.recover(bad) is Refusal.UNKNOWN
    with pytest.raises(Invalid, match="csr_der"):
        await machine.recover(replace(good, csr_der=b"nonsense"))
    with pytest.raises(Invalid, match="certificate_der"):
        await machine.recover(replace(good, certificate_der=b"x" * 5_000))


async def test_the_old_key_is_not_gone_on_with(office: Office, clock: JumpingClock) -> None:
    machine = await absent(office)
    await clock.jump(30 * DAY)
    with pytest.raises(Invalid, match="must hold a new key"):
        await replace(machine, next=machine.key).recover()


async def test_a_lab_comes_back_too_and_its_copy_is_only_refused(office: Office, clock: JumpingClock) -> None:
    lab = await absent(office, MachineRole.LAB)
    await clock.jump(8 * DAY)
    given = await lab.recover()
    assert isinstance(given, bytes)
    copy = replace(lab, next=key())
    lab.certificate_der, lab.key = given, lab.next
    await lab.use()
    assert await copy.recover() is Refusal.SUPERSEDED
    assert "quarantined" not in await lab.kinds()


async def test_ten_certificates_a_day_are_the_most(office: Office, clock: JumpingClock) -> None:
    machine = await absent(office)
    await clock.jump(30 * DAY)
    for _ in range(10):
        assert isinstance(await replace(machine, next=key()).recover(), bytes)
    with pytest.raises(TooMuch):
        await replace(machine, next=key()).recover()
    async with office.storage.reading() as connection:
        assert await store.issued_since(connection, machine.id, clock.now() - DAY) == 10


async def test_a_nonce_is_good_once_for_a_minute_and_here_alone() -> None:
    clock = JumpingClock()
    here, there = Nonces(clock, SeededChance(1)), Nonces(clock, SeededChance(2))
    nonce = here.fresh()
    assert not there.use(nonce)
    assert here.use(nonce)
    assert not here.use(nonce)
    late = here.fresh()
    await clock.jump(timedelta(seconds=61))
    assert not here.use(late)
    assert not here.use(b"") and not here.use(b"x" * 56)
