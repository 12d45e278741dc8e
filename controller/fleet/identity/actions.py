"""Let a machine in, renew it, recognise it, put it out."""

import logging
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from controller.audit.actions import record
from controller.core.errors import Conflict, Invalid, NotFound, Refused, TooMuch
from controller.fleet import store as fleet
from controller.fleet.identity import clones, store
from controller.fleet.identity.authority import Authority, Peer, key_digest, request_key
from controller.fleet.identity.enrolment import TOKEN_LIFE, Outcome, Token, decide
from controller.fleet.identity.restored import adopt
from controller.fleet.limits import SUMMARY_LIMIT, host_label, stored, within
from controller.fleet.machine import MachineEvent, MachineRole
from controller.storage import Unit, take_turn

_log = logging.getLogger(__name__)
RENEWALS_A_DAY = 10


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """As it came, untrusted. `peer` is the network address it came from."""

    token: str
    csr_der: bytes
    host_name: str
    agent_version: str
    peer: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    agent_id: UUID
    certificate_der: bytes


async def issue_token(
    unit: Unit,
    authority: Authority,
    customer_id: UUID,
    site_id: UUID | None = None,
    role: MachineRole = MachineRole.SERVER,
    lifetime: timedelta = TOKEN_LIFE,
) -> str:
    """A one-time token (256 random bits, base64url) that makes one machine of this customer. Shown once."""
    customer = await fleet.customer(unit.connection, customer_id)
    if customer is None:
        raise NotFound("customer", str(customer_id))
    if site_id is not None:
        site = await fleet.site(unit.connection, site_id)
        if site is None or site.customer_id != customer_id:
            raise NotFound("site", str(site_id))
    if not timedelta(minutes=1) <= lifetime <= timedelta(days=30):
        raise Invalid("lifetime", "from 1 minute to 30 days")
    text = urlsafe_b64encode(unit.chance.token_bytes(32)).rstrip(b"=").decode()
    token = Token(
        authority.token_digest(text),
        customer_id,
        site_id,
        role,
        unit.now,
        unit.now + lifetime,
        None,
        None,
        None,
        None,
    )
    await store.add_token(unit.connection, token)
    await record(unit, "token.issue", customer.name, {"token": token.digest[:12], "role": role.value})
    return text


async def enrol(unit: Unit, authority: Authority, request: EnrolmentRequest) -> Enrolled | Outcome:
    """One transaction uses the token, makes machine and certificate, and writes the audit line.

    Returns the `Outcome` when the token opens nothing: the door says the same for each, and the reason stays
    in the audit, which is why this does not raise (the line must be committed). Raises `Invalid` for a
    request that is no request; the token is then still unused.
    """
    within("token", request.token, 128)
    host = within("host_name", request.host_name)
    version = within("agent_version", request.agent_version)
    key = request_key(request.csr_der)
    digest = authority.token_digest(request.token)
    token = await store.token(unit.connection, digest)
    outcome = decide(token, key_digest(key), unit.now)
    if token is None or outcome not in (Outcome.FRESH, Outcome.REPEATED):
        await _refuse(unit, outcome, digest, request)
        return outcome
    if outcome is Outcome.REPEATED:
        assert token.machine_id is not None
        assert token.certificate_der is not None
        machine = await fleet.machine(unit.connection, token.machine_id)
        if machine is None or machine.banned_at is not None:
            await _refuse(unit, Outcome.USED, digest, request)
            return Outcome.USED
        await record(unit, "machine.enrol.repeated", machine.name, {"peer": request.peer})
        return Enrolled(token.machine_id, token.certificate_der)
    agent_id = unit.chance.uuid()
    name = await _free_name(unit, host)
    await fleet.add_machine(
        unit.connection,
        {
            "id": agent_id,
            "customer_id": token.customer_id,
            "site_id": token.site_id,
            "name": name,
            "role": token.role.value,
            "host_name": stored(host),
            "agent_version": stored(version),
            "enrolled_at": unit.now,
        },
    )
    leaf = authority.leaf(agent_id, key, unit.now, authority.trusted_by_line(token.issued_at))
    await store.add_certificate(unit.connection, agent_id, leaf, unit.now)
    await store.use_token(unit.connection, digest, unit.now, agent_id, leaf)
    event = MachineEvent(agent_id, unit.now, unit.now, "enrolled", {"peer": request.peer})
    await fleet.remember(unit.connection, [event])
    await record(
        unit, "machine.enrol", name, {"serial": leaf.serial, "token": digest[:12], "peer": request.peer}
    )
    return Enrolled(agent_id, leaf.certificate_der)


async def _refuse(unit: Unit, outcome: Outcome, digest: str, request: EnrolmentRequest) -> None:
    facts = {"reason": outcome.value, "token": digest[:12], "peer": request.peer}
    if outcome is Outcome.OTHER_KEY:
        # Two hold the same token: one of them should not have it.
        _log.error("security: %s, token %s, from %s", outcome.value, digest[:12], request.peer)
        await record(unit, "security.token_reused", host_label(request.host_name), facts)
    else:
        await record(unit, "machine.enrol.refused", host_label(request.host_name), facts)


async def _free_name(unit: Unit, host: str) -> str:
    label = host_label(host)
    await take_turn(unit.connection, f"machine named {label}")
    taken = await fleet.names_like(unit.connection, label)
    if label not in taken:
        return label
    return next(name for n in range(2, len(taken) + 3) if (name := f"{label}-{n}") not in taken)


async def renew(
    unit: Unit, authority: Authority, peer: Peer, csr_der: bytes, trusted: Collection[str] = ()
) -> bytes:
    """A new certificate (DER) for a new key; the same request again gets the same one. `trusted`: SHA-256
    (hex) of the roots that the machine trusts; none from agents that know of one only.

    The old one dies when the new one is first used. Raises `Invalid`, `TooMuch`, and `Refused` in quarantine.
    """
    machine = await fleet.machine(unit.connection, peer.agent_id)
    if machine is not None and machine.quarantined_at is not None:
        raise Refused(clones.HELD)
    key = request_key(csr_der)
    digest = key_digest(key)
    known = await store.certificate_for_key(unit.connection, peer.agent_id, digest)
    if known is not None:
        if known.serial == peer.serial or known.first_used_at is not None:
            raise Invalid("csr_der", "must hold a new key", "Make a new key for each renewal")
        return known.certificate_der
    await take_turn(unit.connection, f"renewal of {peer.agent_id}")
    day = await store.issued_since(unit.connection, peer.agent_id, unit.now - timedelta(days=1))
    if day >= RENEWALS_A_DAY:
        raise TooMuch(f"at most {RENEWALS_A_DAY} certificates a day", retry_after_s=3_600)
    leaf = authority.leaf(peer.agent_id, key, unit.now, trusted)
    await store.add_certificate(unit.connection, peer.agent_id, leaf, unit.now)
    await record(unit, "machine.renew", str(peer.agent_id), {"serial": leaf.serial, "old": peer.serial})
    return leaf.certificate_der


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a peer with a certificate of ours may not come in. `known` says whether we know the machine.

    No error: it is an answer that is committed, with its audit line, and not a unit that failed.
    """

    reason: str
    known: bool


async def recognise(unit: Unit, peer: Peer, *, labs: bool | None = False) -> Rejection | None:
    """Whether this peer may speak; None if so. A certificate that was replaced by a newer one opens the door
    for faults alone (`clones`). `labs`: labs are meant, or machines, or (None) both."""
    certificate = await store.certificate(unit.connection, peer.serial)
    machine = await fleet.machine(unit.connection, peer.agent_id)
    if certificate is None and machine is not None and machine.banned_at is None:
        certificate = await adopt(unit, peer, machine)
    if certificate is None or machine is None or certificate.machine_id != peer.agent_id:
        return Rejection("this certificate is not known here; enrol the machine again", known=False)
    if machine.banned_at is not None:
        return Rejection("this machine is banned", known=True)
    if labs is not None and labs is not (machine.role is MachineRole.LAB):
        return Rejection("this certificate is not for that: its role is " + machine.role.value, known=True)
    if certificate.superseded_at is not None and machine.role is MachineRole.LAB:
        return Rejection("this certificate was replaced by a newer one", known=True)
    if certificate.superseded_at is not None:
        await clones.suspect(unit, machine, "old_certificate")
        return None
    if certificate.first_used_at is None:
        await store.first_use(unit.connection, certificate, unit.now)
    return None


async def ban(unit: Unit, machine_id: UUID, reason: str) -> None:
    """From now on no certificate of this machine opens anything; its live streams end within 5 s."""
    within("reason", reason, SUMMARY_LIMIT)
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is None:
        raise NotFound("machine", str(machine_id))
    if machine.banned_at is not None:
        return
    await fleet.change_machine(
        unit.connection, machine_id, banned_at=unit.now, ban_reason=reason, connected=False
    )
    event = MachineEvent(machine_id, unit.now, unit.now, "banned", {"reason": reason})
    await fleet.remember(unit.connection, [event])
    await record(unit, "machine.ban", machine.name, {"reason": reason})


async def unban(unit: Unit, machine_id: UUID) -> None:
    """Its certificates open again, as far as they have not expired. Raises `Conflict` for one not banned."""
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is None:
        raise NotFound("machine", str(machine_id))
    if machine.banned_at is None:
        raise Conflict(f"{machine.name} is not banned")
    await fleet.change_machine(unit.connection, machine_id, banned_at=None, ban_reason="")
    await fleet.remember(unit.connection, [MachineEvent(machine_id, unit.now, unit.now, "unbanned", {})])
    await record(unit, "machine.unban", machine.name)
