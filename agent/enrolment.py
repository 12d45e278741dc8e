"""How this machine gets its identity: the pasted line is traded for a certificate, once."""

import ipaddress
from contextlib import suppress
from dataclasses import dataclass

from agent import VERSION
from agent.chance import Chance
from agent.clock import Clock
from agent.errors import AgentError, UsageError
from agent.identity import Identity, IdentityStore, identity_from, purpose_of, request_for, root_from_line
from agent.link import calls
from agent.machine import host_name

TOKEN_MAX = 512
PORT_MAX = 65_535


@dataclass(frozen=True, slots=True)
class PastedLine:
    """What `vigia enrol` prints on the controller. `controller` is host:port; `root` DER in base64url."""

    controller: str
    token: str
    root: str


async def enrol(
    line: PastedLine, store: IdentityStore, clock: Clock, chance: Chance, *, replace: bool = False
) -> Identity:
    """Repeats the same request as long as no reply came. Raises AgentError or OSError."""
    held = _held(store)
    if held is not None and not replace and held.fault(clock.now()) is None:
        raise AgentError(
            f"this machine is already enrolled as {held.agent_id}; add --replace to give it a new identity"
        )
    root_pem = root_from_line(line.root)
    pending = await request_for(store, purpose_of(line.token), root_pem)
    given = await calls.enrol(
        line.controller, root_pem, line.token[:TOKEN_MAX], pending.csr_der, host_name(), VERSION
    )
    identity = await identity_from(
        pending, given.certificate_der, given.agent_id, given.endpoint, root_pem, chance, given.roots,
        line.controller,
    )  # fmt: skip
    store.save(identity)
    return identity


def endpoint_of(text: str) -> str:
    """HOST, HOST:PORT, [IPv6]:PORT or an IPv6 address alone as host:port; the port is 7444 unless said.

    Raises UsageError.
    """
    bare = text.strip()
    with suppress(ValueError):
        if ipaddress.ip_address(bare.strip("[]")).version == 6:
            return f"[{bare.strip('[]')}]:{calls.ENROLMENT_PORT}"
    host, colon, port = bare.rpartition(":")
    if not colon:
        host, port = bare, str(calls.ENROLMENT_PORT)
    good_port = port.isascii() and port.isdigit() and 0 < int(port[:9]) <= PORT_MAX
    if not host or not good_port or "/" in bare or " " in bare:
        raise UsageError(
            f"--controller {text!r} is not HOST:PORT: give a name or an address, and the enrolment port"
            f" unless it is {calls.ENROLMENT_PORT}, as in vigia.example:{calls.ENROLMENT_PORT}"
        )
    return f"{host}:{port}"


def _held(store: IdentityStore) -> Identity | None:
    try:
        return store.load()
    except AgentError:
        return None  # damaged: a new enrolment is the way out
