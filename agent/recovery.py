"""Back after a long absence: the last certificate is traded for a new one, or why not is written down for
doctor.

The controller's clock decides what has expired, never ours: a clock that is wrong by a year looks the same
from here. Where not even TLS comes about because of it, the controller's certificate says about what time it
is; that is believed for a diagnosis and for nothing else.
"""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from agent.chance import Chance
from agent.clock import Clock
from agent.disk import Disk
from agent.errors import AgentError, LinkBroken
from agent.identity import Identity, IdentityStore, identity_from, made_at, proof, request_for
from agent.link import calls
from agent.proxy import Proxy

PURPOSE = "recover"
# What the controller's certificate says is up to a day old; less than this is no finding.
HINT_MIN = timedelta(days=2)
log = logging.getLogger(__name__)


class State(Enum):
    """How the last try ended. All from `TOO_LATE` on are the controller's word and need a person."""

    RECOVERED = "recovered"
    UNREACHABLE = "unreachable"
    CLOCK = "clock"
    NOT_NEEDED = "not_needed"
    TOO_LATE = "too_late"
    BANNED = "banned"
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`ahead_s`: our clock minus the controller's, as far as it was seen; only to the day for `CLOCK`.
    `expired_at`: the end of the certificate that was traded, or that could not be."""

    state: State
    at: datetime
    endpoint: str = ""
    detail: str = ""
    ahead_s: float | None = None
    expired_at: datetime | None = None


class AttemptFile:
    """`recovery.json`, the last try. Losing it harms nothing, so writing it never raises."""

    def __init__(self, disk: Disk, data: Path) -> None:
        self._disk = disk
        self._path = data / "recovery.json"

    def read(self) -> Attempt | None:
        try:
            held = json.loads(self._disk.read(self._path))
            for name in ("at", "expired_at"):
                held[name] = datetime.fromisoformat(held[name]) if held[name] else None
            return Attempt(**{**held, "state": State(held["state"])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, attempt: Attempt) -> None:
        held = {**asdict(attempt), "state": attempt.state.value}
        for name in ("at", "expired_at"):
            held[name] = held[name].isoformat() if held[name] else None
        with suppress(OSError):
            self._disk.replace(self._path, json.dumps(held).encode())


def endpoint_of(identity: Identity) -> str:
    """Where one recovers: as the controller said, or its usual port on the same host."""
    if identity.enrolment_endpoint:
        return identity.enrolment_endpoint
    return f"{identity.endpoint.rpartition(':')[0]}:{calls.ENROLMENT_PORT}"


async def recover(
    store: IdentityStore, identity: Identity, clock: Clock, chance: Chance, proxy: Proxy | None = None
) -> Attempt:
    """One try; the identity is replaced when it succeeds. Never raises but what the disk does."""
    endpoint, seen_at = endpoint_of(identity), clock.now()
    ahead_s: float | None = None
    purpose = f"{PURPOSE} {identity.agent_id} {identity.not_after.isoformat()}"

    async def prove(nonce: bytes, there: datetime) -> calls.Proof:
        nonlocal ahead_s
        ahead_s = (clock.now() - there).total_seconds()
        asked = await request_for(store, purpose, identity.root_pem)
        certificate_der, signature = await proof(identity, asked.csr_der, nonce)
        return calls.Proof(certificate_der, asked.csr_der, signature)

    def told(state: State, detail: str = "") -> Attempt:
        return Attempt(state, seen_at, endpoint, detail, ahead_s, identity.not_after)

    try:
        given = await calls.recover(identity, endpoint, prove)
        if isinstance(given, calls.Refusal):
            return told(State(given.value))
        pending = await request_for(store, purpose, identity.root_pem)
        renewed = await identity_from(
            pending, given.certificate_der, identity.agent_id, given.endpoint, identity.root_pem, chance,
            given.roots, endpoint,
        )  # fmt: skip
    except LinkBroken as error:
        hint_s = await clock_hint_s(endpoint, identity, clock, proxy)
        if hint_s is not None:
            ahead_s = hint_s
            return told(State.CLOCK, str(error))
        return told(State.UNREACHABLE, str(error))
    except AgentError as error:
        return told(State.UNREACHABLE, str(error))
    store.save(renewed)
    return told(State.RECOVERED)


async def clock_hint_s(endpoint: str, identity: Identity, clock: Clock, proxy: Proxy | None) -> float | None:
    """How far our clock is from the controller's, in seconds, when that alone keeps TLS from coming about; to
    the day."""
    # Only now: TLS beside gRPC's own costs memory, and a machine needs this once in its life.
    from agent.probe import certificate_of

    with suppress(OSError, AgentError):
        shown = await asyncio.to_thread(certificate_of, endpoint, identity, clock, proxy)
        there = await made_at(shown)
        off = clock.now() - there
        if off < -HINT_MIN or off > HINT_MIN:
            return off.total_seconds()
    return None
