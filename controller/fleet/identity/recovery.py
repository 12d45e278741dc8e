"""A machine that was off for longer than its certificate lives comes back by itself (trust.md "Life").

It proves that it holds the key of its last certificate, which expired and was neither replaced nor put out.
One that was off for too long waits until a person lets exactly that key in once.
"""

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from controller.audit.actions import record
from controller.core.chance import Chance
from controller.core.clock import Clock
from controller.core.errors import Conflict, Invalid, NotFound, TooMuch
from controller.fleet import store as fleet
from controller.fleet.identity import clones, store
from controller.fleet.identity.actions import RENEWALS_A_DAY
from controller.fleet.identity.authority import CSR_LIMIT_BYTES, Authority, key_digest, read_peer, request_key
from controller.fleet.identity.restored import adopt
from controller.fleet.machine import Machine, MachineEvent, MachineRole
from controller.storage import Unit, take_turn

_log = logging.getLogger(__name__)

CONTEXT = b"vigia recovery 1"
NONCE_LIFE_S = 60.0
READMISSION = timedelta(days=7)
_CERTIFICATE_LIMIT_BYTES = 4_096
_SIGNATURE_LIMIT_BYTES = 128
_NONCES_MOST = 10_000


class Refusal(Enum):
    """All but the first are said only to who proved that it holds the key."""

    UNKNOWN = "unknown"
    NOT_NEEDED = "not_needed"
    TOO_LATE = "too_late"
    BANNED = "banned"
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class RecoveryRequest:
    """As it came, untrusted. `peer` is the network address it came from."""

    nonce: bytes
    certificate_der: bytes
    csr_der: bytes
    signature: bytes
    peer: str


class Nonces:
    """Given out by this process and good here once, for a minute; nothing is kept of those that never
    return."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._chance = chance
        self._key = chance.token_bytes(32)
        self._used: dict[bytes, float] = {}

    def fresh(self) -> bytes:
        body = self._chance.token_bytes(16) + int(self._clock.monotonic() * 1_000).to_bytes(8)
        return body + self._mark(body)

    def use(self, nonce: bytes) -> bool:
        """Whether it was ours, young, and not used before."""
        body, now_s = nonce[:24], self._clock.monotonic()
        if len(nonce) != 56 or not hmac.compare_digest(nonce[24:], self._mark(body)):
            return False
        if now_s - int.from_bytes(body[16:]) / 1_000 > NONCE_LIFE_S or body in self._used:
            return False
        self._used = {one: at for one, at in self._used.items() if now_s - at <= NONCE_LIFE_S}
        if len(self._used) >= _NONCES_MOST:
            return False
        self._used[body] = now_s
        return True

    def _mark(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, sha256).digest()


def proof(nonce: bytes, certificate_der: bytes, csr_der: bytes) -> bytes:
    """What is signed: this nonce, this certificate, this new key, and nothing that another protocol signs."""
    digests = sha256(certificate_der).digest() + sha256(csr_der).digest()
    return CONTEXT + b"\0" + nonce + digests


def decide(
    held: store.Certificate, machine: Machine, now: datetime, window: timedelta, roots: frozenset[str]
) -> Refusal | None:
    """Whether this certificate's holder, who has proved the key, may come back; None if so. `roots`: those in
    force; a certificate of a root that was dropped is as dead as an expired one."""
    if machine.banned_at is not None:
        return Refusal.BANNED
    if held.superseded_at is not None:
        return Refusal.SUPERSEDED
    if machine.quarantined_at is not None:
        return Refusal.QUARANTINED
    if now <= held.not_after and held.root_sha256 in roots:
        return Refusal.NOT_NEEDED
    readmitted = held.readmitted_until is not None and now <= held.readmitted_until
    if now > held.not_after + window and not readmitted:
        return Refusal.TOO_LATE
    return None


async def recover(
    unit: Unit, authority: Authority, request: RecoveryRequest, window: timedelta
) -> tuple[bytes, UUID] | Refusal:
    """A certificate (DER) for the new key; the same new key again gets the same one. The nonce was used up
    before.

    `window`: how long after its end a certificate still recovers. Refusals are answers and are committed.
    Raises `Invalid`, `TooMuch`.
    """
    if len(request.certificate_der) > _CERTIFICATE_LIMIT_BYTES:
        raise Invalid("certificate_der", f"at most {_CERTIFICATE_LIMIT_BYTES} bytes")
    if len(request.csr_der) > CSR_LIMIT_BYTES:
        raise Invalid("csr_der", f"at most {CSR_LIMIT_BYTES} bytes")
    key = request_key(request.csr_der)
    found = await _proved(unit, authority, request)
    if found is None:
        return Refusal.UNKNOWN
    held, machine = found
    refusal = decide(held, machine, unit.now, window, authority.names_in_force)
    if refusal is Refusal.SUPERSEDED and machine.role is not MachineRole.LAB:
        # As on the agents' port: no machine uses a certificate that it has replaced itself.
        await clones.suspect(unit, machine, "old_certificate")
    if refusal is not None:
        await _refuse(unit, machine, refusal, request)
        return refusal
    digest = key_digest(key)
    known = await store.certificate_for_key(unit.connection, machine.id, digest)
    if known is not None:
        if known.serial == held.serial or known.first_used_at is not None:
            raise Invalid("csr_der", "must hold a new key", "Make a new key to recover with")
        return known.certificate_der, machine.id
    await take_turn(unit.connection, f"renewal of {machine.id}")
    day = await store.issued_since(unit.connection, machine.id, unit.now - timedelta(days=1))
    if day >= RENEWALS_A_DAY:
        raise TooMuch(f"at most {RENEWALS_A_DAY} certificates a day", retry_after_s=3_600)
    leaf = authority.leaf(machine.id, key, unit.now)
    await store.add_certificate(unit.connection, machine.id, leaf, unit.now)
    await store.readmit(unit.connection, machine.id, None)
    facts = {"expired_at": held.not_after.isoformat(), "peer": request.peer}
    await fleet.remember(unit.connection, [MachineEvent(machine.id, unit.now, unit.now, "recovered", facts)])
    await record(unit, "machine.recover", machine.name, {**facts, "serial": leaf.serial, "old": held.serial})
    return leaf.certificate_der, machine.id


async def readmit(unit: Unit, machine_id: UUID) -> datetime:
    """Who holds the key of this machine's last certificate may recover once, however late; until when.

    Raises `NotFound`, and `Conflict` for one that is banned or in quarantine, or needs nothing.
    """
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is None:
        raise NotFound("machine", str(machine_id))
    if machine.banned_at is not None:
        raise Conflict(f"{machine.name} is banned; unban it first: vigia machines unban {machine.name}")
    if machine.quarantined_at is not None:
        raise Conflict(f"{machine.name} is in quarantine; `vigia machines release` ends it")
    until = unit.now + READMISSION
    if not await store.readmit(unit.connection, machine_id, until):
        raise Conflict(f"{machine.name} has no certificate that could be let in; enrol it again")
    facts = {"until": until.isoformat()}
    await fleet.remember(unit.connection, [MachineEvent(machine_id, unit.now, unit.now, "readmitted", facts)])
    await record(unit, "machine.readmit", machine.name, facts)
    return until


async def _proved(
    unit: Unit, authority: Authority, request: RecoveryRequest
) -> tuple[store.Certificate, Machine] | None:
    """The certificate as we wrote it down, and its machine, once the signature is its key's."""
    try:
        shown = x509.load_der_x509_certificate(request.certificate_der)
        peer = read_peer(shown.public_bytes(serialization.Encoding.PEM))
        key = shown.public_key()
        if peer is None or not isinstance(key, ec.EllipticCurvePublicKey):
            return None
        if len(request.signature) > _SIGNATURE_LIMIT_BYTES:
            return None
        said = proof(request.nonce, request.certificate_der, request.csr_der)
        key.verify(request.signature, said, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return None
    machine = await fleet.machine(unit.connection, peer.agent_id)
    held = await store.certificate(unit.connection, peer.serial)
    if machine is not None and held is None and authority.has_signed(shown):
        held = await adopt(unit, peer, machine)
    same = held is not None and held.machine_id == peer.agent_id
    if machine is None or held is None or not same or held.certificate_der != request.certificate_der:
        return None
    return held, machine


async def _refuse(unit: Unit, machine: Machine, refusal: Refusal, request: RecoveryRequest) -> None:
    """Once in the machine's history and in the audit, until something else happens to it: it asks for
    weeks."""
    facts = {"reason": refusal.value}
    last = await fleet.history(unit.connection, machine.id, 1)
    if refusal is Refusal.NOT_NEEDED or (
        last and last[0].kind == "recovery_refused" and last[0].facts.get("reason") == refusal.value
    ):
        return
    _log.warning("machine %s may not recover: %s", machine.name, refusal.value)
    event = MachineEvent(machine.id, unit.now, unit.now, "recovery_refused", facts)
    await fleet.remember(unit.connection, [event])
    await record(unit, "machine.recover.refused", machine.name, {**facts, "peer": request.peer})
